//! A change while stages run is never lost, and leaves nothing behind.

use std::fs;

use super::{end, watch};
use crate::harness::Project;

/// A stage that reads `a.txt`, says so, and goes on until `go` is there; beside a child of its own.
const SLOW: &str = r#"stage("slow", || sh("read a < a.txt; sleep 600 & echo begin $a; until test -e go; do sleep 0.01; done; kill $!; echo end $a"));"#;

fn slow() -> Project {
    Project::new()
        .script(SLOW)
        .file("a.txt", "one\n")
        .file(".wharfignore", "go\n")
}

#[test]
fn a_run_is_stopped_with_all_it_started_and_another_takes_its_place() {
    let project = slow();
    let running = project.spawn(["watch"]);
    for count in ["one", "two", "three", "four"] {
        project.write("a.txt", format!("{count}\n"));
        running.wait_for(&format!("begin {count}\n"));
        // The one before, its shell and its child are gone before the new one begins.
        project.wait_for_survivors(&["sh", "sleep", "sleep", "wharf"]);
    }
    project.write("go", "");
    running.wait_for("end four\n");
    project.wait_for_survivors(&["wharf"]);
    let (stdout, stderr) = end(running);
    assert_eq!(
        stdout,
        "begin one\nbegin two\nbegin three\nbegin four\nend four\n"
    );
    assert_eq!(
        stderr
            .matches("changed during the run: a.txt changed")
            .count(),
        3,
        "{stderr}"
    );
    assert_eq!(stderr.matches(" passed in ").count(), 1, "{stderr}");
}

#[test]
fn a_run_can_go_on_to_its_end_first() {
    for policy in ["queue", "wait"] {
        let project = slow();
        let running = project.spawn(["watch", "--on-busy", policy]);
        running.wait_for("begin one\n");
        project.write("a.txt", "two\n");
        // Its being seen is known by a later change of what it writes.
        project.write("go", "");
        running.wait_for("end two\n");
        let (stdout, _) = end(running);
        assert_eq!(
            stdout, "begin one\nend one\nbegin two\nend two\n",
            "{policy}"
        );
    }
}

#[test]
fn a_stage_may_choose_for_itself() {
    let script = SLOW.replace("\"slow\", ", "\"slow\", #{ watch: \"queue\" }, ");
    let project = slow().script(&script);
    let running = project.spawn(["watch"]);
    running.wait_for("begin one\n");
    project.write("a.txt", "two\n");
    project.write("go", "");
    running.wait_for("end two\n");
    let (stdout, _) = end(running);
    assert_eq!(stdout, "begin one\nend one\nbegin two\nend two\n");
}

#[test]
fn no_effect_is_stopped_in_the_middle() {
    let script = SLOW.replace("echo end $a\"", "echo end $a\", #{ effect: \"deploy\" }");
    let project = slow().script(&script);
    let running = project.spawn(["watch", "--allow", "deploy", "--yes"]);
    running.wait_for("begin one\n");
    project.write("a.txt", "two\n");
    running.wait_for_stderr("changed during the run: a.txt changed");
    project.write("go", "");
    running.wait_for("end two\n");
    let (stdout, _) = end(running);
    assert_eq!(stdout, "begin one\nend one\nbegin two\nend two\n");
}

#[test]
fn a_stage_that_writes_what_starts_it_is_named_and_stopped() {
    let project =
        Project::new().script("stage(\"gen\", || sh(\"date +%s%N >> made.txt; echo made\"));");
    let running = project.spawn(["watch"]);
    running.wait_for_stderr("a loop: `made.txt` changed each time `gen` ran");
    // A change from outside still starts it.
    let before = running.stdout_so_far().matches("made\n").count();
    assert!(before <= 6, "{before} runs");
    running.wait_for_stderr_count(" passed in ", 1);
    project.write("other.txt", "1");
    running.wait_for_count("made\n", before + 1);
    end(running);
}

#[test]
fn what_a_stage_makes_does_not_start_it() {
    let project = Project::new().script(
        "stage(\"gen\", #{ outputs: \"made.txt\" }, || sh(\"date +%s%N > made.txt; echo made\"));\nstage(\"use\", #{ inputs: \"made.txt\", needs: \"gen\" }, || sh(\"echo used\"));",
    );
    let running = watch(&project, &[]);
    project.write("a.txt", "1");
    running.wait_for_stderr_count(" passed in ", 2);
    let (stdout, stderr) = end(running);
    assert_eq!(stdout, "made\nused\nmade\nused\n", "{stderr}");
}

#[test]
fn nothing_is_left_running_at_the_end() {
    let project = slow();
    let running = project.spawn(["watch"]);
    running.wait_for("begin one\n");
    let (stdout, _) = end(running);
    assert_eq!(stdout, "begin one\n");
    project.wait_for_survivors(&[]);
    assert!(!fs::exists(project.path("go")).expect("a folder"));
}
