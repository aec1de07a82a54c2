//! A run of which there is nothing to write but that it goes on.

use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::runs;
use crate::harness::Project;

#[test]
fn it_is_known_while_it_goes_on_and_when_it_was_ended() {
    let running: Vec<_> = [
        r#"sh("sleep 600")"#,
        r#"sh("exec >&- 2>&-; sleep 600")"#,
        r#"sh("while echo; do sleep 0.001; done", #{ capture: true })"#,
        r#"sleep("600s")"#,
        "loop {}",
        r#"read_file("pipe")"#,
    ]
    .into_iter()
    .map(|body| {
        let script = format!("stage(\"wait\", || {body});\n");
        let project = Project::new().script(&script);
        let made = Command::new("mkfifo").arg(project.path("pipe")).status();
        assert!(made.expect("mkfifo").success());
        let running = project.spawn(["run", "--quiet"]);
        (body, project, running)
    })
    .collect();
    for (body, project, running) in running {
        let begin = Instant::now();
        while runs(&project).is_empty() {
            assert!(
                begin.elapsed() < Duration::from_secs(30),
                "no run of {body}"
            );
            thread::park_timeout(Duration::from_millis(5));
        }
        assert_eq!(runs(&project)[0]["outcome"], "running", "{body}");
        running.signal(Signal::KILL);
        running.finish().exit(137);
        let (_, told, _) = project.run(["history"]).streams();
        assert!(told.contains("interrupted"), "{body}: {told}");
        project.wait_for_survivors(&[]);
    }
}
