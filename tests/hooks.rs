//! `on_failure` and `on_success`.

use insta::assert_snapshot;

use crate::harness::Project;

#[test]
fn a_failure_tells_all_about_itself() {
    let told = Project::new()
        .script(
            r#"
stage("test", || sh("echo 3 failed; exit 3"));
on_failure(|failure| {
    print(`${failure.stage}|${failure.message}|${failure.action}|${failure.exit_code}|${failure.output}|${failure.place}|${failure.interrupted}`);
    print("told: " + failure);
    print(to_json(#{ failure: failure }));
});
"#,
        )
        .run(["run", "--quiet"]);
    assert_snapshot!(told.all(), @r#"
    exit: 1
    ── stdout
    3 failed
    test|`sh`: the command ended with exit code 3|sh|3|3 failed|wharf.rhai:2:18|false
    told: `sh`: the command ended with exit code 3
    {
      "failure": "`sh`: the command ended with exit code 3"
    }
    ── stderr
    error: `sh`: the command ended with exit code 3
     --> wharf.rhai:2:18
      |
    2 | stage("test", || sh("echo 3 failed; exit 3"));
      |                  ^^
      | 3 failed
    "#);
}

#[test]
fn hooks_are_called_in_their_order_with_results_and_imports() {
    let told = Project::new()
        .script(
            r#"
import "ops" as ops;
const PLACE = "harbour";
fn place() { global::PLACE }
stage("version", || "1.4.2");
on_success(|| print(`first: ${output("version")}`));
on_success(|| print(`second: ${ops::name()} ${place()}`));
on_success(|| { sh("printf 'no end'"); });
on_failure(|| print("never"));
"#,
        )
        .file("ops.rhai", "fn name() { \"ops\" }\n")
        .run(["run"]);
    assert_snapshot!(told.all(), @"
    exit: 0
    ── stdout
    first: 1.4.2
    second: ops harbour
    no end
    ── stderr
    ▸ version
    ✓ version [time]
    1 passed in [time]
    ");
}

#[test]
fn a_flat_script_has_hooks_from_where_they_are_declared() {
    let told = Project::new()
        .script("on_failure(|failure| print(`told: ${failure.stage}: ${failure}`));\nsh(\"exit 2\");\non_failure(|| print(\"never\"));\n")
        .run(["run", "--quiet"]);
    assert_snapshot!(told.all(), @r#"
    exit: 1
    ── stdout
    told: script: `sh`: the command ended with exit code 2
    ── stderr
    warning: `on_failure` is declared only after `sh` has run
     --> wharf.rhai:3:1
      |
    3 | on_failure(|| print("never"));
      | ^^^^^^^^^^
    hint: a hook learns only of what runs after it: declare it first
    error: `sh`: the command ended with exit code 2
     --> wharf.rhai:2:1
      |
    2 | sh("exit 2");
      | ^^
    "#);
}

#[test]
fn a_success_that_cannot_be_told_is_a_failure() {
    let told = Project::new()
        .script("stage(\"test\", || 0);\non_success(|| sh(\"exit 4\"));\non_success(|| print(\"told as well\"));\n")
        .run(["run"]);
    assert_snapshot!(told.all(), @r#"
    exit: 1
    ── stdout
    told as well
    ── stderr
    ▸ test
    ✓ test [time]
    1 passed in [time]
    error: `sh`: the command ended with exit code 4
     --> wharf.rhai:2:15
      |
    2 | on_success(|| sh("exit 4"));
      |               ^^
    "#);
}

#[test]
fn a_hook_that_takes_what_it_is_not_given_is_refused() {
    for (script, message) in [
        (
            "on_failure(|a, b| 1);",
            "the closure of `on_failure` gets the failure and nothing else",
        ),
        (
            "on_success(|a| 1);",
            "the closure of `on_success` gets nothing",
        ),
        (
            "stage(\"a\", || on_success(|| 1));",
            "`on_success` cannot be called inside a stage or hook",
        ),
        (
            "on_success(1);",
            "what `on_success` calls must be a closure, not a whole number",
        ),
    ] {
        let (code, _, stderr) = Project::new()
            .script(script)
            .run(["run", "--quiet"])
            .streams();
        assert_eq!(code, 2, "{script}");
        assert!(
            stderr.starts_with(&format!("error: {message}\n")),
            "{stderr}"
        );
    }
}

#[test]
fn a_hook_runs_after_a_stage_that_was_stopped_for_its_time() {
    let told = Project::new()
        .script("stage(\"wait\", #{ timeout: 0.2 }, || sleep(600));\non_failure(|failure| { sh(\"echo told\"); print(failure.interrupted); });\n")
        .run(["run", "--quiet"]);
    assert_snapshot!(told.all(), @r#"
    exit: 1
    ── stdout
    told
    false
    ── stderr
    error: `wait` took longer than [time] and was stopped
     --> wharf.rhai:1:37
      |
    1 | stage("wait", #{ timeout: 0.2 }, || sleep(600));
      |                                     ^^^^^
    hint: a longer `timeout` lets it continue
    "#);
}

#[test]
fn a_hook_that_comes_too_late_is_told_of() {
    let told = Project::new()
        .script("sh(\"true\");\non_failure(|failure| print(failure.message));\n")
        .run(["run"]);
    assert_snapshot!(told.all(), @"
    exit: 0
    ── stderr
    warning: `on_failure` is declared only after `sh` has run
     --> wharf.rhai:2:1
      |
    2 | on_failure(|failure| print(failure.message));
      | ^^^^^^^^^^
    hint: a hook learns only of what runs after it: declare it first
    ▸ script
    ✓ script [time]
    1 passed in [time]
    ");
}

#[test]
fn a_script_that_does_nothing_is_told_of() {
    let told = Project::new().script("// Later.\n").run(["check"]);
    assert_snapshot!(told.all(), @r#"
    exit: 0
    ── stderr
    warning: the script `wharf.rhai` declares no stage
    hint: one is declared like this: `stage("test", || run_tests());`
    "#);
}
