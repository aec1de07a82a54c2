//! Which stages a run has: `STAGE…`, `--only`, `--from`, `--skip`.

use insta::assert_snapshot;

use crate::harness::{Finished, Project};

fn run(arguments: &[&str]) -> Finished {
    Project::new()
        .script(
            r#"
stage("test", #{ matrix: #{ n: [1, 2] }, labels: ["code", "slow"] }, || 1);
stage("lint", #{ labels: "code" }, || 1);
stage("image", #{ needs: ["test", "lint"] }, || 1);
stage("deploy", #{ needs: ["image"] }, || 1);
"#,
        )
        .run(["run"].iter().chain(arguments))
}

#[test]
fn by_glob_matrix_and_label() {
    assert_snapshot!(run(&["test"]).all(), @"
    exit: 0
    ── stderr
    ▸ test (n=1)
    ✓ test (n=1) [time]
    ▸ test (n=2)
    ✓ test (n=2) [time]
    2 passed in [time]
    ");
    assert_snapshot!(run(&["l*", "test (n=2)"]).all(), @"
    exit: 0
    ── stderr
    ▸ test (n=2)
    ✓ test (n=2) [time]
    ▸ lint
    ✓ lint [time]
    2 passed in [time]
    ");
    assert_snapshot!(run(&["label:slow"]).all(), @"
    exit: 0
    ── stderr
    ▸ test (n=1)
    ✓ test (n=1) [time]
    ▸ test (n=2)
    ✓ test (n=2) [time]
    2 passed in [time]
    ");
}

#[test]
fn only_a_stage_and_not_what_it_needs() {
    assert_snapshot!(run(&["--only", "image"]).all(), @"
    exit: 0
    ── stderr
    ▸ image
    ✓ image [time]
    1 passed in [time]
    ");
}

#[test]
fn from_a_stage_on() {
    assert_snapshot!(run(&["--from", "lint"]).all(), @"
    exit: 0
    ── stderr
    ▸ lint
    ✓ lint [time]
    ▸ image
    ✓ image [time]
    ▸ deploy
    ✓ deploy [time]
    3 passed in [time]
    ");
}

#[test]
fn without_a_stage_and_what_needs_it() {
    assert_snapshot!(run(&["--skip", "lint"]).all(), @"
    exit: 0
    ── stderr
    ▸ test (n=1)
    ✓ test (n=1) [time]
    ▸ test (n=2)
    ✓ test (n=2) [time]
    ○ image skipped: `lint` was left out
    ○ deploy skipped: `image` was skipped
    2 passed, 2 skipped in [time]
    ");
    assert_snapshot!(run(&["--skip", "test", "--skip", "deploy"]).all(), @"
    exit: 0
    ── stderr
    ▸ lint
    ✓ lint [time]
    ○ image skipped: `test` was left out
    1 passed, 1 skipped in [time]
    ");
    assert_snapshot!(run(&["lint", "--skip", "label:code"]).all(), @"
    exit: 2
    ── stderr
    error: `--skip` leaves nothing to run
    ");
}

#[test]
fn what_is_not_there() {
    assert_snapshot!(run(&["depoly"]).all(), @"
    exit: 2
    ── stderr
    error: there is no stage `depoly`
    hint: did you mean `deploy`?
    ");
    assert_snapshot!(run(&["--only", "x*"]).all(), @"
    exit: 2
    ── stderr
    error: no stage matches `x*`
    hint: the stages are: test, lint, image, deploy
    ");
    assert_snapshot!(run(&["--skip", "label:cod"]).all(), @"
    exit: 2
    ── stderr
    error: no stage has the label `cod`
    hint: did you mean `label:code`?
    ");
    assert_snapshot!(run(&["--from", "["]).all(), @"
    exit: 2
    ── stderr
    error: `[` is no glob
    cause: unclosed character class; missing ']'
    ");
}

const SHIP: &str = r#"
stage("name", #{ matrix: #{ n: [1, 2] } }, || env("APP", "app") + ":" + matrix("n"));
stage("image", || env("APP", "app"));
stage("deploy", #{ needs: ["image", "name"] }, |image, names| print(image + " " + names));
stage("tell", #{ needs: "deploy" }, || { print("told"); output("deploy") });
"#;

#[test]
fn what_a_stage_gets_of_others_is_what_they_gave_last() {
    let project = Project::new().script(SHIP);
    assert_snapshot!(project.run(["run", "--only", "deploy"]).all(), @r#"
    exit: 2
    ── stderr
    error: stage `deploy` gets the result of `image`, which is left out and has not passed before
     --> wharf.rhai:4:28
      |
    4 | stage("deploy", #{ needs: ["image", "name"] }, |image, names| print(image + " " + names));
      |                            ^^^^^^^
    hint: run both: `wharf run "deploy"`
    "#);
    let planned = project.run(["plan", "--from", "deploy"]).all();
    assert_eq!(planned, project.run(["run", "--only", "deploy"]).all());
    project
        .run(["run", "--quiet", "--rehearse"])
        .exit(0)
        .streams();
    project.run(["run", "--only", "deploy"]).exit(2).streams();
    let project = project.env("APP", "me/app");
    project.run(["run", "--quiet"]).exit(0).streams();
    let project = project.env("APP", "me/other");
    project
        .run(["run", "--quiet", "name (n=2)"])
        .exit(0)
        .streams();
    assert_snapshot!(project.run(["run", "--only", "deploy"]).all(), @r#"
    exit: 0
    ── stdout
    me/app ["me/app:1", "me/other:2"]
    ── stderr
    ▸ deploy
      the result of `image` is that of run 2, [time] ago
      the result of `name (n=1)` is that of run 2, [time] ago
      the result of `name (n=2)` is that of run 3, [time] ago
    ✓ deploy [time]
    1 passed in [time]
    "#);
    assert_snapshot!(project.run(["run", "--from", "deploy", "--skip", "tell"]).all(), @r#"
    exit: 0
    ── stdout
    me/app ["me/app:1", "me/other:2"]
    ── stderr
    ▸ deploy
      the result of `image` is that of run 2, [time] ago
      the result of `name (n=1)` is that of run 2, [time] ago
      the result of `name (n=2)` is that of run 3, [time] ago
    ✓ deploy [time]
    1 passed in [time]
    "#);
}

#[test]
fn a_result_of_what_did_not_run_is_told_so() {
    let told = Project::new().script(SHIP).run(["run", "--only", "tell"]);
    assert_snapshot!(told.all(), @r#"
    exit: 2
    ── stdout
    told
    ── stderr
    ▸ tell
    ✗ tell failed after [time]
    1 failed in [time]
    error: there is no result of a stage `deploy` here
     --> wharf.rhai:5:57
      |
    5 | stage("tell", #{ needs: "deploy" }, || { print("told"); output("deploy") });
      |                                                         ^^^^^^
      | told
    hint: `deploy` did not run
    hint: see all of it: `wharf logs 1 tell`
    "#);
}

#[test]
fn ways_to_choose_do_not_mix() {
    for arguments in [
        ["--only", "lint", "test"],
        ["--from", "lint", "test"],
        ["--from", "lint", "--only=test"],
    ] {
        let (code, _, stderr) = run(&arguments).streams();
        assert_eq!(code, 2);
        assert!(stderr.contains(" cannot be used with "), "{stderr}");
    }
}

#[test]
fn a_rehearsal_of_what_is_not_there_says_nothing_else() {
    let project = Project::new().script(r#"let app = env("APP"); stage("test", || app);"#);
    let told = |option: &str| project.run(["run", "--rehearse", option, "tset"]).all();
    assert_snapshot!(told("--skip"), @"
    exit: 2
    ── stderr
    error: there is no stage `tset`
    hint: did you mean `test`?
    ");
    assert_eq!(told("--from"), told("--skip"));
    project
        .run(["run", "--rehearse", "--quiet"])
        .exit(0)
        .streams();
}
