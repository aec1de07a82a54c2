//! Stages: their order, their results, and what is said of them.

use insta::assert_snapshot;

use crate::harness::Project;

#[test]
fn only_the_named_stage_and_what_it_needs_run() {
    let told = Project::new()
        .script(
            r#"
stage("a", || print("a"));
stage("b", #{ needs: ["a"] }, || print("b"));
stage("c", || print("c"));
"#,
        )
        .run(["run", "b"]);
    assert_snapshot!(told.all(), @"
    exit: 0
    ── stdout
    a
    b
    ── stderr
    ▸ a
    ✓ a [time]
    ▸ b
    ✓ b [time]
    2 passed in [time]
    ");
}

#[test]
fn a_flat_script_is_one_stage() {
    let told = Project::new()
        .script(r#"sh("echo up"); print("done");"#)
        .run(["run"]);
    assert_snapshot!(told.all(), @"
    exit: 0
    ── stdout
    up
    done
    ── stderr
    ▸ script
    ✓ script [time]
    1 passed in [time]
    ");
}

#[test]
fn a_script_that_does_nothing_is_done() {
    assert_snapshot!(Project::new().script("").run(["run"]).all(), @r#"
    exit: 0
    ── stderr
    warning: the script `wharf.rhai` declares no stage
    hint: one is declared like this: `stage("test", || run_tests());`
    ▸ script
    ✓ script [time]
    1 passed in [time]
    "#);
}

#[test]
fn alone_it_lists_stages_and_runs_nothing() {
    let told = Project::new()
        .script(
            r#"
/// The tests, all of them
stage("test", || sh("touch ran"));
stage("deploy", #{ needs: ["test"], when: on_branch("main") }, || sh("touch ran"));
"#,
        )
        .git();
    assert_snapshot!(told.run([] as [&str; 0]).all(), @"
    exit: 0
    ── stdout
    stages:
      test    The tests, all of them
      deploy  needs test
    ");
    assert!(!told.path("ran").exists());
}

#[test]
fn a_condition_that_does_not_hold_skips_a_stage_and_what_needs_it() {
    let project = Project::new()
        .script(
            r#"
stage("test", || print("tested"));
stage("image", #{ needs: ["test"], when: on_branch("release/*") }, || print("never"));
stage("deploy", #{ needs: ["image"] }, || print("never"));
"#,
        )
        .git();
    assert_snapshot!(project.run(["run"]).all(), @"
    exit: 0
    ── stdout
    tested
    ── stderr
    ▸ test
    ✓ test [time]
    ○ image skipped: branch is main, needs release/*
    ○ deploy skipped: `image` was skipped
    1 passed, 2 skipped in [time]
    ");
}

#[test]
fn a_failure_stops_what_comes_after_and_is_told() {
    let told = Project::new().script(
        r#"
stage("test", || sh("echo 3 tests failed; exit 3"));
stage("deploy", #{ needs: ["test"] }, || sh("touch deployed"));
on_failure(|failure| print(`${failure.stage}: ${failure.message}`));
on_success(|| print("never"));
"#,
    );
    assert_snapshot!(told.run(["run"]).all(), @r#"
    exit: 1
    ── stdout
    3 tests failed
    test: `sh`: the command ended with exit code 3
    ── stderr
    ▸ test
    ✗ test failed after [time]
    ○ deploy not run: `test` did not pass
    1 failed, 1 not run in [time]
    error: stage `test`: `sh`: the command ended with exit code 3
     --> wharf.rhai:2:18
      |
    2 | stage("test", || sh("echo 3 tests failed; exit 3"));
      |                  ^^
      | 3 tests failed
    hint: see all of it: `wharf logs 1 test`
    "#);
    assert!(!told.path("deployed").exists());
}

#[test]
fn a_success_is_told() {
    let told = Project::new()
        .script(
            r#"
stage("test", || 0);
on_failure(|failure| print("never"));
on_success(|| print("live"));
"#,
        )
        .run(["run", "--quiet"]);
    assert_snapshot!(told.all(), @"
    exit: 0
    ── stdout
    live
    ");
}

#[test]
fn a_hook_that_fails_does_not_hide_the_first_failure() {
    let told = Project::new()
        .script(
            r#"
stage("test", || fail("the quay is full"));
on_failure(|failure| fail("nobody answers"));
"#,
        )
        .run(["run"]);
    assert_snapshot!(told.all(), @r#"
    exit: 1
    ── stderr
    ▸ test
    ✗ test failed after [time]
    1 failed in [time]
    error: the quay is full
     --> wharf.rhai:2:18
      |
    2 | stage("test", || fail("the quay is full"));
      |                  ^^^^

    error: `on_failure` failed as well: nobody answers
     --> wharf.rhai:3:22
      |
    3 | on_failure(|failure| fail("nobody answers"));
      |                      ^^^^
    "#);
}

#[test]
fn a_stage_has_an_environment_of_its_own() {
    let told = Project::new()
        .env("PLACE", "pier")
        .script(
            r#"
stage("one", #{ env: #{ PLACE: "quay", DEPTH: 4 } }, || { sh("echo $PLACE $DEPTH"); print(env("PLACE")); });
stage("two", || sh("echo $PLACE ${DEPTH-none}"));
"#,
        )
        .run(["run", "--quiet"]);
    assert_snapshot!(told.all(), @"
    exit: 0
    ── stdout
    quay 4
    quay
    pier none
    ");
}

#[test]
fn a_stage_that_takes_too_long_is_stopped() {
    let project =
        Project::new().script(r#"stage("wait", #{ timeout: "200ms" }, || sh("sleep 600"));"#);
    assert_snapshot!(project.run(["run"]).all(), @r#"
    exit: 1
    ── stderr
    ▸ wait
    ✗ wait failed after [time]
    1 failed in [time]
    error: `wait` took longer than [time] and was stopped
     --> wharf.rhai:1:41
      |
    1 | stage("wait", #{ timeout: "[time]" }, || sh("sleep 600"));
      |                                         ^^
    hint: a longer `timeout` lets it continue
    "#);
    project.wait_for_survivors(&[]);
}

#[test]
fn a_script_loop_that_takes_too_long_is_stopped() {
    let told = Project::new()
        .script(r#"stage("spin", #{ timeout: "200ms" }, || { loop { } });"#)
        .run(["run"]);
    assert_snapshot!(told.all(), @r#"
    exit: 1
    ── stderr
    ▸ spin
    ✗ spin failed after [time]
    1 failed in [time]
    error: `spin` took longer than [time] and was stopped
     --> wharf.rhai:1:1
      |
    1 | stage("spin", #{ timeout: "[time]" }, || { loop { } });
      | ^^^^^
    hint: a longer `timeout` lets it continue
    "#);
}

#[test]
fn a_script_that_declares_no_stage_after_all_runs_nothing() {
    let told = Project::new()
        .script("for name in [] { stage(name, || 1); }\n")
        .run(["run"]);
    assert_snapshot!(told.all(), @"
    exit: 0
    ── stderr
    the script declared no stage
    ");
}

#[test]
fn a_stage_is_documented_by_the_comment_meant_for_that() {
    let told = Project::new()
        .script(
            "//! The pipeline of the harbour.\n/// Runs the tests\nstage(\"test\", || 1);\n\n\
             /** Deploys\n * all of it */\nstage(\"deploy\", || 1);\n\n\
             // for the day after\nstage(\"later\", || 1);\n\n/// Of nothing\n\nstage(\"plain\", || 1);\n",
        )
        .run([""; 0]);
    assert_snapshot!(told.all(), @"
    exit: 0
    ── stdout
    stages:
      test    Runs the tests
      deploy  Deploys
      later
      plain
    ");
}

#[test]
fn a_stage_in_place_of_a_command() {
    let project = Project::new().script("/// Runs the tests\nstage(\"test\", || 1);");
    assert_snapshot!(project.run(["test"]).all(), @"
    exit: 2
    ── stderr
    error: there is no command `test`
    hint: there is a stage `test`: `wharf run test`
    ");
    for arguments in ["-l", "--list"] {
        let listed = project.run([arguments]);
        listed.stdout("stages:\n  test  Runs the tests\n");
    }
    for arguments in ["-n", "--dry-run"] {
        let (_, told, _) = project.run(["run", arguments]).streams();
        let (_, planned, _) = project.run(["plan"]).streams();
        assert_eq!(told, planned);
    }
}
