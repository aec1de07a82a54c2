//! What was run is known afterwards, whatever became of it.

mod silent;

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use insta::assert_snapshot;
use rustix::process::Signal;
use serde_json::Value;

use crate::harness::Project;

const SCRIPT: &str = r#"
stage("test", || { sh("echo tested; echo and said >&2"); 3 });
stage("lint", #{ needs: ["test"] }, || { if param("lint", "ok") != "ok" { fail("no good") } });
stage("image", #{ needs: ["lint"], when: false }, || 1);
stage("deploy", #{ needs: ["image"] }, || 1);
"#;

/// A run that goes on until it is ended.
const WAITING: &str = r#"
stage("wait", || sh("sh -c 'sleep 600 & echo up; wait' & wait"));
stage("after", #{ needs: ["wait"] }, || 1);
"#;

/// The table without the width of its columns.
fn history(project: &Project) -> String {
    let told = project.run(["history"]).all();
    let lines = told
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ") + "\n");
    lines.collect()
}

fn runs(project: &Project) -> Vec<Value> {
    let (code, stdout, stderr) = project.run(["history", "--json"]).streams();
    assert_eq!((code, stderr.as_str()), (0, ""));
    serde_json::from_str(&stdout).expect("an array of runs")
}

/// Waits until the first run's log of `stage` holds `text`.
#[track_caller]
fn wait_for_log(project: &Project, stage: &str, text: &str) {
    let path = project.path(&format!(".wharf/logs/1/{stage}.log"));
    let begin = Instant::now();
    while !fs::read_to_string(&path).is_ok_and(|log| log.contains(text)) {
        let patient = begin.elapsed() < Duration::from_secs(30);
        assert!(patient, "`{text}` was never logged");
        thread::park_timeout(Duration::from_millis(5));
    }
}

fn run(project: &Project, arguments: &[&str]) {
    let all = ["run", "--quiet"].iter().chain(arguments);
    project.run(all).streams();
}

#[test]
fn history_tells_how_each_run_ended() {
    let project = Project::new().script(SCRIPT).env("USER", "ada").git();
    run(&project, &[]);
    run(&project, &["--param", "lint=bad"]);
    run(&project, &["--rehearse", "test"]);
    let commit = project.tool("git", ["rev-parse", "HEAD"]);
    let shown = history(&project).replace(&commit[..7], "[commit]");
    assert_snapshot!(shown, @"
    exit: 0
    ── stdout
    3 [time] ago [time] passed main@[commit] 1 passed, rehearsal
    2 [time] ago [time] failed main@[commit] 1 passed, 1 failed, 2 not run
    1 [time] ago [time] passed main@[commit] 2 passed, 2 skipped
    ");
    let runs = runs(&project);
    let run = &runs[1];
    assert_eq!(run["run"], 2);
    assert_eq!(run["outcome"], "failed");
    assert_eq!(run["commit"], commit.trim());
    assert_eq!(run["branch"], "main");
    assert!(
        run["who"]
            .as_str()
            .is_some_and(|who| who.starts_with("ada@"))
    );
    assert_eq!(
        run["arguments"],
        serde_json::json!(["run", "--quiet", "--param", "lint=bad"])
    );
    let states: Vec<_> = run["stages"]
        .as_array()
        .expect("stages")
        .iter()
        .map(|stage| (stage["name"].as_str(), stage["state"].as_str()))
        .collect();
    assert_eq!(
        states,
        [
            (Some("test"), Some("passed")),
            (Some("lint"), Some("failed")),
            (Some("image"), Some("not_run")),
            (Some("deploy"), Some("not_run"))
        ]
    );
    assert_eq!(run["stages"][0]["result"], 3);
    assert_eq!(runs[2]["stages"][2]["why"], "its `when` is false");
    project.run(["history", "--limit", "1", "--json"]).streams();
    // Nobody commits it by accident.
    assert_eq!(project.tool("git", ["status", "--porcelain"]), "");
}

#[test]
fn logs_show_what_was_printed_under_the_stages_names() {
    let project = Project::new().script(SCRIPT);
    run(&project, &["--param", "lint=bad"]);
    assert_snapshot!(project.run(["logs", "last"]).all(), @r#"
    exit: 0
    ── stdout
    ▸ test passed in [time]
    tested
    and said
    ▸ lint failed after [time]
    error: no good
     --> wharf.rhai:3:75
      |
    3 | stage("lint", #{ needs: ["test"] }, || { if param("lint", "ok") != "ok" { fail("no good") } });
      |                                                                           ^^^^
    ▸ image not run: `lint` did not pass
    ▸ deploy not run: `image` did not run
    "#);
    project
        .run(["logs", "1", "test"])
        .stdout("tested\nand said\n");
    project
        .run(["logs", "1", "deploy"])
        .stderr("`deploy`: it has not run\n");
}

#[test]
fn logs_and_history_hide_secrets() {
    let project = Project::new()
        .script(
            r#"
let token = secret("TOKEN");
param("key", "");
stage("use", || { sh("printf 'the key is hun'; sleep 0.05; echo ter2-lock"); #{ key: token } });
stage("fail " + token, #{ needs: ["use"] }, || { print("no"); fail("refused " + token) });
"#,
        )
        .env("TOKEN", "hunter2-lock");
    run(&project, &["--param", "key=hunter2-lock"]);
    project.run(["logs", "1", "use"]).stdout("the key is ***\n");
    assert_snapshot!(project.run(["logs", "1", "fail ***"]).all(), @r#"
    exit: 0
    ── stdout
    no
    error: refused ***
     --> wharf.rhai:5:63
      |
    5 | stage("fail " + token, #{ needs: ["use"] }, || { print("no"); fail("refused " + token) });
      |                                                               ^^^^
    "#);
    let runs = runs(&project);
    assert_eq!(runs[0]["stages"][0]["result"]["key"], "***");
    assert_eq!(runs[0]["arguments"][3], "key=***");
    let folder = project.path(".wharf");
    let (_, found, _) = project
        .run_program("grep", ["-rc", "hunter2", folder.to_str().expect("a path")])
        .streams();
    assert!(found.lines().all(|line| line.ends_with(":0")), "{found}");
    assert!(!found.contains("hunter2"), "{found}");
}

#[test]
fn looking_leaves_no_journal() {
    let project = Project::new().script(SCRIPT);
    for arguments in [&["check"][..], &["history"], &["logs", "last"], &[]] {
        project.run(arguments).streams();
    }
    project.write("wharf.rhai", "let x = ;");
    run(&project, &[]);
    assert!(!project.path(".wharf").exists());
}

#[test]
fn nobody_hears_of_the_journal_where_no_run_starts() {
    let project = Project::new()
        .script("let x = ;")
        .file(".wharf/journal.db", "no database");
    let (code, _, stderr) = project.run(["run"]).streams();
    assert_eq!(code, 2, "{stderr}");
    assert!(!stderr.contains("recorded"), "{stderr}");
    project.write("wharf.rhai", "print(1);");
    let (code, _, stderr) = project.run(["run"]).streams();
    assert_eq!(code, 0, "{stderr}");
    assert!(stderr.contains("this run cannot be recorded"), "{stderr}");
}

#[test]
fn a_journal_that_cannot_be_written_is_a_warning() {
    let project = Project::new()
        .script("print(\"done\");")
        .file(".wharf", "in the way");
    let (code, stdout, stderr) = project.run(["run"]).streams();
    assert_eq!((code, stdout.as_str()), (0, "done\n"), "{stderr}");
    let warning = "  warning: this run cannot be recorded in `.wharf`: File exists\n";
    assert_eq!(stderr.matches(warning).count(), 1, "{stderr}");
}

#[test]
fn a_journal_of_a_newer_wharf_is_left_alone() {
    let project = Project::new().script("print(\"done\");");
    run(&project, &[]);
    let newer =
        "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('PRAGMA user_version = 99')";
    project.tool("python3", ["-c", newer, ".wharf/journal.db"]);
    assert_snapshot!(project.run(["history"]).all(), @"
    exit: 1
    ── stderr
    error: the journal cannot be used
    cause: it was written by a newer wharf: its version is 99, and this one knows 3
    hint: update this wharf
    ");
    let (code, stdout, stderr) = project.run(["run"]).streams();
    assert_eq!((code, stdout.as_str()), (0, "done\n"));
    assert!(stderr.contains("its version is 99"), "{stderr}");
}

#[test]
fn a_killed_run_is_known_as_interrupted_and_its_processes_are_stopped() {
    for next in ["history", "run"] {
        let project = Project::new().script(WAITING);
        let running = project.spawn(["run", "--quiet"]);
        running.wait_for("up\n");
        // Whoever finds the line in the log finds the process.
        wait_for_log(&project, "wait", "up\n");
        let follower = project.spawn(["logs", "last", "--follow"]);
        follower.wait_for("up\n");
        assert_eq!(runs(&project)[0]["outcome"], "running");
        running.signal(Signal::KILL);
        running.finish().exit(137).stdout("up\n");
        follower
            .finish_within(Duration::from_secs(2))
            .stdout("▸ wait\nup\n");
        assert!(!project.survivors().is_empty());
        if next == "run" {
            project.write("wharf.rhai", "print(1);");
        }
        let (code, _, stderr) = project.run([next]).streams();
        assert_eq!(code, 0, "{stderr}");
        assert!(
            stderr.contains("warning: stopped what run 1 had left running\n"),
            "{stderr}"
        );
        project.wait_for_survivors(&[]);
        let runs = runs(&project);
        let run = runs.last().expect("a run");
        assert_eq!(run["outcome"], "interrupted");
        assert_eq!(run["stages"][0]["state"], "cancelled");
        assert_eq!(run["stages"][1]["state"], "not_run");
    }
}

#[test]
fn a_stopped_run_is_interrupted_too() {
    let project = Project::new().script(WAITING);
    let running = project.spawn(["run", "--quiet"]);
    running.wait_for("up\n");
    running.signal(Signal::INT);
    running.finish().streams();
    assert_snapshot!(history(&project), @"
    exit: 0
    ── stdout
    1 [time] ago [time] interrupted - 1 cancelled, 1 not run
    ");
}

#[test]
fn a_log_is_followed_until_its_run_ends() {
    let project = Project::new().script(
        r#"
stage("one", || sh("echo first; while [ ! -e go ]; do sleep 0.01; done; echo second"));
stage("two", #{ needs: ["one"] }, || print("third"));
"#,
    );
    let running = project.spawn(["run", "--quiet"]);
    running.wait_for("first\n");
    wait_for_log(&project, "one", "first\n");
    let all = project.spawn(["logs", "last", "--follow"]);
    let one = project.spawn(["logs", "1", "one", "--follow"]);
    all.wait_for("first\n");
    one.wait_for("first\n");
    project.write("go", "");
    all.finish().stdout("▸ one\nfirst\nsecond\n▸ two\nthird\n");
    one.finish().stdout("first\nsecond\n");
    running.finish().stdout("first\nsecond\nthird\n");
}

#[test]
fn two_at_once_are_both_recorded() {
    let project = Project::new().script(
        r#"
for i in 0..50 { let name = "s" + i; stage(name, || print(name)); }
"#,
    );
    let running: Vec<_> = (0..4).map(|_| project.spawn(["run", "--quiet"])).collect();
    for one in running {
        let (code, _, stderr) = one.finish().streams();
        assert_eq!((code, stderr.as_str()), (0, ""));
    }
    let runs = runs(&project);
    let numbers: Vec<_> = runs.iter().map(|run| run["run"].as_i64()).collect();
    assert_eq!(numbers, [Some(4), Some(3), Some(2), Some(1)]);
    for run in &runs {
        assert_eq!(run["outcome"], "passed");
        let stages = run["stages"].as_array().expect("stages");
        assert_eq!(stages.len(), 50);
        assert!(stages.iter().all(|stage| stage["state"] == "passed"));
    }
    project.run(["logs", "4", "s49"]).stdout("s49\n");
}

#[test]
fn prune_removes_all_but_the_last() {
    let project = Project::new().script("print(\"hello\");");
    for _ in 0..3 {
        run(&project, &[]);
    }
    project
        .run(["history", "prune"])
        .stderr("removed 0 runs and kept 3 runs\n");
    project
        .run(["history", "prune", "--keep", "1"])
        .stderr("removed 2 runs and kept 1 run\n");
    assert!(!project.path(".wharf/logs/2").exists());
    project.run(["logs", "3", "script"]).stdout("hello\n");
    assert_snapshot!(project.run(["logs", "1"]).all(), @"
    exit: 2
    ── stderr
    error: run 1 is no longer in the journal
    hint: `wharf history` lists what is
    ");
}

#[test]
fn an_empty_journal_says_so() {
    let project = Project::new().script("print(\"hello\");");
    run(&project, &[]);
    project
        .run(["history", "prune", "--keep", "0"])
        .stderr("removed 1 run and kept 0 runs\n");
    assert_snapshot!(project.run(["logs", "last"]).all(), @"
    exit: 2
    ── stderr
    error: the journal is empty
    hint: `wharf run` records a run
    ");
}

#[test]
fn history_has_colour_on_a_terminal_only() {
    let project = Project::new().script("print(\"hello\");");
    run(&project, &[]);
    let mut terminal = project.terminal(["history"]);
    assert_eq!(terminal.finish(), 0);
    assert!(terminal.raw().contains("\x1b[32mpassed\x1b[0m"));
    let (_, stdout, _) = project.run(["history"]).streams();
    assert!(!stdout.contains('\x1b'), "{stdout}");
}
