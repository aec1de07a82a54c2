//! What is given to `stage`, option by option.

use insta::assert_snapshot;

use crate::harness::Project;
use crate::words::told;

fn check(script: &str) -> String {
    Project::new().script(script).run(["check"]).all()
}

#[test]
fn what_is_right_passes() {
    let script = r#"
let n = 2;
let names = ["a"];
stage("a", #{ matrix: #{ python: ["3.11", `3.${n}`], fast: [true, false], n: [1, 2.5, n],
    exclude: [#{ python: "3.11", fast: true }], include: #{ os: "mac" } },
    inputs: "**/*.py", outputs: ["dist/*.whl", `build/${n}`], silence: 30, timeout: "1h",
    labels: "code", environment: `stage-${n}`, allow_failure: n == 2, always: false }, || matrix("os"));
stage("b", #{ retry: 2, labels: names, needs: ["a"] }, || 1);
stage("c", #{ retry: #{ count: n, backoff: "5s", on: "timeout" } }, || 1);
stage("d", #{ retry: #{ count: 3, on: ["http", "sh", 7, "timeout", names[0]] } }, || 1);
stage("e", #{ matrix: #{ n: [1, 2] } }, || matrix(names[0]));
stage("f", #{ needs: ["e", "e (n=2)"] }, |all, one| 1);
stage("g", #{ matrix: #{ n: names } }, || matrix("n"));
stage("h", #{ needs: ["g (n=a)"] }, || 1);
"#;
    assert_snapshot!(check(script), @"exit: 0");
}

#[test]
fn flags_texts_and_times() {
    let script = r#"
stage("a", #{ allow_failure: "yes", always: 1, environment: ["live"], labels: [1, "", "a\nb"] }, || 1);
stage("b", #{ silence: "soon", timeout: 0, environment: " ", labels: #{} }, || 1);
stage("c", #{ allow_failures: true, outptus: "x" }, || 1);
"#;
    assert_snapshot!(check(script), @r#"
    exit: 2
    ── stderr
    error: `allow_failure` must be true or false, not text
     --> wharf.rhai:2:30
      |
    2 | stage("a", #{ allow_failure: "yes", always: 1, environment: ["live"], labels: [1, "", "a\nb"] }, || 1);
      |                              ^^^^^
    error: `always` must be true or false, not a whole number
     --> wharf.rhai:2:45
      |
    2 | stage("a", #{ allow_failure: "yes", always: 1, environment: ["live"], labels: [1, "", "a\nb"] }, || 1);
      |                                             ^
    error: `environment` must be text, not an array
     --> wharf.rhai:2:61
      |
    2 | stage("a", #{ allow_failure: "yes", always: 1, environment: ["live"], labels: [1, "", "a\nb"] }, || 1);
      |                                                             ^
    error: `labels` must be text, not a whole number
     --> wharf.rhai:2:80
      |
    2 | stage("a", #{ allow_failure: "yes", always: 1, environment: ["live"], labels: [1, "", "a\nb"] }, || 1);
      |                                                                                ^
    error: a label cannot be empty
     --> wharf.rhai:2:83
      |
    2 | stage("a", #{ allow_failure: "yes", always: 1, environment: ["live"], labels: [1, "", "a\nb"] }, || 1);
      |                                                                                   ^^
    error: a label is one line of text
     --> wharf.rhai:2:87
      |
    2 | stage("a", #{ allow_failure: "yes", always: 1, environment: ["live"], labels: [1, "", "a\nb"] }, || 1);
      |                                                                                       ^^^^^^
    error: `silence` must be a number of seconds or a text like "1m30s", not `soon`
     --> wharf.rhai:3:24
      |
    3 | stage("b", #{ silence: "soon", timeout: 0, environment: " ", labels: #{} }, || 1);
      |                        ^^^^^^
    error: `timeout` must be a number of seconds or a text like "1m30s", not `0`
     --> wharf.rhai:3:41
      |
    3 | stage("b", #{ silence: "soon", timeout: 0, environment: " ", labels: #{} }, || 1);
      |                                         ^
    error: `environment` cannot be empty
     --> wharf.rhai:3:57
      |
    3 | stage("b", #{ silence: "soon", timeout: 0, environment: " ", labels: #{} }, || 1);
      |                                                         ^^^
    error: `labels` must be text, not a map
     --> wharf.rhai:3:70
      |
    3 | stage("b", #{ silence: "soon", timeout: 0, environment: " ", labels: #{} }, || 1);
      |                                                                      ^
    error: `stage` has no option `allow_failures`
     --> wharf.rhai:4:15
      |
    4 | stage("c", #{ allow_failures: true, outptus: "x" }, || 1);
      |               ^^^^^^^^^^^^^^
    hint: did you mean `allow_failure`?
    error: `stage` has no option `outptus`
     --> wharf.rhai:4:37
      |
    4 | stage("c", #{ allow_failures: true, outptus: "x" }, || 1);
      |                                     ^^^^^^^
    hint: did you mean `outputs`?
    error: 12 errors found
    "#);
}

#[test]
fn globs() {
    let script = r#"
stage("a", #{ inputs: ["src/[a", 1, "../x", ""], outputs: "/tmp/x" }, || 1);
stage("b", #{ inputs: #{}, outputs: ["{a,b"] }, || 1);
"#;
    assert_snapshot!(check(script), @r#"
    exit: 2
    ── stderr
    error: `src/[a` is no glob
     --> wharf.rhai:2:24
      |
    2 | stage("a", #{ inputs: ["src/[a", 1, "../x", ""], outputs: "/tmp/x" }, || 1);
      |                        ^^^^^^^^
    cause: unclosed character class; missing ']'
    error: `inputs` must be globs, not a whole number
     --> wharf.rhai:2:34
      |
    2 | stage("a", #{ inputs: ["src/[a", 1, "../x", ""], outputs: "/tmp/x" }, || 1);
      |                                  ^
    error: `../x` leads out of the repository
     --> wharf.rhai:2:37
      |
    2 | stage("a", #{ inputs: ["src/[a", 1, "../x", ""], outputs: "/tmp/x" }, || 1);
      |                                     ^^^^^^
    hint: `inputs` are globs from the repository's root
    error: a glob of `inputs` cannot be empty
     --> wharf.rhai:2:45
      |
    2 | stage("a", #{ inputs: ["src/[a", 1, "../x", ""], outputs: "/tmp/x" }, || 1);
      |                                             ^^
    error: `/tmp/x` leads out of the repository
     --> wharf.rhai:2:59
      |
    2 | stage("a", #{ inputs: ["src/[a", 1, "../x", ""], outputs: "/tmp/x" }, || 1);
      |                                                           ^^^^^^^^
    hint: `outputs` are globs from the repository's root
    error: `inputs` must be globs, not a map
     --> wharf.rhai:3:23
      |
    3 | stage("b", #{ inputs: #{}, outputs: ["{a,b"] }, || 1);
      |                       ^
    error: `{a,b` is no glob
     --> wharf.rhai:3:38
      |
    3 | stage("b", #{ inputs: #{}, outputs: ["{a,b"] }, || 1);
      |                                      ^^^^^^
    cause: unclosed alternate group; missing '}' (maybe escape '{' with '[{]'?)
    error: 7 errors found
    "#);
}

#[test]
fn retries() {
    let script = r#"
stage("a", #{ retry: "twice" }, || 1);
stage("b", #{ retry: -1 }, || 1);
stage("c", #{ retry: #{ backoff: "often", on: ["htpp", 0, true, "x"] } }, || 1);
stage("d", #{ retry: #{ count: 1000, of: "timeout" } }, || 1);
"#;
    assert_snapshot!(check(script), @r#"
    exit: 2
    ── stderr
    error: `retry` must be a number from 0 to 100, or a map, not `twice`
     --> wharf.rhai:2:22
      |
    2 | stage("a", #{ retry: "twice" }, || 1);
      |                      ^^^^^^^
    error: `retry` must be a number from 0 to 100, or a map, not `-1`
     --> wharf.rhai:3:22
      |
    3 | stage("b", #{ retry: -1 }, || 1);
      |                      ^
    error: `retry` needs a `count`
     --> wharf.rhai:4:22
      |
    4 | stage("c", #{ retry: #{ backoff: "often", on: ["htpp", 0, true, "x"] } }, || 1);
      |                      ^
    hint: write how often, such as `2`
    error: `retry.backoff` must be a number of seconds or a text like "1m30s", not `often`
     --> wharf.rhai:4:34
      |
    4 | stage("c", #{ retry: #{ backoff: "often", on: ["htpp", 0, true, "x"] } }, || 1);
      |                                  ^^^^^^^
    error: `retry.on` takes names of actions, exit codes and "timeout", not `htpp`
     --> wharf.rhai:4:48
      |
    4 | stage("c", #{ retry: #{ backoff: "often", on: ["htpp", 0, true, "x"] } }, || 1);
      |                                                ^^^^^^
    hint: did you mean `http`?
    error: `retry.on` takes names of actions, exit codes from 1 to 255 and "timeout", not `0`
     --> wharf.rhai:4:56
      |
    4 | stage("c", #{ retry: #{ backoff: "often", on: ["htpp", 0, true, "x"] } }, || 1);
      |                                                        ^
    error: `retry.on` takes names of actions, exit codes from 1 to 255 and "timeout", not true or false
     --> wharf.rhai:4:59
      |
    4 | stage("c", #{ retry: #{ backoff: "often", on: ["htpp", 0, true, "x"] } }, || 1);
      |                                                           ^^^^
    error: `retry.on` takes names of actions, exit codes and "timeout", not `x`
     --> wharf.rhai:4:65
      |
    4 | stage("c", #{ retry: #{ backoff: "often", on: ["htpp", 0, true, "x"] } }, || 1);
      |                                                                 ^^^
    hint: `wharf docs` lists the actions
    error: `retry.count` must be a number from 0 to 100, not `1000`
     --> wharf.rhai:5:32
      |
    5 | stage("d", #{ retry: #{ count: 1000, of: "timeout" } }, || 1);
      |                                ^^^^
    error: `retry` has no option `of`
     --> wharf.rhai:5:38
      |
    5 | stage("d", #{ retry: #{ count: 1000, of: "timeout" } }, || 1);
      |                                      ^^
    hint: did you mean `on`?
    error: 10 errors found
    "#);
}

/// The same words while the script runs, where the options are not written out.
#[test]
fn options_that_are_computed_are_judged_when_they_are_given() {
    let scripts = [
        r#"let x = #{}; stage("a", #{ allow_failure: x }, || 1);"#,
        r#"let x = [1]; stage("a", #{ inputs: ["src", x] }, || 1);"#,
        r#"let x = "/a"; stage("a", #{ outputs: ["a", x] }, || 1);"#,
        r#"let x = ""; stage("a", #{ labels: [x] }, || 1);"#,
        r#"let x = (); stage("a", #{ environment: x }, || 1);"#,
        r#"let x = -1; stage("a", #{ silence: x }, || 1);"#,
        r#"let x = 1.5; stage("a", #{ retry: x }, || 1);"#,
        r#"let x = "shh"; stage("a", #{ retry: #{ count: 1, on: ["sh", x] } }, || 1);"#,
        r#"let x = #{ cuont: 1 }; stage("a", #{ retry: x }, || 1);"#,
        r#"let x = []; stage("a", #{ matrix: #{ n: [1], os: x } }, || 1);"#,
        r#"let x = #{ b: 1 }; stage("a", #{ matrix: #{ a: [1], exclude: [x] } }, || 1);"#,
        r#"let o = #{ matrx: #{} }; stage("a", o, || 1);"#,
    ];
    assert_snapshot!(told(&scripts), @r#"
    let x = #{}; stage("a", #{ allow_failure: x }, || 1);
       `allow_failure` must be true or false, not a map «x»
    let x = [1]; stage("a", #{ inputs: ["src", x] }, || 1);
       `inputs` must be globs, not an array «x»
    let x = "/a"; stage("a", #{ outputs: ["a", x] }, || 1);
       `/a` leads out of the repository «x»
       hint: `outputs` are globs from the repository's root
    let x = ""; stage("a", #{ labels: [x] }, || 1);
       a label cannot be empty «x»
    let x = (); stage("a", #{ environment: x }, || 1);
       `environment` must be text, not nothing «x»
    let x = -1; stage("a", #{ silence: x }, || 1);
       `silence` must be a number of seconds or a text like "1m30s", not `-1` «x»
    let x = 1.5; stage("a", #{ retry: x }, || 1);
       `retry` must be a number from 0 to 100, or a map, not `1.5` «x»
    let x = "shh"; stage("a", #{ retry: #{ count: 1, on: ["sh", x] } }, || 1);
       `retry.on` takes names of actions, exit codes and "timeout", not `shh` «x»
       hint: did you mean `sh`?
    let x = #{ cuont: 1 }; stage("a", #{ retry: x }, || 1);
       `retry` needs a `count` «x»
       hint: write how often, such as `2`
    let x = []; stage("a", #{ matrix: #{ n: [1], os: x } }, || 1);
       `os` of `matrix` has no value «x»
    let x = #{ b: 1 }; stage("a", #{ matrix: #{ a: [1], exclude: [x] } }, || 1);
       `exclude` names `b`, which `matrix` has not «x»
    let o = #{ matrx: #{} }; stage("a", o, || 1);
       `stage` has no option `matrx` «stage»
       hint: did you mean `matrix`?
    "#);
}

#[test]
fn the_reference_knows_every_option() {
    let (code, reference, _) = Project::new().run(["docs", "stage"]).streams();
    assert_eq!(code, 0);
    let told = check("stage(\"a\", #{ x: 1 }, || 1);");
    let (_, options) = told.split_once("its options are: ").expect("a hint");
    let options = options.lines().next().expect("a line");
    for option in options.split(", ") {
        let line = format!("\n  {option} ");
        assert!(
            reference.contains(&line),
            "{option} is not in:\n{reference}"
        );
    }
}
