//! What is there for a while only, when a stage looks.

use std::fs;

use super::{end, watch};
use crate::harness::Project;

#[test]
fn what_git_brings_back_after_a_run_without_it() {
    is_looked_at_again(
        |project| remove(project, "a/a.txt"),
        "saw\n",
        |project| {
            project.tool("git", ["checkout", "-q", "a/a.txt"]);
        },
    );
}

#[test]
fn what_is_written_as_it_was_after_a_run_without_it() {
    is_looked_at_again(
        |project| remove(project, "a/a.txt"),
        "saw\n",
        |project| project.write("a/a.txt", "a\n"),
    );
}

#[test]
fn a_folder_that_comes_back_after_a_run_without_it() {
    is_looked_at_again(
        |project| rename(project, "a", "b"),
        "saw\n",
        |project| rename(project, "b", "a"),
    );
}

#[test]
fn a_file_that_goes_after_a_run_with_it() {
    is_looked_at_again(
        |project| project.write("a/b.txt", "b\n"),
        "saw a b\n",
        |project| remove(project, "a/b.txt"),
    );
}

/// What changes during a run, which has `seen` it, and is as it was after that, before anybody
/// looked.
#[track_caller]
fn is_looked_at_again(change: impl FnOnce(&Project), seen: &str, restore: impl FnOnce(&Project)) {
    let script = r#"stage("tell", || sh("[ ! -e wait ] || { echo waits; cat pipe; }; echo saw $(cat a/*)"));"#;
    let project = Project::new()
        .script(script)
        .file(".gitignore", "pipe\nwait\n")
        .file("a/a.txt", "a\n")
        .git();
    project.tool("mkfifo", ["pipe"]);
    let running = watch(&project, &["--settle", "1s"]);
    project.write("wait", "");
    project.write("new.txt", "");
    running.wait_for("waits\n");
    change(&project);
    fs::remove_file(project.path("wait")).expect("a file");
    project.write("pipe", "");
    running.wait_for(seen);
    running.wait_for_stderr_count(" passed in ", 2);
    restore(&project);
    running.wait_for_count("saw a\n", 2);
    end(running);
}

fn remove(project: &Project, path: &str) {
    fs::remove_file(project.path(path)).expect("a file");
}

fn rename(project: &Project, from: &str, to: &str) {
    fs::rename(project.path(from), project.path(to)).expect("a folder");
}
