//! Stages that cannot be: told before anything runs, with every place that has to do with it.

use insta::assert_snapshot;

use crate::harness::Project;

#[test]
fn a_cycle_is_shown_with_its_places() {
    let told = Project::new()
        .script(
            r#"
stage("a", #{ needs: ["b"] }, || 0);
stage("b", #{ needs: ["c"] }, || 0);
stage("c", #{ needs: ["a"] }, || 0);
"#,
        )
        .run(["run"]);
    assert_snapshot!(told.all(), @r#"
    exit: 2
    ── stderr
    error: these stages wait for each other: `a` needs `b` needs `c` needs `a`
     --> wharf.rhai:2:23
      |
    2 | stage("a", #{ needs: ["b"] }, || 0);
      |                       ^^^ `a` needs `b`
      |
     ::: wharf.rhai:3:23
      |
    3 | stage("b", #{ needs: ["c"] }, || 0);
      |                       --- `b` needs `c`
      |
     ::: wharf.rhai:4:23
      |
    4 | stage("c", #{ needs: ["a"] }, || 0);
      |                       --- `c` needs `a`
    hint: take one of these needs away
    error: 1 error in `wharf.rhai`; nothing was run
    "#);
}

#[test]
fn an_unknown_need_is_shown_where_it_is_written() {
    let told = Project::new()
        .script(
            r#"
stage("test", || 0);
stage("deploy", #{ needs: ["tset"] }, || 0);
"#,
        )
        .run(["run"]);
    assert_snapshot!(told.all(), @r#"
    exit: 2
    ── stderr
    error: stage `deploy` needs `tset`, and there is no stage of that name
     --> wharf.rhai:3:28
      |
    3 | stage("deploy", #{ needs: ["tset"] }, || 0);
      |                            ^^^^^^
    hint: did you mean `test`?
    error: 1 error in `wharf.rhai`; nothing was run
    "#);
}

#[test]
fn two_stages_of_one_name_are_shown_both() {
    let told = Project::new()
        .script(
            r#"
stage("test", || 1);
stage("lint", || 2);
stage("test", || 3);
"#,
        )
        .run(["run"]);
    assert_snapshot!(told.all(), @r#"
    exit: 2
    ── stderr
    error: two stages are called `test`
     --> wharf.rhai:4:7
      |
    4 | stage("test", || 3);
      |       ^^^^^^
      |
     ::: wharf.rhai:2:7
      |
    2 | stage("test", || 1);
      |       ------ first declared here
    error: 1 error in `wharf.rhai`; nothing was run
    "#);
}

#[test]
fn an_unknown_stage_on_the_command_line_is_told_with_those_there_are() {
    let told = Project::new()
        .script(r#"stage("test", || 1); stage("deploy", || 2);"#)
        .run(["run", "depoly"]);
    assert_snapshot!(told.all(), @"
    exit: 2
    ── stderr
    error: there is no stage `depoly`
    hint: did you mean `deploy`?
    ");
}

#[test]
fn an_unknown_option_of_a_stage_is_underlined() {
    let told = Project::new()
        .script(r#"stage("test", #{ need: ["a"] }, || 1);"#)
        .run(["run"]);
    assert_snapshot!(told.all(), @r#"
    exit: 2
    ── stderr
    error: `stage` has no option `need`
     --> wharf.rhai:1:18
      |
    1 | stage("test", #{ need: ["a"] }, || 1);
      |                  ^^^^
    hint: did you mean `needs`?
    error: 1 error in `wharf.rhai`; nothing was run
    "#);
}

#[test]
fn a_body_that_takes_more_than_the_stage_needs_is_refused() {
    let told = Project::new()
        .script(r#"stage("test", |image| print(image));"#)
        .run(["run"]);
    assert_snapshot!(told.all(), @r#"
    exit: 2
    ── stderr
    error: the closure of stage `test` has 1 parameter, and the stage needs no other
     --> wharf.rhai:1:1
      |
    1 | stage("test", |image| print(image));
      | ^^^^^
    hint: each parameter receives the result of one of the `needs`, in their order
    "#);
}
