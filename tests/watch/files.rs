//! What starts which stages.

use std::fs;
use std::os::unix::fs::symlink;

use insta::assert_snapshot;
use rustix::process::Signal;

use super::{ECHO, end, watch};
use crate::harness::{Project, normal};

#[test]
fn a_change_runs_what_it_concerns_and_what_depends_on_that() {
    let project = Project::new()
        .script(
            r#"stage("test", #{ inputs: ["*.py"] }, || sh("cat a.py"));
stage("docs", #{ inputs: ["*.md"] }, || sh("cat a.md"));
stage("pack", #{ needs: "test", inputs: "setup.cfg" }, || sh("echo packed"));"#,
        )
        .file("a.py", "one\n")
        .file("a.md", "text\n")
        .file("setup.cfg", "");
    let running = watch(&project, &[]);
    project.write("a.py", "two\n");
    running.wait_for_stderr_count(" passed in ", 2);
    project.write("a.md", "other\n");
    running.wait_for_stderr_count(" passed in ", 3);
    let (stdout, stderr) = end(running);
    assert_eq!(stdout, "one\ntext\npacked\ntwo\npacked\nother\n");
    assert_snapshot!(normal::text(&stderr, &project.base()), @"
    watching 1 folder; publish, deploy and notify are held
    ▸ test
    ✓ test [time]  ran: first time
    ▸ docs
    ✓ docs [time]  ran: first time
    ▸ pack
    ✓ pack [time]  ran: first time
    3 passed in [time]
    ↻ a.py changed
    ▸ test
    ✓ test [time]  ran: a.py changed
    ▸ pack
    ✓ pack [time]  ran: the result of `test` changed
    2 passed in [time]
    ↻ a.md changed
    ▸ docs
    ✓ docs [time]  ran: a.md changed
    1 passed in [time]
    error: interrupted
    ");
}

#[test]
fn what_leaves_the_content_the_same_starts_nothing() {
    let project = Project::new().script(ECHO).file("a.txt", "one\n");
    let running = watch(&project, &[]);
    project.write("a.txt", "one\n");
    fs::File::options()
        .append(true)
        .open(project.path("a.txt"))
        .and_then(|file| file.set_modified(std::time::SystemTime::now()))
        .expect("a touch");
    project.write("a.txt", "two\n");
    running.wait_for("saw two\n");
    let (stdout, _) = end(running);
    assert_eq!(stdout, "saw one\nsaw two\n");
}

#[test]
fn what_is_ignored_starts_nothing() {
    let project = Project::new()
        .script(ECHO)
        .file("a.txt", "one\n")
        .file(".gitignore", "*.log\nbuild/\n")
        .file(".wharfignore", "notes/\n")
        .file("build/deep/a", "")
        .file("notes/a", "");
    let running = watch(&project, &[]);
    for path in [
        "a.log",
        "build/b",
        "build/new/b",
        "notes/b",
        ".a.txt.swp",
        "a.txt~",
    ] {
        project.write(path, "x");
    }
    project.write("a.txt", "two\n");
    running.wait_for("saw two\n");
    let (stdout, stderr) = end(running);
    assert_eq!(stdout, "saw one\nsaw two\n");
    assert!(stderr.starts_with("watching 1 folder;"), "{stderr}");
}

#[test]
fn new_folders_moved_ones_and_links_are_watched() {
    let project = Project::new()
        .script("stage(\"tell\", || sh(\"cat $(find . -name '*.txt' | sort) | tr '\\\\n' ' '; echo\"));")
        .file("a.txt", "a\n");
    let running = watch(&project, &[]);
    project.write("one/two/b.txt", "b\n");
    running.wait_for("a b \n");
    fs::rename(project.path("one"), project.path("three")).expect("a rename");
    running.wait_for_count("a b \n", 2);
    project.write("three/two/b.txt", "c\n");
    running.wait_for("a c \n");
    symlink("three/two/b.txt", project.path("z.txt")).expect("a link");
    running.wait_for("a c c \n");
    project.write("three/two/b.txt", "d\n");
    running.wait_for("a d d \n");
    end(running);
}

#[test]
fn a_script_that_changes_is_read_again_and_a_wrong_one_leaves_the_last_in_place() {
    let project = Project::new()
        .script("import \"lib/words\" as words;\nstage(\"tell\", #{ inputs: \"a.txt\" }, || sh(`echo ${words::hello()} $(cat a.txt)`));")
        .file("lib/words.rhai", "fn hello() { \"hello\" }")
        .file("a.txt", "one\n");
    let running = watch(&project, &[]);
    running.wait_for("hello one\n");
    project.write("lib/words.rhai", "fn hello() { \"goodbye\" }");
    running.wait_for("goodbye one\n");
    project.write("lib/words.rhai", "fn hello() { \"wrong }");
    running.wait_for_stderr("error: ");
    project.write("a.txt", "two\n");
    running.wait_for("goodbye two\n");
    project.write("lib/words.rhai", "fn hello() { \"again\" }");
    running.wait_for("again two\n");
    end(running);
}

#[test]
fn folders_are_looked_at_where_the_system_tells_nothing() {
    let project = Project::new().script(ECHO).file("a.txt", "one\n");
    let running = watch(&project, &["--poll", "10ms"]);
    project.write("a.txt", "two and longer\n");
    running.wait_for("saw two and longer\n");
    project.write("deep/er/b.txt", "");
    running.wait_for_count("saw two and longer\n", 2);
    end(running);
}

#[test]
fn a_queue_that_overflows_loses_nothing() {
    let project = Project::new()
        .script(ECHO)
        .file("a.txt", "one\n")
        .file("b", "");
    let running = watch(&project, &[]);
    running.signal(Signal::STOP);
    // More than the kernel keeps for one who does not listen; two in turn, as it drops repeats.
    for number in 0..20_000 {
        let name = if number % 2 == 0 { "b" } else { "c" };
        project.write(name, number.to_string());
    }
    project.write("new/deep/d", "1");
    project.write("a.txt", "two\n");
    running.signal(Signal::CONT);
    running.wait_for("saw two\n");
    project.write("a.txt", "three\n");
    running.wait_for("saw three\n");
    project.write("new/deep/d", "2");
    running.wait_for_count("saw three\n", 2);
    end(running);
}

#[test]
fn events_tell_trigger_paths_and_reasons() {
    let project = Project::new().script(ECHO).file("a.txt", "one\n");
    let running = project.spawn(["watch", "--json"]);
    running.wait_for("\"run_finished\"");
    project.write("a.txt", "two\n");
    running.wait_for_count("\"run_finished\"", 2);
    let (stdout, _) = end(running);
    let events: Vec<serde_json::Value> = stdout
        .lines()
        .map(|line| serde_json::from_str(line).expect("a line of JSON"))
        .collect();
    let kinds: Vec<_> = events
        .iter()
        .filter_map(|event| event["type"].as_str())
        .collect();
    assert_eq!(kinds[..2], ["watching", "run_started"]);
    let triggered = events.iter().find(|event| event["type"] == "triggered");
    let triggered = triggered.expect("a trigger");
    assert_eq!(triggered["trigger"], "changed");
    assert_eq!(triggered["paths"], serde_json::json!(["a.txt"]));
    assert_eq!(
        triggered["stages"],
        serde_json::json!([{ "name": "tell", "why": "a.txt changed" }])
    );
}
