//! What changes while a stage runs, and what a stage writes itself.

use std::fs;

use super::{decisions, ran};
use crate::harness::Project;

/// What the next run says.
#[track_caller]
fn warned(project: &Project, warning: &str) {
    let (code, _, stderr) = project.run(["run"]).streams();
    assert_eq!(code, 0, "{stderr}");
    assert!(stderr.contains(warning), "{stderr}");
}

#[test]
fn a_success_with_inputs_that_changed_meanwhile_is_not_kept() {
    let project = Project::new()
        .script(
            r#"stage("test", #{ inputs: "src" }, || sh("cmp -s other src/a || cp other src/a"));"#,
        )
        .file("src/a", "one\n")
        .file("other", "two\n");
    warned(
        &project,
        "src/a changed while it ran: its success is not kept",
    );
    project.write("src/a", "one\n");
    let again = "test ran: its success in run 1 was not kept";
    assert_eq!(ran(&project, &[]), again);
    let again = "test ran: its success in run 2 was not kept";
    assert_eq!(
        ran(&project, &[]),
        again,
        "of what it became nothing is known"
    );
    let kept = decisions(&project, &[]);
    assert!(kept.starts_with("test same inputs as run 3, "), "{kept}");
}

#[test]
fn a_success_with_inputs_that_changed_and_changed_back_is_not_kept() {
    let project = Project::new()
        .script(
            r#"stage("test", #{ inputs: "src" },
                || sh("[ ! -e other ] || { cp src/a kept; cp other src/a; cp kept src/a; }"));"#,
        )
        .file("src/a", "one\n")
        .file("other", "two\n");
    let told = "src/a was written while it ran: its success is not kept";
    warned(&project, told);
    fs::remove_file(project.path("other")).expect("a file");
    let again = "test ran: its success in run 1 was not kept";
    assert_eq!(ran(&project, &[]), again);
    assert_eq!(ran(&project, &[]), "");
    project.write("other", "two\n");
    warned(&project, "same inputs as run 2");
    let forced = project.run(["run", "--force"]).streams();
    assert!(forced.2.contains(told), "{forced:?}");
    let again = "test ran: its success in run 5 was not kept";
    assert_eq!(
        ran(&project, &[]),
        again,
        "what it was before holds no more"
    );
}

#[test]
fn what_a_stage_makes_among_its_inputs_may_be_written_again() {
    let project = Project::new()
        .script(
            r#"stage("test", #{ inputs: "src", outputs: "src/made" }, || sh("echo 1 > src/made"));"#,
        )
        .file("src/a", "");
    warned(
        &project,
        "src/made added while it ran: its success is not kept",
    );
    let again = "test ran: its success in run 1 was not kept";
    assert_eq!(ran(&project, &[]), again);
    assert_eq!(ran(&project, &[]), "");
}

#[test]
fn what_a_failure_may_have_left_of_the_outputs_is_made_again() {
    let project = Project::new()
        .script(
            r#"
stage("look", #{ inputs: "src" }, || sh("grep -q good src"));
stage("make", #{ inputs: "src", outputs: "made" }, || sh("cp src made; grep -q good src"));
"#,
        )
        .file("src", "good\n");
    assert_eq!(
        ran(&project, &[]),
        "look ran: first time\nmake ran: first time"
    );
    project.write("src", "bad\n");
    let (code, _, stderr) = project.run(["run", "--keep-going"]).streams();
    assert_eq!(code, 1, "{stderr}");
    assert_eq!(project.read("made"), "bad\n");
    project.write("src", "good\n");
    assert_eq!(ran(&project, &[]), "make ran: it failed in run 2");
    assert_eq!(project.read("made"), "good\n");
}
