//! What a person sees who made a mistake in a script.

use insta::assert_snapshot;

use crate::harness::{Finished, Project};

fn run(script: &str) -> Finished {
    Project::new().script(script).run(["run"])
}

#[test]
fn a_script_that_cannot_be_read_as_rhai() {
    assert_snapshot!(run("stage(\"test\", || {\n    sh(\"true\";\n});\n").all(), @r#"
    exit: 2
    ── stderr
    error: `,` or `)` is missing after an argument of `sh`
     --> wharf.rhai:2:14
      |
    2 |     sh("true";
      |              ^
    "#);
}

#[test]
fn a_text_that_does_not_end() {
    assert_snapshot!(run("let name = \"harbour;\nprint(name);\n").all(), @r#"
    exit: 2
    ── stderr
    error: this text has no closing quote
     --> wharf.rhai:1:12
      |
    1 | let name = "harbour;
      |            ^^^^^^^^^
    "#);
}

#[test]
fn a_function_that_does_not_exist() {
    assert_snapshot!(run("stage(\"test\", || run_test());\n").all(), @r#"
    exit: 2
    ── stderr
    error: unknown function `run_test`
     --> wharf.rhai:1:18
      |
    1 | stage("test", || run_test());
      |                  ^^^^^^^^
    hint: did you mean `run_tests`?
    error: 1 error found; nothing was run
    "#);
}

#[test]
fn a_variable_that_does_not_exist() {
    assert_snapshot!(run("let image = \"a\";\nprint(imgae);\n").all(), @"
    exit: 2
    ── stderr
    error: unknown variable `imgae`
     --> wharf.rhai:2:7
      |
    2 | print(imgae);
      |       ^^^^^
    hint: did you mean `image`?
    error: 1 error found; nothing was run
    ");
}

#[test]
fn an_option_that_does_not_exist() {
    assert_snapshot!(run("sh(#{ command: \"true\", captrue: true });\n").all(), @r#"
    exit: 2
    ── stderr
    error: `sh` has no option `captrue`
     --> wharf.rhai:1:24
      |
    1 | sh(#{ command: "true", captrue: true });
      |                        ^^^^^^^
    hint: did you mean `capture`?
    error: 1 error found; nothing was run
    "#);
}

#[test]
fn an_option_of_the_wrong_type() {
    assert_snapshot!(run("sh(\"true\", #{ capture: \"yes\" });\n").all(), @r#"
    exit: 2
    ── stderr
    error: option `capture` of `sh` must be true or false, not text
     --> wharf.rhai:1:24
      |
    1 | sh("true", #{ capture: "yes" });
      |                        ^^^^^
    error: 1 error found; nothing was run
    "#);
}

#[test]
fn an_option_that_is_missing() {
    assert_snapshot!(run("sh(#{ capture: true });\n").all(), @"
    exit: 2
    ── stderr
    error: `sh` needs the option `command`
     --> wharf.rhai:1:1
      |
    1 | sh(#{ capture: true });
      | ^^
    error: 1 error found; nothing was run
    ");
}

#[test]
fn a_command_that_fails_shows_its_last_lines() {
    assert_snapshot!(run("sh(\"echo one; echo two; exit 7\");\n").all(), @r#"
    exit: 1
    ── stdout
    one
    two
    ── stderr
    ▸ script
    ✗ script failed after [time]
    1 failed in [time]
    error: `sh`: the command ended with exit code 7
     --> wharf.rhai:1:1
      |
    1 | sh("echo one; echo two; exit 7");
      | ^^
      | one
      | two
    hint: see all of it: `wharf logs 1 script`
    "#);
}

#[test]
fn a_command_that_dies_by_a_signal() {
    assert_snapshot!(run("sh(\"kill -9 $$\");\n").all(), @r#"
    exit: 1
    ── stderr
    ▸ script
    ✗ script failed after [time]
    1 failed in [time]
    error: `sh`: the command was ended by SIGKILL
     --> wharf.rhai:1:1
      |
    1 | sh("kill -9 $$");
      | ^^
    "#);
}

#[test]
fn a_command_that_is_not_installed() {
    assert_snapshot!(run("sh([\"no-such-tool\", \"--version\"]);\n").all(), @r#"
    exit: 1
    ── stderr
    ▸ script
    ✗ script failed after [time]
    1 failed in [time]
    error: `sh`: `no-such-tool` is not installed or not on `PATH`
     --> wharf.rhai:1:1
      |
    1 | sh(["no-such-tool", "--version"]);
      | ^^
    "#);
}

#[test]
fn a_folder_that_does_not_exist() {
    assert_snapshot!(run("sh(\"true\", #{ cwd: \"nowhere\" });\n").all(), @r#"
    exit: 1
    ── stderr
    ▸ script
    ✗ script failed after [time]
    1 failed in [time]
    error: `sh`: there is no directory `[project]/nowhere`
     --> wharf.rhai:1:1
      |
    1 | sh("true", #{ cwd: "nowhere" });
      | ^^
    "#);
}

#[test]
fn a_failure_shows_the_way_it_came() {
    let told = Project::new()
        .script("import \"ops/release\" as release;\nstage(\"deploy\", || release::ship(\"harbour\"));\n")
        .file("ops/release.rhai", "fn ship(name) {\n    check(name);\n}\nfn check(name) {\n    sh(`echo ${name} is too long; exit 2`);\n}\n")
        .run(["run"]);
    assert_snapshot!(told.all(), @r#"
    exit: 1
    ── stdout
    harbour is too long
    ── stderr
    ▸ deploy
    ✗ deploy failed after [time]
    1 failed in [time]
    error: `sh`: the command ended with exit code 2
     --> ops/release.rhai:5:5
      |
    5 |     sh(`echo ${name} is too long; exit 2`);
      |     ^^
      |
     ::: ops/release.rhai:2:5
      |
    2 |     check(name);
      |     ----- `check` called here
      |
     ::: wharf.rhai:2:29
      |
    2 | stage("deploy", || release::ship("harbour"));
      |                             ---- `ship` called here
      | harbour is too long
    hint: see all of it: `wharf logs 1 deploy`
    "#);
}

#[test]
fn a_script_can_fail_in_its_own_words() {
    assert_snapshot!(run("if true { fail(\"the quay is full\"); }\n").all(), @r#"
    exit: 1
    ── stderr
    ▸ script
    ✗ script failed after [time]
    1 failed in [time]
    error: the quay is full
     --> wharf.rhai:1:11
      |
    1 | if true { fail("the quay is full"); }
      |           ^^^^
    "#);
}

#[test]
fn anything_can_be_thrown() {
    assert_snapshot!(run("throw #{ code: 4 };\n").all(), @r#"
    exit: 1
    ── stderr
    ▸ script
    ✗ script failed after [time]
    1 failed in [time]
    error: the script threw #{"code": 4}
     --> wharf.rhai:1:1
      |
    1 | throw #{ code: 4 };
      | ^^^^^
    "#);
}

#[test]
fn a_caught_failure_can_be_read() {
    let script = r#"
try { sh("echo full >&2; exit 4"); } catch (err) {
    print(err.message);
    print(err.action);
    print(err.exit_code);
}
try { fail("the quay is full"); } catch (err) { print(err.message); }
try { let x = 1 / 0; } catch (err) { print(err.message); }
"#;
    assert_snapshot!(run(script).all(), @"
    exit: 0
    ── stdout
    `sh`: the command ended with exit code 4
    sh
    4
    the quay is full
    division by zero: `1 / 0`
    ── stderr
    ▸ script
    full
    ✓ script [time]
    1 passed in [time]
    ");
}

#[test]
fn a_failure_that_is_thrown_again_keeps_its_place() {
    let script = "try {\n    sh(\"exit 4\");\n} catch (err) {\n    throw err;\n}\n";
    assert_snapshot!(run(script).all(), @r#"
    exit: 1
    ── stderr
    ▸ script
    ✗ script failed after [time]
    1 failed in [time]
    error: `sh`: the command ended with exit code 4
     --> wharf.rhai:2:5
      |
    2 |     sh("exit 4");
      |     ^^
    "#);
}

#[test]
fn arithmetic_that_cannot_be_done() {
    assert_snapshot!(run("let boats = 0;\nprint(12 / boats);\n").all(), @"
    exit: 2
    ── stderr
    ▸ script
    ✗ script failed after [time]
    1 failed in [time]
    error: division by zero: `12 / 0`
     --> wharf.rhai:2:10
      |
    2 | print(12 / boats);
      |          ^
    ");
}

#[test]
fn an_index_that_is_not_there() {
    assert_snapshot!(run("let boats = [1, 2];\nprint(boats[5]);\n").all(), @"
    exit: 2
    ── stderr
    ▸ script
    ✗ script failed after [time]
    1 failed in [time]
    error: there is no item 5 in an array of 2
     --> wharf.rhai:2:13
      |
    2 | print(boats[5]);
      |             ^
    ");
}

#[test]
fn calls_without_end() {
    assert_snapshot!(run("fn dig(n) { dig(n + 1) }\ndig(0);\n").all(), @"
    exit: 2
    ── stderr
    ▸ script
    ✗ script failed after [time]
    1 failed in [time]
    error: functions call each other too deeply
     --> wharf.rhai:2:1
      |
    2 | dig(0);
      | ^^^
    hint: is there a function that always calls itself?
    ");
}

#[test]
fn an_operator_that_does_not_fit() {
    assert_snapshot!(run("let a = #{};\nprint(a - 1);\n").all(), @"
    exit: 2
    ── stderr
    ▸ script
    ✗ script failed after [time]
    1 failed in [time]
    error: `-` does not work with a map and a whole number
     --> wharf.rhai:2:9
      |
    2 | print(a - 1);
      |         ^
    ");
}

#[test]
fn a_caret_stands_under_wide_letters() {
    assert_snapshot!(run("let q = \"岸壁\"; sh(\"exit 5\");\n").all(), @r#"
    exit: 1
    ── stderr
    ▸ script
    ✗ script failed after [time]
    1 failed in [time]
    error: `sh`: the command ended with exit code 5
     --> wharf.rhai:1:15
      |
    1 | let q = "岸壁"; sh("exit 5");
      |                 ^^
    "#);
}

#[test]
fn a_script_that_is_not_text() {
    let told = Project::new()
        .file("wharf.rhai", [0xff, 0xfe, 0x00])
        .run(["run"]);
    assert_snapshot!(told.all(), @"
    exit: 2
    ── stderr
    error: the script `wharf.rhai` is not UTF-8 text
    ");
}

#[test]
fn a_folder_in_place_of_a_script() {
    let told = Project::new().file("wharf.rhai/readme", "").run(["run"]);
    assert_snapshot!(told.all(), @"
    exit: 2
    ── stderr
    error: there is no `wharf.rhai` in `[project]` or any folder above it
    hint: `wharf init` writes a first one; `-f FILE` names another
    ");
}
