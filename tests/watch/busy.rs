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
    running.wait_for_stderr(" passed in ");
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

#[test]
fn what_is_stopped_has_time_to_clean_up_although_its_shell_is_gone() {
    let project = Project::new()
        .script("stage(\"serve\", #{ inputs: \"a.txt\" }, || sh(\"cd . && sh server.sh; echo never\"));")
        .file(
            "server.sh",
            "trap 'sleep 0.4; echo clean $a; exit' TERM\nread a < a.txt\necho begin $a\nwhile :; do sleep 0.02; done\n",
        )
        .file("a.txt", "one\n");
    let running = project.spawn(["watch", "--json"]);
    running.wait_for("begin one");
    project.write("a.txt", "two\n");
    running.wait_for("begin two");
    let (stdout, _) = end(running);
    assert!(stdout.contains("clean one"), "{stdout}");
    assert!(!stdout.contains("never"), "{stdout}");
    project.wait_for_survivors(&[]);
}

#[test]
fn the_end_of_what_is_stopped_is_an_event_and_nobody_else_hears_of_it() {
    let project = slow();
    let running = project.spawn(["watch", "--json"]);
    running.wait_for("begin one");
    project.write("a.txt", "two\n");
    running.wait_for("begin two");
    let stdout = running.stdout_so_far();
    let events: Vec<serde_json::Value> = stdout
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();
    let kinds: Vec<_> = events
        .iter()
        .filter(|event| event["stage"] == "slow" || event["type"] == "run_finished")
        .map(|event| (event["type"].as_str(), event["outcome"].as_str()))
        .filter(|(kind, _)| !matches!(kind, Some("action_started" | "action_finished" | "output")))
        .collect();
    assert_eq!(
        kinds[..3],
        [
            (Some("stage_started"), None),
            (Some("stage_finished"), Some("cancelled")),
            (Some("run_finished"), None),
        ]
    );
    end(running);
}

#[test]
fn what_runs_and_is_not_concerned_is_let_to_end() {
    let project = Project::new()
        .script(
            r#"stage("py", #{ inputs: "a.py" }, || sh("echo begin; until test -e go; do sleep 0.01; done; echo end"));
stage("md", #{ inputs: "a.md" }, || sh("cat a.md"));"#,
        )
        .file("a.py", "")
        .file("a.md", "one\n")
        .file(".wharfignore", "go\n");
    let running = project.spawn(["watch", "--jobs", "2", "--json"]);
    running.wait_for("\"begin\"");
    running.wait_for("\"stage_finished\"");
    project.write("a.md", "two\n");
    running.wait_for("\"superseded\"");
    project.write("go", "");
    running.wait_for("\"two\"");
    let (stdout, _) = end(running);
    assert_eq!(stdout.matches("\"begin\"").count(), 1, "{stdout}");
    assert_eq!(stdout.matches("\"end\"").count(), 1, "{stdout}");
}

#[test]
fn a_change_for_a_stage_whose_turn_has_not_come_restarts_nothing() {
    let project = Project::new()
        .script(
            r#"stage("py", #{ inputs: "a.py" }, || sh("echo begin; until test -e go; do sleep 0.01; done; echo end"));
stage("md", #{ inputs: "a.md" }, || sh("cat a.md"));"#,
        )
        .file("a.py", "")
        .file("a.md", "one\n")
        .file(".wharfignore", "go\n");
    let running = project.spawn(["watch", "--jobs", "1"]);
    running.wait_for("begin\n");
    project.write("a.md", "two\n");
    project.write("go", "");
    running.wait_for_stderr(" passed in ");
    let (stdout, stderr) = end(running);
    assert_eq!(stdout, "begin\nend\ntwo\n", "{stderr}");
}

#[test]
fn what_waits_for_the_end_of_the_run_is_told() {
    let project = slow();
    let running = project.spawn(["watch", "--on-busy", "queue"]);
    running.wait_for("begin one\n");
    project.write("a.txt", "two\n");
    running.wait_for_stderr("changed during the run: a.txt changed; another run follows\n");
    project.write("go", "");
    running.wait_for("end two\n");
    end(running);
}

const A_AND_C: &str = r#"stage("a", #{ inputs: "a.txt" }, || sh("grep -q ok a.txt"));
stage("c", #{ inputs: "c.txt" }, || sh("grep -q ok c.txt"));"#;

#[test]
fn a_failure_hides_no_other() {
    let project = Project::new()
        .script(A_AND_C)
        .file("a.txt", "bad\n")
        .file("c.txt", "bad\n");
    let running = project.spawn(["watch", "--jobs", "1"]);
    running.wait_for_stderr("error: ");
    let (_, stderr) = end(running);
    assert!(stderr.contains("✗ a "), "{stderr}");
    assert!(stderr.contains("✗ c "), "{stderr}");
}

#[test]
fn what_a_failure_kept_from_running_runs_with_what_is_next() {
    let project = Project::new()
        .script(A_AND_C)
        .file("a.txt", "bad\n")
        .file("c.txt", "bad\n");
    let running = project.spawn(["watch", "--jobs", "1", "--fail-fast"]);
    running.wait_for_stderr("error: ");
    assert!(!running.stderr_so_far().contains("✗ c "));
    project.write("a.txt", "ok\n");
    running.wait_for_stderr("✗ c ");
    end(running);
}

/// Waits for a loop to be named, and gives the line.
fn found(script: &str, files: &[&str]) -> String {
    let project = files
        .iter()
        .fold(Project::new().script(script), |project, file| {
            project.file(file, "")
        });
    let running = project.spawn(["watch", "--jobs", "2"]);
    running.wait_for_stderr("a loop: ");
    let (_, stderr) = end(running);
    let line = stderr.lines().find(|line| line.contains("a loop: "));
    line.expect("a loop").to_owned()
}

#[test]
fn stages_that_start_each_other_are_named() {
    let line = found(
        r#"stage("a", #{ inputs: "x" }, || sh("date +%s%N > y"));
stage("b", #{ inputs: "y" }, || sh("date +%s%N > x"));"#,
        &["x", "y"],
    );
    assert!(line.contains("changed each time"), "{line}");
}

#[test]
fn a_stage_that_writes_the_settings_is_named() {
    let line = found(r#"stage("s", || sh("echo A=$(date +%s%N) > .env"));"#, &[]);
    assert!(line.contains("`.env` changed each time `s` ran"), "{line}");
}

#[test]
fn a_stage_that_writes_ever_new_names_is_named() {
    let line = found(r#"stage("s", || sh("echo > out.$(date +%s%N)"));"#, &[]);
    assert!(line.contains("changed each time `s` ran"), "{line}");
}
