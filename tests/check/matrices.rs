//! Matrices of stages: what they are, who needs them, who reads their values.

use insta::assert_snapshot;

use crate::harness::Project;

fn check(script: &str) -> String {
    Project::new().script(script).run(["check"]).all()
}

#[test]
fn matrices() {
    let script = r#"
stage("a", #{ matrix: ["3.11"] }, || 1);
stage("b", #{ matrix: #{} }, || 1);
stage("c", #{ matrix: #{ python: "3.11", os: [] , n: [[1], #{}] } }, || 1);
stage("d", #{ matrix: #{ python: ["3.11"], exclude: [#{ pyhton: "3.11" }] } }, || 1);
stage("e", #{ matrix: #{ python: ["3.11"], exclude: ["3.11"] } }, || 1);
stage("f", #{ matrix: #{ python: ["3.11"], exclude: [#{ python: "3.11" }] } }, || 1);
stage("g", #{ matrix: #{ n: [1, 2, "1"] } }, || 1);
stage("h", #{ matrix: #{ n: [1], include: [#{}] } }, || 1);
"#;
    assert_snapshot!(check(script), @r#"
    exit: 2
    ── stderr
    error: `matrix` must be a map of names and arrays of values, not an array
     --> wharf.rhai:2:23
      |
    2 | stage("a", #{ matrix: ["3.11"] }, || 1);
      |                       ^
    error: `matrix` has no values
     --> wharf.rhai:3:23
      |
    3 | stage("b", #{ matrix: #{} }, || 1);
      |                       ^
    hint: write it as `#{ python: ["3.11", "3.12"] }`
    error: `matrix.python` must be an array of values, not text
     --> wharf.rhai:4:34
      |
    4 | stage("c", #{ matrix: #{ python: "3.11", os: [] , n: [[1], #{}] } }, || 1);
      |                                  ^^^^^^
    error: the values in `matrix.n` must be text, numbers, true or false, not an array
     --> wharf.rhai:4:55
      |
    4 | stage("c", #{ matrix: #{ python: "3.11", os: [] , n: [[1], #{}] } }, || 1);
      |                                                       ^
    error: the values in `matrix.n` must be text, numbers, true or false, not a map
     --> wharf.rhai:4:60
      |
    4 | stage("c", #{ matrix: #{ python: "3.11", os: [] , n: [[1], #{}] } }, || 1);
      |                                                            ^
    error: `exclude` names `pyhton`, which `matrix` has not
     --> wharf.rhai:5:57
      |
    5 | stage("d", #{ matrix: #{ python: ["3.11"], exclude: [#{ pyhton: "3.11" }] } }, || 1);
      |                                                         ^^^^^^
    hint: did you mean `python`?
    error: `matrix.exclude` must be an array of maps, not text
     --> wharf.rhai:6:54
      |
    6 | stage("e", #{ matrix: #{ python: ["3.11"], exclude: ["3.11"] } }, || 1);
      |                                                      ^^^^^^
    error: `matrix` has no combination of values
     --> wharf.rhai:7:23
      |
    7 | stage("f", #{ matrix: #{ python: ["3.11"], exclude: [#{ python: "3.11" }] } }, || 1);
      |                       ^
    hint: every one of them is excluded
    error: `n` of `matrix` has `1` twice
     --> wharf.rhai:8:36
      |
    8 | stage("g", #{ matrix: #{ n: [1, 2, "1"] } }, || 1);
      |                                    ^^^
    error: an entry of `include` has no value
     --> wharf.rhai:9:44
      |
    9 | stage("h", #{ matrix: #{ n: [1], include: [#{}] } }, || 1);
      |                                            ^
    error: 10 errors found
    "#);
}

#[test]
fn the_values_of_a_matrix() {
    let script = r#"
let now = matrix("python");
stage("a", #{ matrix: #{ python: ["3.11"] } }, || matrix("pyhton"));
stage("b", || { let version = matrix("python"); version });
stage("c", #{ matrix: #{ python: ["3.11"] } }, || if false { matrix("x") });
stage("d", #{ matrix: #{ python: ["3.11"] } }, || matrix());
"#;
    assert_snapshot!(check(script), @r#"
    exit: 2
    ── stderr
    error: `matrix` gives a value only inside a stage that has a `matrix`
     --> wharf.rhai:2:11
      |
    2 | let now = matrix("python");
      |           ^^^^^^
    hint: give the stage one: `#{ matrix: #{ python: ["3.11", "3.12"] } }`
    error: the stage's `matrix` has no `pyhton`
     --> wharf.rhai:3:58
      |
    3 | stage("a", #{ matrix: #{ python: ["3.11"] } }, || matrix("pyhton"));
      |                                                          ^^^^^^^^
    hint: did you mean `python`?
    error: `matrix` gives a value only inside a stage that has a `matrix`
     --> wharf.rhai:4:31
      |
    4 | stage("b", || { let version = matrix("python"); version });
      |                               ^^^^^^
    hint: give the stage one: `#{ matrix: #{ python: ["3.11", "3.12"] } }`
    error: `matrix` takes 1 argument, not 0
     --> wharf.rhai:6:51
      |
    6 | stage("d", #{ matrix: #{ python: ["3.11"] } }, || matrix());
      |                                                   ^^^^^^
    error: 4 errors found
    "#);
}

#[test]
fn needs_of_matrices() {
    let script = r#"
stage("test", #{ matrix: #{ n: [1, 2] } }, || 1);
stage("a", #{ needs: ["test", "test (n=1)"] }, || 1);
stage("b", #{ needs: ["test (n=3)"] }, || 1);
stage("c", #{ needs: ["tset"] }, || 1);
stage("test", #{ matrix: #{ m: [1] } }, || 1);
stage("ring", #{ matrix: #{ n: [1] }, needs: ["d"] }, || 1);
stage("d", #{ needs: "ring" }, || 1);
"#;
    assert_snapshot!(check(script), @r#"
    exit: 2
    ── stderr
    error: stage `b` needs `test (n=3)`, and there is no stage of that name
     --> wharf.rhai:4:23
      |
    4 | stage("b", #{ needs: ["test (n=3)"] }, || 1);
      |                       ^^^^^^^^^^^^
    hint: did you mean `test (n=1)`?
    error: stage `c` needs `tset`, and there is no stage of that name
     --> wharf.rhai:5:23
      |
    5 | stage("c", #{ needs: ["tset"] }, || 1);
      |                       ^^^^^^
    hint: did you mean `test`?
    error: two stages are called `test`
     --> wharf.rhai:6:7
      |
    6 | stage("test", #{ matrix: #{ m: [1] } }, || 1);
      |       ^^^^^^
      |
     ::: wharf.rhai:2:7
      |
    2 | stage("test", #{ matrix: #{ n: [1, 2] } }, || 1);
      |       ------ first declared here
    error: these stages wait for each other: `ring (n=1)` needs `d` needs `ring (n=1)`
     --> wharf.rhai:7:47
      |
    7 | stage("ring", #{ matrix: #{ n: [1] }, needs: ["d"] }, || 1);
      |                                               ^^^ `ring (n=1)` needs `d`
      |
     ::: wharf.rhai:8:22
      |
    8 | stage("d", #{ needs: "ring" }, || 1);
      |                      ------ `d` needs `ring (n=1)`
    hint: take one of these needs away
    error: 4 errors found
    "#);
}
