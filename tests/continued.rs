//! What a run that continues another repeats: stages for which something changed, and no effect.

use insta::assert_snapshot;
use rustix::process::Signal;

use crate::harness::Project;

/// The lines of standard error but for those on what orphans were stopped, and the exit code.
fn resume(project: &Project, arguments: &[&str]) -> (i32, String) {
    let told = project.run(["resume"].iter().chain(arguments));
    let (code, _, stderr) = told.streams();
    let lines = stderr.lines().filter(|line| !line.starts_with("warning:"));
    (code, lines.collect::<Vec<_>>().join("\n"))
}

/// What the stages did, as they wrote it into a file.
fn effects(project: &Project) -> String {
    let written = std::fs::read_to_string(project.path("effects")).expect("effects");
    written.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn an_effect_is_not_repeated_however_often_a_run_is_resumed() {
    let project = Project::new()
        .script(
            r#"
stage("pre", #{ inputs: "*.in" }, || { if read_file("x.in") == "bad" { fail("bad input") } 1 });
stage("pub", #{ needs: "pre" }, || { sh("echo pub >> effects", #{ effect: "publish" }); 2 });
stage("dep", #{ needs: "pub" }, || {
    sh("echo dep1 >> effects", #{ effect: "deploy" });
    sh("[ -e ok ]");
    sh("echo dep2 >> effects", #{ effect: "deploy" });
});
"#,
        )
        .file("x.in", "good");
    project.run(["run", "--quiet"]).exit(1).streams();
    project.write("x.in", "bad");
    project.run(["resume", "--quiet"]).exit(1).streams();
    project.write("x.in", "good2");
    project.write("ok", "");
    assert_snapshot!(project.run(["resume"]).all(), @"
    exit: 0
    ── stderr
    ▸ pre
    ✓ pre [time]  ran: x.in changed
    ○ pub skipped: passed in run 1
    ▸ dep
      `sh` is done already, in run 1
    ✓ dep [time]
    2 passed, 1 skipped in [time]
    ");
    assert_eq!(effects(&project), "pub dep1 dep2");
}

#[test]
fn a_run_is_resumed_once() {
    let project = Project::new().script(r#"stage("a", || sh("[ -e ok ]")); stage("b", || 1);"#);
    project.run(["run", "--quiet"]).exit(1).streams();
    project.run(["resume", "--quiet"]).exit(1).streams();
    assert_snapshot!(project.run(["resume", "1"]).all(), @"
    exit: 2
    ── stderr
    error: run 1 was resumed by run 2
    hint: `wharf resume 2` continues it
    ");
    project.write("ok", "");
    project.run(["resume", "2", "--quiet"]).exit(0).streams();
    assert_snapshot!(project.run(["resume", "1"]).all(), @"
    exit: 2
    ── stderr
    error: run 1 was resumed by run 2
    hint: run 3 passed: nothing is left to do
    ");
}

#[test]
fn a_run_that_is_continued_outlives_pruning() {
    let project = Project::new().script(
        r#"
stage("pub", || { sh("echo pub >> effects", #{ effect: "publish" }); 1 });
stage("dep", #{ needs: "pub" }, || sh("[ -e ok ]"));
"#,
    );
    project.run(["run", "--quiet"]).exit(1).streams();
    project.run(["resume", "--quiet"]).exit(1).streams();
    project
        .run(["history", "prune", "--keep", "1"])
        .exit(0)
        .streams();
    project.write("ok", "");
    project.run(["resume", "--quiet"]).exit(0).streams();
    assert_eq!(effects(&project), "pub");
}

const CHAIN: &str = r#"
stage("a", #{ inputs: "x.in" }, || read_file("x.in"));
stage("b", #{ needs: "a" }, |a| { sh("echo tell >> effects", #{ effect: "notify" }); "built from " + a });
stage("c", #{ needs: "b" }, |b| { sh("[ -e ok ]"); print(b) });
stage("d", #{ needs: "c" }, || 1);
"#;

#[test]
fn a_stage_runs_again_when_what_it_needs_gives_something_else() {
    let project = Project::new().script(CHAIN).file("x.in", "old");
    project.run(["run", "--quiet"]).exit(1).streams();
    project.write("x.in", "new");
    project.write("ok", "");
    assert_snapshot!(project.run(["resume"]).all(), @"
    exit: 0
    ── stdout
    built from new
    ── stderr
    ▸ a
    ✓ a [time]  ran: x.in changed
    ▸ b
      `sh` is done already, in run 1
    ✓ b [time]  ran: the result of `a` changed
    ▸ c
    ✓ c [time]
    ▸ d
    ✓ d [time]
    4 passed in [time]
    ");
    assert_eq!(effects(&project), "tell");
}

#[test]
fn a_stage_runs_again_when_its_script_changed() {
    let project = Project::new().script(CHAIN).file("x.in", "old");
    project.run(["run", "--quiet"]).exit(1).streams();
    project.write("ok", "");
    let project = project.script(&CHAIN.replace("built", "made"));
    assert_snapshot!(project.run(["resume"]).all(), @"
    exit: 0
    ── stdout
    made from old
    ── stderr
    ○ a skipped: passed in run 1
    ▸ b
      `sh` is done already, in run 1
    ✓ b [time]  ran: its script changed
    ▸ c
    ✓ c [time]
    ▸ d
    ✓ d [time]
    3 passed, 1 skipped in [time]
    ");
    assert_eq!(effects(&project), "tell");
}

#[test]
fn what_always_runs_cleans_up_again_after_what_ran_again() {
    let project = Project::new()
        .script(
            r#"
stage("up", #{ inputs: "x.in" }, || sh("echo up >> effects"));
stage("down", #{ needs: "up", always: true }, || sh("echo down >> effects"));
stage("test", || sh("[ -e ok ]"));
"#,
        )
        .file("x.in", "old");
    let jobs = ["--jobs", "1", "--keep-going", "--quiet"];
    project.run(["run"].iter().chain(&jobs)).exit(1).streams();
    project.run(["resume", "--quiet"]).exit(1).streams();
    assert_eq!(effects(&project), "up down");
    project.write("x.in", "new");
    project.run(["resume", "--quiet"]).exit(1).streams();
    assert_eq!(effects(&project), "up down up down");
}

/// Announces itself, and waits until it is stopped.
const POST: &str =
    r#"sh("echo posted >> effects; echo up; while :; do :; done", #{ effect: "deploy" })"#;

const DOUBT: &str = "error: whether `sh` in stage `deploy` has happened is not known: run 1 ended in the middle of it
hint: look, then say `wharf resume 1 --done deploy`, or `--again deploy` to repeat it";

#[test]
fn an_effect_that_an_interrupt_cut_off_is_asked_about() {
    let project = Project::new().script(&format!("stage(\"deploy\", || {POST});"));
    let running = project.spawn(["run"]);
    running.wait_for("up\n");
    running.signal(Signal::INT);
    let _ = running.finish().streams();
    assert_eq!(resume(&project, &[]), (3, DOUBT.to_owned()));
    assert_eq!(resume(&project, &["--done", "deploy"]).0, 0);
    assert_eq!(effects(&project), "posted");
}

#[test]
fn an_effect_that_a_timeout_cut_off_is_asked_about() {
    for script in [
        format!("stage(\"deploy\", #{{ timeout: 0.3 }}, || {POST});"),
        format!(
            "stage(\"deploy\", || {});",
            POST.replace("#{", "#{ timeout: 0.3,")
        ),
    ] {
        let project = Project::new().script(&script);
        project.run(["run", "--quiet"]).exit(1).streams();
        assert_eq!(resume(&project, &[]), (3, DOUBT.to_owned()), "{script}");
    }
}

#[test]
fn an_effect_that_anothers_failure_cut_off_is_asked_about() {
    let fail = r#"sh("until [ -e effects ]; do :; done; exit 1")"#;
    let script = format!("stage(\"deploy\", || {POST}); stage(\"test\", || {fail});");
    let project = Project::new().script(&script);
    let jobs = ["run", "--quiet", "--jobs", "2"];
    project.run(jobs).exit(1).streams();
    assert_eq!(resume(&project, &[]), (3, DOUBT.to_owned()));
}

#[test]
fn a_resumed_run_keeps_its_parameters() {
    let project =
        Project::new().script(r#"stage("a", || { print(param("p")); sh("[ -e ok ]") });"#);
    project
        .run(["run", "--quiet", "-p", "p=1"])
        .exit(1)
        .streams();
    assert_snapshot!(project.run(["resume", "-p", "p=2"]).all(), @"
    exit: 2
    ── stderr
    error: a resumed run keeps its parameters, and `p=2` is none of them
    hint: `wharf run` takes others
    ");
    project.write("ok", "");
    project
        .run(["resume", "--quiet", "-p", "p=1"])
        .exit(0)
        .stdout("1\n")
        .streams();
}

#[test]
fn a_stage_keeps_the_result_that_others_were_given_whatever_ran_since() {
    let project = Project::new()
        .script(
            r#"
stage("a", #{ inputs: "x.in" }, || sh("cat x.in run").stdout);
stage("p", #{ needs: "a" }, |a| { sh(`echo ${a} >> effects`, #{ effect: "publish" }); 1 });
stage("b", #{ needs: "p" }, || sh("[ -e ok ]"));
"#,
        )
        .file("x.in", "in-")
        .file("run", "one");
    project.run(["run", "--quiet"]).exit(1).streams();
    project.write("run", "two");
    let forced = ["run", "--force", "--quiet", "a"];
    project.run(forced).exit(0).streams();
    assert_snapshot!(project.run(["resume", "1"]).all(), @r#"
    exit: 1
    ── stderr
    ○ a skipped: passed in run 1
    ○ p skipped: passed in run 1
    ▸ b
    ✗ b failed after [time]
    1 failed, 2 skipped in [time]
    error: stage `b`: `sh`: the command ended with exit code 1
     --> wharf.rhai:4:32
      |
    4 | stage("b", #{ needs: "p" }, || sh("[ -e ok ]"));
      |                                ^^
    "#);
    project.write("ok", "");
    project.run(["resume", "3", "--quiet"]).exit(0).streams();
    assert_eq!(effects(&project), "in-one");
}

#[test]
fn what_was_asked_for_or_rehearsed_is_not_repeated() {
    for (option, call) in [
        ("--force", ""),
        (
            "--rehearse",
            r#"http("https://example.com", #{ method: "POST" });"#,
        ),
    ] {
        let script = format!(
            r#"
stage("a", #{{ inputs: "x.in" }}, || {{ sh("echo a >> effects"); {call} 1 }});
stage("b", #{{ needs: "a" }}, || sh("[ -e ok ]"));
"#
        );
        let project = Project::new().script(&script).file("x.in", "1");
        project.run(["run", option, "--quiet"]).exit(1).streams();
        project.write("ok", "");
        project.run(["resume", "--quiet"]).exit(0).streams();
        assert_eq!(effects(&project), "a", "{option}");
    }
}

#[test]
fn a_stage_that_is_said_to_be_done_stays_done() {
    let project = Project::new()
        .script(&format!(
            r#"
stage("deploy", #{{ inputs: "x.in" }}, || {POST});
stage("b", #{{ needs: "deploy" }}, || sh("[ -e ok ]"));
"#
        ))
        .file("x.in", "1");
    let running = project.spawn(["run"]);
    running.wait_for("up\n");
    running.signal(Signal::INT);
    let _ = running.finish().streams();
    assert_eq!(resume(&project, &["--done", "deploy"]).0, 1);
    project.write("ok", "");
    assert_eq!(resume(&project, &[]).0, 0);
    assert_eq!(effects(&project), "posted");
}

#[test]
fn of_a_plan_no_more_is_resumed_than_was_reviewed() {
    let project = Project::new().script(
        r#"
stage("a", || 1);
stage("b", #{ needs: "a" }, || sh("[ -e ok ]"));
stage("c", #{ needs: "b" }, || 3);
stage("d", #{ needs: "c" }, || 4);
"#,
    );
    project.run(["run", "--quiet", "a"]).exit(0).streams();
    let save = ["plan", "--only", "b", "--save", "reviewed"];
    project.run(save).exit(0).streams();
    let run = ["run", "--quiet", "--plan", "reviewed"];
    project.run(run).exit(1).streams();
    project.run(["resume", "--quiet"]).exit(1).streams();
    project.write("ok", "");
    assert_snapshot!(project.run(["resume"]).all(), @"
    exit: 0
    ── stderr
    ▸ b
      the result of `a` is that of run 1, [time] ago
    ✓ b [time]
    1 passed in [time]
    ");
}

#[test]
fn an_effect_whose_result_is_lost_is_not_taken_for_another() {
    let project = Project::new()
        .script(
            r#"
stage("deploy", || {
    let key = secret("KEY");
    let answer = sh("echo up >> effects; echo key is $KEY", #{ effect: "deploy" });
    sh("[ -e ok ]");
    print(answer.stdout.len)
});
"#,
        )
        .env("KEY", "hunter2");
    project.run(["run", "--quiet"]).exit(1).streams();
    assert_snapshot!(project.run(["resume"]).all(), @r#"
    exit: 1
    ── stderr
    ▸ deploy
    ✗ deploy failed after [time]
    1 failed in [time]
    error: `sh`: it is done already, in run 1, and its result held a secret, which was not kept
     --> wharf.rhai:4:18
      |
    4 |     let answer = sh("echo up >> effects; echo key is $KEY", #{ effect: "deploy" });
      |                  ^^
    hint: `wharf resume --again deploy` repeats it; `--done deploy` counts the stage as passed
    "#);
    project.write("ok", "");
    project
        .run(["resume", "--again", "deploy"])
        .exit(0)
        .streams();
    assert_eq!(effects(&project), "up up");
}
