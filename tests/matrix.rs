//! One stage for many combinations of values, as scripts declare and use it.

use insta::assert_snapshot;

use crate::harness::Project;

#[test]
fn every_combination_is_a_stage_with_its_values() {
    let told = Project::new()
        .script(
            r#"
stage("test", #{ matrix: #{ python: ["3.11", "3.12"], os: ["linux", "mac"], exclude: #{ python: "3.11", os: "mac" } } }, || {
    print(`${matrix("python")} on ${matrix("os")}`);
});
"#,
        )
        .run(["run"]);
    assert_snapshot!(told.all(), @"
    exit: 0
    ── stdout
    3.11 on linux
    3.12 on linux
    3.12 on mac
    ── stderr
    ▸ test (python=3.11, os=linux)
    ✓ test (python=3.11, os=linux) [time]
    ▸ test (python=3.12, os=linux)
    ✓ test (python=3.12, os=linux) [time]
    ▸ test (python=3.12, os=mac)
    ✓ test (python=3.12, os=mac) [time]
    3 passed in [time]
    ");
}

#[test]
fn whoever_needs_it_gets_all_results_or_the_one_named() {
    let told = Project::new()
        .script(
            r#"
stage("test", #{ matrix: #{ n: [3, 1, 2] } }, || matrix("n") * 10);
stage("lint", || "clean");
stage("sum", #{ needs: ["test", "lint"] }, |tests, lint| {
    print(`${tests} ${lint}`);
    print(output("test"));
    print(output("test (n=1)"));
});
stage("one", #{ needs: "test (n=2)" }, |result| {
    print(result);
    print(output("test"));
});
on_success(|| print(output("test")));
"#,
        )
        .run(["run", "--quiet"]);
    assert_snapshot!(told.all(), @"
    exit: 0
    ── stdout
    [30, 10, 20] clean
    [30, 10, 20]
    10
    20
    [(), (), 20]
    [30, 10, 20]
    ");
}

#[test]
fn names_that_only_some_instances_have_are_nothing_in_the_others() {
    let told = Project::new()
        .script(
            r#"
stage("test", #{ matrix: #{ n: [1, 2], include: [#{ n: 2, slow: true }, #{ n: 3, slow: false }] } },
    || print(`${matrix("n")}: ${type_of(matrix("slow"))}`));
"#,
        )
        .run(["run"]);
    assert_snapshot!(told.all(), @"
    exit: 0
    ── stdout
    1: ()
    2: bool
    3: bool
    ── stderr
    ▸ test (n=1)
    ✓ test (n=1) [time]
    ▸ test (n=2, slow=true)
    ✓ test (n=2, slow=true) [time]
    ▸ test (n=3, slow=false)
    ✓ test (n=3, slow=false) [time]
    3 passed in [time]
    ");
}

#[test]
fn a_matrix_that_is_computed_works_like_one_that_is_written() {
    let told = Project::new()
        .script(
            r#"
let versions = [];
for minor in 11..13 { versions.push(`3.${minor}`); }
let options = #{ matrix: #{ python: versions } };
stage("test", options, || print(matrix("python")));
stage("image", #{ needs: ["test (python=3.12)"] }, || print("built"));
"#,
        )
        .run(["run", "--quiet", "image"]);
    assert_snapshot!(told.all(), @"
    exit: 0
    ── stdout
    3.12
    built
    ");
}

#[test]
fn a_condition_asks_for_each_instance() {
    let told = Project::new()
        .script(
            r#"
stage("test", #{ matrix: #{ n: [1, 2] }, when: || matrix("n") == 2 }, || matrix("n"));
stage("image", #{ needs: "test" }, || 0);
"#,
        )
        .run(["run"]);
    assert_snapshot!(told.all(), @"
    exit: 0
    ── stderr
    ○ test (n=1) skipped: its `when` answered false
    ▸ test (n=2)
    ✓ test (n=2) [time]
    ○ image skipped: `test (n=1)` was skipped
    1 passed, 2 skipped in [time]
    ");
}

#[test]
fn a_value_that_is_not_there_is_told() {
    let told = Project::new()
        .script(
            r#"
fn version() { matrix("pyhton") }
stage("test", #{ matrix: #{ python: ["3.11"] } }, || version());
"#,
        )
        .run(["run"]);
    assert_snapshot!(told.all(), @r#"
    exit: 2
    ── stderr
    ▸ test (python=3.11)
    ✗ test (python=3.11) failed after [time]
    1 failed in [time]
    error: the stage's `matrix` has no `pyhton`
     --> wharf.rhai:2:16
      |
    2 | fn version() { matrix("pyhton") }
      |                ^^^^^^
      |
     ::: wharf.rhai:3:54
      |
    3 | stage("test", #{ matrix: #{ python: ["3.11"] } }, || version());
      |                                                      ------- `version` called here
    hint: did you mean `python`?
    "#);
}

#[test]
fn outside_a_matrix_there_is_no_value() {
    let told = Project::new()
        .script(
            r#"
fn version() { matrix("python") }
stage("test", || version());
"#,
        )
        .run(["run"]);
    assert_snapshot!(told.all(), @r#"
    exit: 2
    ── stderr
    ▸ test
    ✗ test failed after [time]
    1 failed in [time]
    error: `matrix` gives a value only inside a stage that has a `matrix`
     --> wharf.rhai:2:16
      |
    2 | fn version() { matrix("python") }
      |                ^^^^^^
      |
     ::: wharf.rhai:3:18
      |
    3 | stage("test", || version());
      |                  ------- `version` called here
    hint: give the stage one: `#{ matrix: #{ python: ["3.11", "3.12"] } }`
    "#);
}

#[test]
fn a_computed_matrix_that_is_wrong_is_told_where_it_is_given() {
    let told = Project::new()
        .script(
            r#"
let none = [];
let versions = #{ python: none };
stage("test", #{ matrix: versions }, || 1);
"#,
        )
        .run(["run"]);
    assert_snapshot!(told.all(), @r#"
    exit: 2
    ── stderr
    error: `python` of `matrix` has no value
     --> wharf.rhai:4:26
      |
    4 | stage("test", #{ matrix: versions }, || 1);
      |                          ^^^^^^^^
    "#);
}

#[test]
fn a_name_belongs_to_one_matrix_alone() {
    let told = Project::new()
        .script(
            r#"
let name = "test";
stage(name, #{ matrix: #{ n: [1, 2] } }, || 1);
stage(name, #{ matrix: #{ m: [1, 2] } }, || 1);
"#,
        )
        .run(["run"]);
    assert_snapshot!(told.all(), @"
    exit: 2
    ── stderr
    error: two stages are called `test`
     --> wharf.rhai:4:1
      |
    4 | stage(name, #{ matrix: #{ m: [1, 2] } }, || 1);
      | ^^^^^
      |
     ::: wharf.rhai:3:1
      |
    3 | stage(name, #{ matrix: #{ n: [1, 2] } }, || 1);
      | ----- first declared here
    ");
}

#[test]
fn the_list_shows_it_as_one() {
    let told = Project::new()
        .script(
            r#"
/// On every Python that is supported
stage("test", #{ matrix: #{ python: ["3.11", "3.12"], os: ["linux", "mac"] } }, || 1);
stage("image", #{ needs: ["test"], labels: "heavy" }, || 1);
stage("mac", #{ needs: ["test (python=3.12, os=mac)"], labels: ["heavy", "slow"] }, || 1);
stage("deploy", #{ needs: ["image"], environment: "production", when: false }, || 1);
"#,
        )
        .run([] as [&str; 0]);
    assert_snapshot!(told.all(), @"
    exit: 0
    ── stdout
    stages:
      test    On every Python that is supported · 4 of python=3.11|3.12, os=linux|mac
      image   needs test · label heavy
      mac     needs test (python=3.12, os=mac) · labels heavy, slow
      deploy  needs image · to production · would be skipped: its `when` is false
    ");
}
