//! A run of which there is nothing to write but that it goes on.

use std::fs;
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
        while runs_quietly(&project) == 0 {
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

/// Starts a run and ends it as soon as it is known.
fn kill_one(project: &Project) {
    let running = project.spawn(["run", "--quiet"]);
    let begin = Instant::now();
    while !project.path(".wharf/journal.unfinished").exists() {
        assert!(begin.elapsed() < Duration::from_secs(30), "it is not known");
        thread::park_timeout(Duration::from_millis(5));
    }
    running.signal(Signal::KILL);
    running.finish().exit(137);
}

#[test]
fn what_was_left_is_stopped_before_the_next_run_starts_anything() {
    let project = Project::new().script("stage(\"serve\", || sh(\"flock -n lock sleep 600\"));\n");
    kill_one(&project);
    let project = project.script("stage(\"serve\", || sh(\"flock -n lock true\"));\n");
    let (code, _, stderr) = project.run(["run"]).streams();
    assert_eq!(code, 0, "{stderr}");
    let stopped = stderr.find("stopped what run 1 had left running");
    assert!(stopped < stderr.find("▸ serve"), "{stderr}");
    assert!(stopped.is_some(), "{stderr}");
    project.wait_for_survivors(&[]);
    // A run that is over leaves no sign.
    assert!(!project.path(".wharf/journal.unfinished").exists());
    assert_eq!(runs(&project).len(), 2);
}

#[test]
fn each_of_two_that_are_killed_in_a_row_is_known() {
    let script = "stage(\"wait\", || sh(\"echo up; sleep 600\"));\n";
    let project = Project::new().script(script);
    for run in 1..=2 {
        let running = project.spawn(["run", "--quiet"]);
        let log = project.path(&format!(".wharf/logs/{run}/wait.log"));
        let begin = Instant::now();
        // Whoever finds the line in the log finds the process.
        while !fs::read_to_string(&log).is_ok_and(|log| log.contains("up\n")) {
            assert!(begin.elapsed() < Duration::from_secs(30), "it is not known");
            thread::park_timeout(Duration::from_millis(5));
        }
        running.signal(Signal::KILL);
        running.finish().streams();
    }
    let (_, told, _) = project.run(["history"]).streams();
    assert_eq!(told.matches("interrupted").count(), 2, "{told}");
    project.wait_for_survivors(&[]);
}

/// How many runs are known, whatever is said beside them.
fn runs_quietly(project: &Project) -> usize {
    let (_, told, _) = project.run(["history"]).streams();
    told.lines().count()
}

#[test]
fn a_page_of_a_short_run_has_its_number() {
    let project = Project::new().script("stage(\"test\", || 1);\n");
    for run in 1..=3 {
        project.run(["run", "--html", "page.html"]).streams();
        assert!(
            project.read("page.html").contains(&format!("run {run}")),
            "run {run}"
        );
    }
}
