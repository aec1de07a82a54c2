//! `wharf check`: what it finds, how it says so, and what it lets pass.

mod formats;
mod imports;
mod lost;
mod matrices;
mod names;
mod options;
mod right;
mod stages;

use insta::assert_snapshot;

use crate::harness::Project;

#[test]
fn all_findings_come_at_once_and_in_order() {
    let told = Project::new()
        .script(
            r#"
let version = "1";
stage("test", #{ needs: ["lnit"], timout: 3 }, || {
    run_test();
    lint(1, 2, 3);
});
stage("lint", || { version += "x"; });
let s = `${vresion} ${"a b".splitt(" ")} ${git::shaa()}`;
foo(); foo();
print(env("APP"));
"#,
        )
        .run(["check"]);
    assert_snapshot!(told.all(), @r#"
    exit: 2
    ── stderr
    error: stage `test` needs `lnit`, and there is no stage of that name
     --> wharf.rhai:3:26
      |
    3 | stage("test", #{ needs: ["lnit"], timout: 3 }, || {
      |                          ^^^^^^
    hint: did you mean `lint`?
    error: `stage` has no option `timout`
     --> wharf.rhai:3:35
      |
    3 | stage("test", #{ needs: ["lnit"], timout: 3 }, || {
      |                                   ^^^^^^
    hint: did you mean `timeout`?
    error: unknown function `run_test`
     --> wharf.rhai:4:5
      |
    4 |     run_test();
      |     ^^^^^^^^
    hint: did you mean `run_tests`?
    error: `lint` takes 0, 1 or 2 arguments, not 3
     --> wharf.rhai:5:5
      |
    5 |     lint(1, 2, 3);
      |     ^^^^
    error: this assignment to `version` is lost when the stage ends
     --> wharf.rhai:7:20
      |
    7 | stage("lint", || { version += "x"; });
      |                    ^^^^^^^
    hint: let the stage return the value; stages that need it get it as a parameter
    error: unknown variable `vresion`
     --> wharf.rhai:8:12
      |
    8 | let s = `${vresion} ${"a b".splitt(" ")} ${git::shaa()}`;
      |            ^^^^^^^
    hint: did you mean `version`?
    error: unknown method `splitt`
     --> wharf.rhai:8:29
      |
    8 | let s = `${vresion} ${"a b".splitt(" ")} ${git::shaa()}`;
      |                             ^^^^^^
    hint: did you mean `split`?
    error: module `git` has no function `shaa`
     --> wharf.rhai:8:49
      |
    8 | let s = `${vresion} ${"a b".splitt(" ")} ${git::shaa()}`;
      |                                                 ^^^^
    hint: did you mean `sha`?
    error: unknown function `foo`
     --> wharf.rhai:9:1
      |
    9 | foo(); foo();
      | ^^^
    error: unknown function `foo`
     --> wharf.rhai:9:8
      |
    9 | foo(); foo();
      |        ^^^
    warning: the environment has no `APP`
      --> wharf.rhai:10:11
       |
    10 | print(env("APP"));
       |           ^^^^^
    hint: set it where the pipeline runs, or write it into `.env`
    error: 10 errors found
    "#);
}

#[test]
fn settings_that_are_not_there() {
    let told = Project::new()
        .env("SET", "it-is")
        .file(
            ".env",
            "FILED=yes-it-is
",
        )
        .script(
            r#"print(env("APP"));
print(env("APP", "none"));
print(env("SET") + env("FILED"));
stage("a", || sh("true", #{ env: #{ T: secret("TOKEN") } }));
"#,
        )
        .run(["check"]);
    assert_snapshot!(told.all(), @r#"
    exit: 0
    ── stderr
    warning: the environment has no `APP`
     --> wharf.rhai:1:11
      |
    1 | print(env("APP"));
      |           ^^^^^
    hint: set it where the pipeline runs, or write it into `.env`
    warning: the environment has no `TOKEN`
     --> wharf.rhai:4:47
      |
    4 | stage("a", || sh("true", #{ env: #{ T: secret("TOKEN") } }));
      |                                               ^^^^^^^
    hint: set it where the pipeline runs, or write it into `.env`
    "#);
}

#[test]
fn settings_that_must_be_there() {
    let told = Project::new()
        .env("SET", "it-is")
        .file(
            ".env",
            "FILED=yes-it-is
",
        )
        .script(
            r#"print(env("APP"));
print(env("APP", "none"));
print(env("SET") + env("FILED"));
stage("a", || sh("true", #{ env: #{ T: secret("TOKEN") } }));
"#,
        )
        .run(["check", "--strict"]);
    assert_snapshot!(told.all(), @r#"
    exit: 2
    ── stderr
    error: the environment has no `APP`
     --> wharf.rhai:1:11
      |
    1 | print(env("APP"));
      |           ^^^^^
    hint: set it where the pipeline runs, or write it into `.env`
    error: the environment has no `TOKEN`
     --> wharf.rhai:4:47
      |
    4 | stage("a", || sh("true", #{ env: #{ T: secret("TOKEN") } }));
      |                                               ^^^^^^^
    hint: set it where the pipeline runs, or write it into `.env`
    error: 2 errors found
    "#);
}

#[test]
fn findings_as_data() {
    let told = Project::new()
        .env("SET", "it-is")
        .file(
            ".env",
            "FILED=yes-it-is
",
        )
        .script(
            r#"print(env("APP"));
print(env("APP", "none"));
print(env("SET") + env("FILED"));
stage("a", || sh("true", #{ env: #{ T: secret("TOKEN") } }));
print(`é ${nmae}`);
"#,
        )
        .run(["check", "--format", "json"]);
    assert_snapshot!(told.all(), @r#"
    exit: 2
    ── stdout
    [
      {
        "severity": "warning",
        "message": "the environment has no `APP`",
        "file": "wharf.rhai",
        "line": 1,
        "column": 11,
        "end_column": 16,
        "causes": [],
        "related": [],
        "hints": [
          "set it where the pipeline runs, or write it into `.env`"
        ]
      },
      {
        "severity": "warning",
        "message": "the environment has no `TOKEN`",
        "file": "wharf.rhai",
        "line": 4,
        "column": 47,
        "end_column": 54,
        "causes": [],
        "related": [],
        "hints": [
          "set it where the pipeline runs, or write it into `.env`"
        ]
      },
      {
        "severity": "error",
        "message": "unknown variable `nmae`",
        "file": "wharf.rhai",
        "line": 5,
        "column": 12,
        "end_column": 16,
        "causes": [],
        "related": [],
        "hints": []
      }
    ]
    ── stderr
    error: 1 error found
    "#);
}

#[test]
fn nothing_to_say_as_data() {
    let told = Project::new()
        .script(
            "print(1);
",
        )
        .run(["check", "--format", "json"]);
    assert_snapshot!(told.all(), @"
    exit: 0
    ── stdout
    []
    ");
}

#[test]
fn a_run_of_a_script_with_errors_starts_nothing() {
    let project = Project::new().script(
        r#"write_file("begun", "");
stage("a", || { sh("touch started"); });
stage("b", #{ needs: ["c"] }, || 1);
print(env("NOT_SET_HERE"));
"#,
    );
    let told = project.run(["run"]);
    assert_snapshot!(told.all(), @r#"
    exit: 2
    ── stderr
    error: stage `b` needs `c`, and there is no stage of that name
     --> wharf.rhai:3:23
      |
    3 | stage("b", #{ needs: ["c"] }, || 1);
      |                       ^^^
    error: 1 error found; nothing was run
    "#);
    assert!(!project.path("begun").exists());
    assert!(!project.path("started").exists());
}

#[test]
fn a_script_that_cannot_be_read_is_a_finding_too() {
    let project = Project::new().script("let x = ;\n");
    assert_snapshot!(project.run(["check", "--format", "json"]).all(), @r#"
    exit: 2
    ── stdout
    [
      {
        "severity": "error",
        "message": "unexpected `;`",
        "file": "wharf.rhai",
        "line": 1,
        "column": 9,
        "end_column": 10,
        "causes": [],
        "related": [],
        "hints": []
      }
    ]
    ── stderr
    error: 1 error found
    "#);
}

#[test]
fn findings_as_json_have_their_causes_and_other_places() {
    let project =
        Project::new().script("stage(\"a\", #{ inputs: \"[\" }, || 1);\nstage(\"a\", || 2);\n");
    let (_, stdout, _) = project.run(["check", "--format", "json"]).streams();
    let findings: serde_json::Value = serde_json::from_str(&stdout).expect("JSON");
    assert_eq!(
        findings[0]["causes"][0],
        "unclosed character class; missing ']'"
    );
    let related = serde_json::json!([
        { "file": "wharf.rhai", "line": 1, "column": 7, "message": "first declared here" }
    ]);
    assert_eq!(findings[1]["related"], related);
    let (_, stdout, _) = project
        .run(["check", "--format", "json", "-f", "none.rhai"])
        .streams();
    let findings: serde_json::Value = serde_json::from_str(&stdout).expect("JSON");
    assert_eq!(findings[0]["message"], "there is no script `none.rhai`");
}
