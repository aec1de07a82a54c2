//! What git does is one change.

use std::fs;

use super::{end, watch};
use crate::harness::Project;

/// A stage that counts the files which hold each word.
const COUNT: &str =
    r#"stage("count", || sh("cat src/*/*.txt | sort | uniq -c | tr -s ' \n' ' '; echo"));"#;

const FILES: usize = 1_000;

/// Two branches that differ in a thousand files.
fn branches() -> Project {
    let project = Project::new().script(COUNT);
    let write = |word: &str| {
        for number in 0..FILES {
            let path = format!("src/{}/{number}.txt", number % 20);
            project.write(&path, format!("{word}\n"));
        }
    };
    write("left");
    let project = project.git();
    project.tool("git", ["checkout", "-q", "-b", "other"]);
    for number in 0..FILES {
        let path = format!("src/{}/{number}.txt", number % 20);
        project.write(&path, "right\n");
    }
    project.tool("git", ["commit", "-q", "-a", "-m", "Change all"]);
    project.tool("git", ["checkout", "-q", "main"]);
    project
}

#[test]
fn a_checkout_of_a_thousand_files_is_one_run_on_all_of_them() {
    let project = branches();
    let running = watch(&project, &[]);
    for (round, (branch, word)) in [("other", "right"), ("main", "left"), ("other", "right")]
        .into_iter()
        .enumerate()
    {
        project.tool("git", ["checkout", "-q", branch]);
        running.wait_for_stderr_count(" passed in ", round + 2);
        running.wait_for_count(&format!("1000 {word}"), 1 + usize::from(round > 0));
    }
    let (stdout, _) = end(running);
    assert_eq!(
        stdout.replace(' ', ""),
        "1000left\n1000right\n1000left\n1000right\n"
    );
}

#[test]
fn nothing_starts_in_the_middle_of_a_rebase() {
    let project = Project::new()
        .script("stage(\"tell\", || sh(\"echo saw $(cat a.txt)\"));")
        .file("a.txt", "base\n")
        .git();
    project.tool("git", ["checkout", "-q", "-b", "topic"]);
    project.write("a.txt", "topic\n");
    project.tool("git", ["commit", "-q", "-a", "-m", "Topic"]);
    project.tool("git", ["checkout", "-q", "main"]);
    project.write("a.txt", "main\n");
    project.tool("git", ["commit", "-q", "-a", "-m", "Main"]);
    project.tool("git", ["checkout", "-q", "topic"]);
    let running = watch(&project, &[]);
    // It stops at the conflict.
    project.tool(
        "sh",
        ["-c", "! git rebase -q main 2> /dev/null > /dev/null"],
    );
    running.wait_for_stderr("waiting until a rebase is over");
    project.write("a.txt", "resolved\n");
    project.tool("git", ["add", "a.txt"]);
    project.tool("git", ["-c", "core.editor=true", "rebase", "--continue"]);
    running.wait_for("saw resolved\n");
    let (stdout, _) = end(running);
    assert_eq!(stdout, "saw topic\nsaw resolved\n");
}

#[test]
fn what_git_takes_away_and_brings_back_is_looked_at_again() {
    let script = "stage(\"tell\", || sh(\"echo saw $(cat *.txt); [ -e go ] || cat pipe\"));";
    let project = Project::new()
        .script(script)
        .file(".gitignore", "pipe\ngo\n")
        .file("a.txt", "a\n")
        .git();
    project.tool("mkfifo", ["pipe"]);
    project.tool("git", ["checkout", "-q", "-b", "other"]);
    project.write("b.txt", "b\n");
    project.tool("git", ["add", "b.txt"]);
    project.tool("git", ["commit", "-q", "-m", "Another"]);
    project.tool("git", ["checkout", "-q", "main"]);
    let running = project.spawn(["watch"]);
    running.wait_for("saw a\n");
    let there_and_back = "git checkout -q other && git checkout -q main";
    project.tool("sh", ["-c", there_and_back]);
    running.wait_for_count("saw a\n", 2);
    project.write("go", "");
    project.write("a.txt", "c\n");
    running.wait_for("saw c\n");
    end(running);
}

#[test]
fn a_lock_holds_and_its_end_lets_go() {
    let project = Project::new()
        .script("stage(\"tell\", || sh(\"echo saw $(cat a.txt)\"));")
        .file("a.txt", "one\n")
        .git();
    let running = watch(&project, &[]);
    project.write(".git/index.lock", "");
    project.write("a.txt", "two\n");
    project.write("a.txt", "three\n");
    fs::remove_file(project.path(".git/index.lock")).expect("the lock");
    running.wait_for("saw three\n");
    let (stdout, _) = end(running);
    assert_eq!(stdout, "saw one\nsaw three\n");
}

#[test]
fn a_lock_that_stays_is_told() {
    let project = Project::new()
        .script("stage(\"tell\", || sh(\"echo saw $(cat a.txt)\"));")
        .file("a.txt", "one\n")
        .git();
    let running = watch(&project, &[]);
    project.write(".git/index.lock", "");
    project.write("a.txt", "two\n");
    running.wait_for_stderr("waiting until the git command that holds `.git/index.lock` is over\n");
    fs::remove_file(project.path(".git/index.lock")).expect("the lock");
    running.wait_for("saw two\n");
    end(running);
}

#[test]
fn a_rebase_that_goes_on_at_the_begin_is_waited_for_and_then_there_is_one_run() {
    let project = Project::new()
        .script("stage(\"tell\", || sh(\"echo saw $(cat a.txt)\"));")
        .file("a.txt", "one\n")
        .git();
    project.write(".git/rebase-merge/done", "");
    let running = project.spawn(["watch"]);
    running.wait_for_stderr("waiting until a rebase is over");
    project.write("a.txt", "two\n");
    fs::remove_dir_all(project.path(".git/rebase-merge")).expect("a rebase");
    running.wait_for_stderr(" passed in ");
    project.write("a.txt", "three\n");
    running.wait_for("saw three\n");
    let (stdout, _) = end(running);
    assert_eq!(stdout, "saw two\nsaw three\n");
}
