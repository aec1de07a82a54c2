//! What a person at the keyboard can do.

use crate::harness::{Project, Terminal};

const SCRIPT: &str = r#"stage("test", #{ inputs: "a.txt" }, || sh("cat a.txt; ! grep -q bad a.txt"));
stage("lint", #{ inputs: "b.txt" }, || sh("cat b.txt"));
stage("e2e", #{ watch: "manual" }, || sh("echo by hand"));"#;

fn project() -> Project {
    Project::new()
        .script(SCRIPT)
        .file("a.txt", "good\n")
        .file("b.txt", "lint\n")
}

/// Waits until the status line holds all of these.
#[track_caller]
fn stands(terminal: &Terminal, expected: &[&str]) -> String {
    terminal.wait_for_screen(|screen| {
        let last = screen.lines().last().unwrap_or_default();
        expected.iter().all(|text| last.contains(text))
    })
}

#[test]
fn each_key_does_what_the_help_says() {
    let project = project();
    let mut terminal = project.terminal(["watch"]);
    stands(&terminal, &["passed", "3 stages", "waiting for changes"]);
    terminal.write("?");
    terminal.wait_for("enter run again");
    project.write("a.txt", "bad\n");
    stands(&terminal, &["test failing", "waiting for changes"]);
    terminal.write("e");
    terminal.wait_for("stage `test`: a.txt changed");
    terminal.write("o");
    terminal.wait_for("log of `test` in run 2:");
    terminal.write("p");
    stands(&terminal, &["paused"]);
    project.write("a.txt", "good again\n");
    terminal.write("p");
    stands(&terminal, &["passed", "waiting for changes"]);
    terminal.write("f");
    terminal.wait_for("nothing failed");
    terminal.write("o");
    terminal.wait_for("log of `test` in run 3:");
    terminal.write("a");
    terminal.wait_for("by hand");
    stands(&terminal, &["passed", "waiting for changes"]);
    let before = terminal.text().matches("good again").count();
    terminal.write("\n");
    terminal.wait_for_screen(|_| terminal.text().matches("good again").count() > before);
    stands(&terminal, &["passed", "waiting for changes"]);
    terminal.write("q");
    assert_eq!(terminal.finish(), 0);
}

#[test]
fn a_run_that_q_stops_is_told_as_cancelled() {
    let project = Project::new().script(
        "stage(\"count\", || sh(\"echo began; sleep 60\"));\n\
         stage(\"next\", #{ needs: \"count\" }, || 1);",
    );
    let mut terminal = project.terminal(["watch"]);
    terminal.wait_for("began");
    terminal.write("q");
    assert_eq!(terminal.finish(), 0);
    let text = terminal.text();
    for told in [
        "✗ count cancelled after",
        "○ next not run: `count` was cancelled",
        "1 cancelled, 1 not run in",
    ] {
        assert!(text.contains(told), "{text}");
    }
    assert!(!text.contains("error"), "{text}");
    assert_eq!(project.survivors(), Vec::<String>::new());
}

#[test]
fn a_file_that_is_moved_is_named_once_in_each_place() {
    let project = Project::new()
        .script("stage(\"text\", #{ inputs: \"*.txt\" }, || 1); stage(\"all\", || 2);")
        .file("a.txt", "");
    let mut terminal = project.terminal(["watch"]);
    stands(&terminal, &["passed", "2 stages", "waiting for changes"]);
    project.tool("mv", ["a.txt", "b.md"]);
    terminal.wait_for("↻ b.md added, a.txt removed\u{1b}");
    stands(&terminal, &["waiting for changes"]);
    terminal.write("q");
    assert_eq!(terminal.finish(), 0);
}

#[test]
fn what_failed_can_be_run_alone() {
    let project = project();
    project.write("a.txt", "bad\n");
    let mut terminal = project.terminal(["watch"]);
    stands(&terminal, &["test failing"]);
    terminal.write("f");
    terminal.wait_for_screen(|screen| screen.contains("you asked for it"));
    stands(&terminal, &["test failing"]);
    let text = terminal.text();
    let after = text.split("you asked for it").nth(1).unwrap_or_default();
    assert!(after.contains("test failed after"), "{text}");
    assert!(!after.contains("lint"), "{text}");
    terminal.interrupt();
    assert_eq!(terminal.finish(), 130);
}

#[test]
fn a_notification_tells_of_red_and_of_green() {
    let project = project().file(
        "bin/notify-send",
        "#!/bin/sh\necho \"$3: $4\" >> \"$HOME/told\"\n",
    );
    project.tool("chmod", ["+x", "bin/notify-send"]);
    let path = format!(
        "{}:{}",
        project.path("bin").display(),
        std::env::var("PATH").expect("a PATH")
    );
    let project = project.env("PATH", path);
    let mut terminal = project.terminal(["watch", "--notify"]);
    stands(&terminal, &["passed"]);
    project.write("a.txt", "bad\n");
    stands(&terminal, &["test failing"]);
    project.write("a.txt", "good\n");
    stands(&terminal, &["passed"]);
    let told = project.base().join("home/told");
    terminal.wait_for_screen(|_| {
        std::fs::read_to_string(&told).is_ok_and(|told| told.lines().count() == 2)
    });
    let told = std::fs::read_to_string(told).expect("what was told");
    assert!(told.contains("wharf: red: failing: test"), "{told}");
    assert!(
        told.contains("wharf: green again: everything passes"),
        "{told}"
    );
    terminal.write("q");
    assert_eq!(terminal.finish(), 0);
}

#[test]
fn a_stop_by_ctrl_z_stops_what_runs_and_the_keys_are_back_after_it() {
    let project = Project::new().script("stage(\"count\", || sh(\"echo began; exec sleep 600\"));");
    let mut terminal = project.terminal(["watch"]);
    terminal.wait_for("began");
    terminal.write("\x1a");
    terminal.wait_for_screen(|_| project.states().iter().all(|state| state == "T"));
    assert!(terminal.waits_for_lines(), "it is not given back");
    terminal.set_for_lines();
    terminal.signal(rustix::process::Signal::CONT);
    terminal.wait_for_screen(|_| !terminal.waits_for_lines());
    terminal.write("?");
    terminal.wait_for("enter run again");
    terminal.write("q");
    assert_eq!(terminal.finish(), 0);
}
