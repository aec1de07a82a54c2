//! Stages beside each other: what starts when, what a failure does to the others, further attempts.

use std::time::Duration;

use insta::assert_snapshot;
use rustix::process::Signal;

use crate::harness::Project;

const SOON: Duration = Duration::from_secs(2);

/// Shell that returns only once the file is there.
fn until(file: &str) -> String {
    format!("until [ -e {file} ]; do :; done")
}

#[test]
fn stages_that_do_not_need_each_other_run_at_the_same_time() {
    let (a, b) = (until("b"), until("a"));
    let project = Project::new().script(&format!(
        r#"
stage("a", || sh("touch a; {a}"));
stage("b", || sh("touch b; {b}"));
stage("c", #{{ needs: ["a", "b"] }}, || print("both"));
"#
    ));
    let told = project.run(["run", "--jobs", "2"]);
    told.exit(0).stdout("both\n").streams();
}

#[test]
fn no_more_stages_run_at_a_time_than_jobs() {
    let project = Project::new().script(
        r#"
for name in ["a", "b", "c", "d"] {
    stage(name, || sh("mkdir only; [ $(ls -d only* | wc -l) = 1 ]; rmdir only"));
}
"#,
    );
    assert_snapshot!(project.run(["run", "--jobs", "1"]).all(), @"
    exit: 0
    ── stderr
    ▸ a
    ✓ a [time]
    ▸ b
    ✓ b [time]
    ▸ c
    ✓ c [time]
    ▸ d
    ✓ d [time]
    4 passed in [time]
    ");
    let refused = project.run(["run", "--jobs", "0"]);
    assert_snapshot!(refused.all(), @"
    exit: 2
    ── stderr
    error: invalid value '0' for '--jobs <N>': `0` is not a number of jobs; write 1 or more

    For more information, try '--help'.
    ");
}

#[test]
fn a_failure_stops_what_runs_beside_it() {
    let up = until("up");
    let project = Project::new().script(&format!(
        r#"
stage("long", || sh("touch up; sleep 600"));
stage("short", || {{ sh("{up}"); fail("enough"); }});
stage("later", #{{ needs: "long" }}, || print("never"));
stage("last", || print("never"));
"#
    ));
    let told = project.spawn(["run", "--jobs", "2"]).finish_within(SOON);
    let (code, stdout, stderr) = told.streams();
    assert_eq!((code, stdout.as_str()), (1, ""));
    for line in [
        "✗ long cancelled after ",
        "✗ short failed after ",
        "○ later not run: `long` was cancelled\n",
        "○ last not run: the run stops at its first failure\n",
        "error: stage `short`: enough\n",
    ] {
        assert!(stderr.contains(line), "{line}: {stderr}");
    }
    project.wait_for_survivors(&[]);
}

#[test]
fn with_keep_going_all_that_does_not_depend_on_a_failure_runs() {
    let project = Project::new().script(
        r#"
stage("a", || fail("first"));
stage("b", #{ needs: "a" }, || print("never"));
stage("c", || print("c runs"));
stage("d", #{ needs: "c" }, || fail("second"));
stage("e", #{ needs: ["b", "c"] }, || print("never"));
"#,
    );
    assert_snapshot!(project.run(["run", "--keep-going"]).all(), @r#"
    exit: 1
    ── stdout
    c runs
    ── stderr
    ▸ a
    ✗ a failed after [time]
    ○ b not run: `a` did not pass
    ▸ c
    ✓ c [time]
    ▸ d
    ✗ d failed after [time]
    ○ e not run: `b` did not run
    1 passed, 2 failed, 2 not run in [time]
    error: stage `a`: first
     --> wharf.rhai:2:15
      |
    2 | stage("a", || fail("first"));
      |               ^^^^

    error: stage `d`: second
     --> wharf.rhai:5:32
      |
    5 | stage("d", #{ needs: "c" }, || fail("second"));
      |                                ^^^^
    "#);
}

#[test]
fn a_failure_that_is_allowed_lets_the_run_pass() {
    let project = Project::new().script(
        r#"
stage("audit", #{ allow_failure: true }, || fail("three old packages"));
stage("deploy", #{ needs: "audit" }, |audit| print(`deployed, audit gave ${type_of(audit)}`));
on_failure(|failure| print("never"));
on_success(|| print("passed"));
"#,
    );
    assert_snapshot!(project.run(["run"]).all(), @"
    exit: 0
    ── stdout
    deployed, audit gave ()
    passed
    ── stderr
    ▸ audit
    ! audit failed after [time], which is allowed: three old packages
    ▸ deploy
    ✓ deploy [time]
    1 passed, 1 failed (allowed) in [time]
    ");
}

#[test]
fn what_always_runs_does_after_a_failure_and_its_own_does_not_hide_the_first() {
    let project = Project::new().script(
        r#"
stage("test", || fail("first"));
stage("deploy", #{ needs: "test" }, || print("never"));
stage("clean", #{ needs: "deploy", always: true }, || { print("cleaning"); fail("second") });
"#,
    );
    assert_snapshot!(project.run(["run"]).all(), @r#"
    exit: 1
    ── stdout
    cleaning
    ── stderr
    ▸ test
    ✗ test failed after [time]
    ○ deploy not run: `test` did not pass
    ▸ clean
    ✗ clean failed after [time]
    2 failed, 1 not run in [time]
    error: stage `test`: first
     --> wharf.rhai:2:18
      |
    2 | stage("test", || fail("first"));
      |                  ^^^^

    error: stage `clean`: second
     --> wharf.rhai:4:76
      |
    4 | stage("clean", #{ needs: "deploy", always: true }, || { print("cleaning"); fail("second") });
      |                                                                            ^^^^
      | cleaning
    hint: see all of it: `wharf logs 1 clean`
    "#);
}

#[test]
fn what_always_runs_and_is_running_ends_in_its_time_after_an_interrupt() {
    let project = Project::new().script(
        r#"
stage("wait", || sh("echo up; sleep 600"));
stage("clean", #{ always: true }, || sh("echo cleaning; until [ -e stopped ]; do :; done; echo cleaned"));
"#,
    );
    let running = project.spawn(["run", "--jobs", "2", "--output", "prefixed"]);
    running.wait_for("up\n");
    running.wait_for("cleaning\n");
    running.signal(Signal::INT);
    running.wait_for_stderr("✗ wait cancelled");
    project.write("stopped", "");
    running.wait_for("cleaned\n");
    let (code, _, stderr) = running.finish().streams();
    assert_eq!(code, 130);
    assert!(stderr.contains("✓ clean "), "{stderr}");
}

#[test]
fn a_stage_that_was_being_decided_about_does_not_start_after_a_failure() {
    let project = Project::new().script(
        r#"
stage("a", || { sh("until [ -e asking ]; do :; done"); fail("no") });
stage("b", #{ when: || { sh("touch asking; sleep 600"); true } }, || print("ran"));
"#,
    );
    let (code, stdout, stderr) = project.run(["run", "--jobs", "2"]).streams();
    assert_eq!((code, &*stdout), (1, ""));
    let told = "○ b not run: the run stops at its first failure";
    assert!(stderr.contains(told), "{stderr}");
}

#[test]
fn what_always_runs_does_after_an_interrupt() {
    let project = Project::new().script(
        r#"
stage("wait", || sh("echo up; sleep 600"));
stage("clean", #{ needs: "wait", always: true }, || sh("echo cleaned"));
"#,
    );
    let running = project.spawn(["run"]);
    running.wait_for("up\n");
    running.signal(Signal::INT);
    assert_snapshot!(running.finish_within(SOON).all(), @"
    exit: 130
    ── stdout
    up
    cleaned
    ── stderr
    ▸ wait
    ✗ wait cancelled after [time]
    ▸ clean
    ✓ clean [time]
    1 passed, 1 cancelled in [time]
    error: interrupted
    ");
}

#[test]
fn a_stage_is_tried_again_until_it_passes() {
    let project = Project::new().script(
        r#"
stage("flaky", #{ retry: #{ count: 3, backoff: "1ms" } },
    || sh("echo x >> tries; [ $(wc -l < tries) = 3 ]"));
"#,
    );
    assert_snapshot!(project.run(["run"]).all(), @"
    exit: 0
    ── stderr
    ▸ flaky
      warning: attempt 1 of 4 failed: `sh`: the command ended with exit code 1; the next one in [time]
      warning: attempt 2 of 4 failed: `sh`: the command ended with exit code 1; the next one in [time]
    ✓ flaky [time]
    1 passed in [time]
    ");
}

#[test]
fn the_last_attempt_decides() {
    let project = Project::new()
        .script(r#"stage("never", #{ retry: #{ count: 1, backoff: "1ms" } }, || fail("no"));"#);
    assert_snapshot!(project.run(["run"]).all(), @r#"
    exit: 1
    ── stderr
    ▸ never
      warning: attempt 1 of 2 failed: no; the next one in [time]
    ✗ never failed after [time]
    1 failed in [time]
    error: no
     --> wharf.rhai:1:62
      |
    1 | stage("never", #{ retry: #{ count: 1, backoff: "[time]" } }, || fail("no"));
      |                                                              ^^^^
    "#);
}

#[test]
fn only_the_named_failures_are_tried_again() {
    let project = Project::new().script(
        r#"
stage("flaky", #{ retry: #{ count: 5, backoff: "1ms", on: [75] } },
    || sh("echo x >> tries; [ $(wc -l < tries) = 2 ] && exit 1; exit 75"));
"#,
    );
    assert_snapshot!(project.run(["run"]).all(), @r#"
    exit: 1
    ── stderr
    ▸ flaky
      warning: attempt 1 of 6 failed: `sh`: the command ended with exit code 75; the next one in [time]
    ✗ flaky failed after [time]
    1 failed in [time]
    error: `sh`: the command ended with exit code 1
     --> wharf.rhai:3:8
      |
    3 |     || sh("echo x >> tries; [ $(wc -l < tries) = 2 ] && exit 1; exit 75"));
      |        ^^
    "#);
}

#[test]
fn a_stage_that_says_nothing_is_stopped() {
    let project = Project::new().script(
        r#"
stage("quiet", #{ silence: "200ms" }, || sh("while sleep 0.05; do echo busy; [ -e done ] && sleep 600; touch done; done"));
"#,
    );
    let told = project.spawn(["run"]).finish_within(SOON);
    assert_snapshot!(told.all(), @r#"
    exit: 1
    ── stdout
    busy
    busy
    ── stderr
    ▸ quiet
    ✗ quiet failed after [time]
    1 failed in [time]
    error: `quiet` said nothing for [time] and was stopped
     --> wharf.rhai:2:42
      |
    2 | stage("quiet", #{ silence: "[time]" }, || sh("while sleep 0.05; do echo busy; [ -e done ] && sleep 600; touch done; done"));
      |                                          ^^
      | busy
      | busy
    hint: a longer `silence` lets it continue
    hint: see all of it: `wharf logs 1 quiet`
    "#);
    project.wait_for_survivors(&[]);
}

#[test]
fn a_wait_between_attempts_ends_with_an_interrupt() {
    let project = Project::new()
        .script(r#"stage("flaky", #{ retry: #{ count: 3, backoff: "1h" } }, || fail("no"));"#);
    let running = project.spawn(["run"]);
    running.wait_for_stderr("attempt 1 of 4");
    running.signal(Signal::INT);
    let (code, _, _) = running.finish_within(SOON).streams();
    assert_eq!(code, 130);
}
