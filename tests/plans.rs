//! Stages that cannot be: told before anything runs, with every place that has to do with it.

use insta::assert_snapshot;

use crate::harness::Project;
use crate::words::told;

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
    error: 1 error found; nothing was run
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
    error: 1 error found; nothing was run
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
    error: 1 error found; nothing was run
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
    error: 1 error found; nothing was run
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
    error: 1 error found; nothing was run
    "#);
}

#[test]
fn names_and_needs_that_are_computed_are_judged_as_well() {
    let run = |script: &str| Project::new().script(script).run(["run"]).all();
    assert_snapshot!(run("for name in [\"a\", \"a\"] {\n    stage(name, || 1);\n}\n"), @"
    exit: 2
    ── stderr
    error: two stages are called `a`
     --> wharf.rhai:2:5
      |
    2 |     stage(name, || 1);
      |     ^^^^^
      |
     ::: wharf.rhai:2:5
      |
    2 |     stage(name, || 1);
      |     ----- first declared here
    ");
    assert_snapshot!(run("let other = \"tset\";\nstage(\"test\", || 1);\nstage(\"b\", #{ needs: other }, || 1);\n"), @r#"
    exit: 2
    ── stderr
    error: stage `b` needs `tset`, and there is no stage of that name
     --> wharf.rhai:3:1
      |
    3 | stage("b", #{ needs: other }, || 1);
      | ^^^^^
    hint: did you mean `test`?
    "#);
    assert_snapshot!(run("for (name, i) in [\"a\", \"b\"] {\n    stage(name, #{ needs: [\"a\", \"b\"][1 - i] }, || 1);\n}\n"), @r#"
    exit: 2
    ── stderr
    error: these stages wait for each other: `a` needs `b` needs `a`
     --> wharf.rhai:2:5
      |
    2 |     stage(name, #{ needs: ["a", "b"][1 - i] }, || 1);
      |     ^^^^^ `a` needs `b`
      |
     ::: wharf.rhai:2:5
      |
    2 |     stage(name, #{ needs: ["a", "b"][1 - i] }, || 1);
      |     ----- `b` needs `a`
    hint: take one of these needs away
    "#);
}

#[test]
fn an_effect_before_any_stage_is_refused_with_its_place() {
    let run = |script: &str| Project::new().script(script).run(["run"]).all();
    assert_snapshot!(run("fn prepare(command) {\n    sh(command);\n}\nprepare(\"touch done\");\nstage(\"a\", || 1);\n"), @r#"
    exit: 2
    ── stderr
    error: `sh` cannot run while the pipeline is being declared
     --> wharf.rhai:2:5
      |
    2 |     sh(command);
      |     ^^
      |
     ::: wharf.rhai:4:1
      |
    4 | prepare("touch done");
      | ------- `prepare` called here
    hint: move the call into a `stage`
    "#);
    assert_snapshot!(run("write_file(\"a.txt\", \"\");\nstage(\"a\", || 1);\n"), @r#"
    exit: 2
    ── stderr
    error: `write_file` cannot run while the pipeline is being declared
     --> wharf.rhai:1:1
      |
    1 | write_file("a.txt", "");
      | ^^^^^^^^^^
    hint: move the call into a `stage`
    "#);
    // What only looks is allowed.
    assert_snapshot!(run("let told = sh(\"echo 4\", #{ effect: \"read\", capture: true });\nstage(\"a\", || print(told.stdout));\n"), @"
    exit: 0
    ── stdout
    4
    ── stderr
    ▸ a
    ✓ a [time]
    1 passed in [time]
    ");
}

#[test]
fn nonsense_given_to_stage_is_told_and_nothing_runs() {
    let told = told(&[
        "let n = 1; stage(n, || 1);",
        "let n = (); stage(n, || 1);",
        "let b = 1; stage(\"a\", b);",
        "let o = 1; stage(\"a\", o, || 1);",
        "let o = #{}; stage(\"a\", || 1, o);",
        "stage(\"\", || 1);",
        "stage(\" \", || 1);",
        "stage(\"a\\nb\", || 1);",
    ]);
    assert_snapshot!(told, @r#"
    let n = 1; stage(n, || 1);
       `stage` cannot be called with a whole number and a function «stage»
       hint: it takes text and a function
    let n = (); stage(n, || 1);
       `stage` cannot be called with nothing and a function «stage»
       hint: it takes text and a function
    let b = 1; stage("a", b);
       `stage` cannot be called with text and a whole number «stage»
       hint: it takes text and a function
    let o = 1; stage("a", o, || 1);
       `stage` cannot be called with text, a whole number and a function «stage»
       hint: it takes text, a map and a function
    let o = #{}; stage("a", || 1, o);
       `stage` cannot be called with text, a function and a map «stage»
       hint: it takes text, a map and a function
    stage("", || 1);
       a stage needs a name «stage»
    stage(" ", || 1);
       a stage needs a name «stage»
    stage("a\nb", || 1);
       a stage's name is one line of text «stage»
    "#);
}

#[test]
fn nonsense_in_its_options_is_told_and_nothing_runs() {
    let told = told(&[
        "let o = #{ neds: [] }; stage(\"a\", o, || 1);",
        "let o = #{ needs: 1 }; stage(\"a\", o, || 1);",
        "let n = [\"a\", ()]; stage(\"a\", #{ needs: n }, || 1);",
        "let n = #{}; stage(\"a\", #{ needs: n }, || 1);",
        "let w = 1; stage(\"a\", #{ when: w }, || 1);",
        "let w = (); stage(\"a\", #{ when: w }, || 1);",
        "stage(\"a\", #{ when: |x| true }, || 1);",
        "stage(\"a\", #{ when: || 5 }, || 1);",
        "let e = [1]; stage(\"a\", #{ env: e }, || 1);",
        "let e = #{ A: [1] }; stage(\"a\", #{ env: e }, || 1);",
        "let v = 1.5; stage(\"a\", #{ env: #{ A: v } }, || 1);",
        "stage(\"a\", #{ env: #{ \"A=B\": 1 } }, || 1);",
        "let t = \"soon\"; stage(\"a\", #{ timeout: t }, || 1);",
        "let t = -1; stage(\"a\", #{ timeout: t }, || 1);",
        "let t = 0; stage(\"a\", #{ timeout: t }, || 1);",
        "let t = 0.0 / 0.0; stage(\"a\", #{ timeout: t }, || 1);",
        "let t = || 1; stage(\"a\", #{ timeout: t }, || 1);",
        "stage(\"a\", |x| 1);",
        "stage(\"a\", || 1); stage(\"b\", #{ needs: \"a\" }, |x, y| 1);",
        "stage(\"a\", Fn(\"nowhere\"));",
        "stage(\"a\", || stage(\"b\", || 1));",
        "stage(\"a\", || || 1);",
    ]);
    assert_snapshot!(told, @r#"
    let o = #{ neds: [] }; stage("a", o, || 1);
       `stage` has no option `neds` «stage»
       hint: did you mean `needs`?
    let o = #{ needs: 1 }; stage("a", o, || 1);
       `needs` must be names of stages, not a whole number «stage»
    let n = ["a", ()]; stage("a", #{ needs: n }, || 1);
       `needs` must be names of stages, not nothing «n»
    let n = #{}; stage("a", #{ needs: n }, || 1);
       `needs` must be names of stages, not a map «n»
    let w = 1; stage("a", #{ when: w }, || 1);
       `when` must be true, false, a condition like `on_branch("main")` or a closure, not a whole number «w»
    let w = (); stage("a", #{ when: w }, || 1);
       `when` must be true, false, a condition like `on_branch("main")` or a closure, not nothing «w»
    stage("a", #{ when: |x| true }, || 1);
       the closure of `when` gets nothing «stage»
    stage("a", #{ when: || 5 }, || 1);
       `when` must answer true or false, not a whole number «stage»
    let e = [1]; stage("a", #{ env: e }, || 1);
       `env` must be a map of names and values, not an array «e»
    let e = #{ A: [1] }; stage("a", #{ env: e }, || 1);
       the value of `A` in `env` must be text, not an array «e»
    let v = 1.5; stage("a", #{ env: #{ A: v } }, || 1);
       the value of `A` in `env` must be text, not a number «v»
    stage("a", #{ env: #{ "A=B": 1 } }, || 1);
       `A=B` cannot be the name of an environment variable «1»
    let t = "soon"; stage("a", #{ timeout: t }, || 1);
       `timeout` must be a number of seconds or a text like "1m30s", not `soon` «t»
    let t = -1; stage("a", #{ timeout: t }, || 1);
       `timeout` must be a number of seconds or a text like "1m30s", not `-1` «t»
    let t = 0; stage("a", #{ timeout: t }, || 1);
       `timeout` must be a number of seconds or a text like "1m30s", not `0` «t»
    let t = 0.0 / 0.0; stage("a", #{ timeout: t }, || 1);
       `timeout` must be a number of seconds or a text like "1m30s", not `NaN` «t»
    let t = || 1; stage("a", #{ timeout: t }, || 1);
       `timeout` must be a number of seconds or a text like "1m30s", not a function «t»
    stage("a", |x| 1);
       the closure of stage `a` has 1 parameter, and the stage needs no other «stage»
       hint: each parameter receives the result of one of the `needs`, in their order
    stage("a", || 1); stage("b", #{ needs: "a" }, |x, y| 1);
       the closure of stage `b` has 2 parameters, and the stage needs 1 other «stage»
       hint: each parameter receives the result of one of the `needs`, in their order
    stage("a", Fn("nowhere"));
       unknown function `nowhere` «stage»
    stage("a", || stage("b", || 1));
       `stage` cannot be called inside a stage or hook «stage»
       hint: declare all stages at the top level of the script
    stage("a", || || 1);
       the stage's result cannot be kept: a function is not plain data «stage»
       hint: return text, numbers, arrays or maps; end the closure with `()` to return nothing
    "#);
}
