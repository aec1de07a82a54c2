//! Functions, methods, variables and modules that are not there.

use insta::assert_snapshot;

use crate::harness::Project;

#[test]
fn functions_and_how_many_arguments_they_take() {
    let told = Project::new()
        .script(
            "
fn moor(boat) { boat }
print(moor(1, 2) + moor());
moorr(1);
let boats = [1, 2].map(|boat| boat.moor_at(3));
boats.push();
let list = #{ tie: || mooor(1) };
print(1.max(2, 3));
let f = Fn();
switch boats.len() { 0 => tow(), 1..4 if pull() => (), _ => { let x = [drag()]; } }
env();
",
        )
        .run(["check"]);
    assert_snapshot!(told.all(), @"
    exit: 2
    ── stderr
    error: `moor` takes 1 argument, not 2
     --> wharf.rhai:3:7
      |
    3 | print(moor(1, 2) + moor());
      |       ^^^^
    error: `moor` takes 1 argument, not 0
     --> wharf.rhai:3:20
      |
    3 | print(moor(1, 2) + moor());
      |                    ^^^^
    error: unknown function `moorr`
     --> wharf.rhai:4:1
      |
    4 | moorr(1);
      | ^^^^^
    hint: did you mean `moor`?
    error: unknown method `moor_at`
     --> wharf.rhai:5:36
      |
    5 | let boats = [1, 2].map(|boat| boat.moor_at(3));
      |                                    ^^^^^^^
    error: `push` takes 1 argument, not 0
     --> wharf.rhai:6:7
      |
    6 | boats.push();
      |       ^^^^
    error: unknown function `mooor`
     --> wharf.rhai:7:23
      |
    7 | let list = #{ tie: || mooor(1) };
      |                       ^^^^^
    hint: did you mean `moor`?
    error: `max` takes 1 argument, not 2
     --> wharf.rhai:8:9
      |
    8 | print(1.max(2, 3));
      |         ^^^
    error: `Fn` takes 1 argument, not 0
     --> wharf.rhai:9:9
      |
    9 | let f = Fn();
      |         ^^
    error: unknown function `tow`
      --> wharf.rhai:10:27
       |
    10 | switch boats.len() { 0 => tow(), 1..4 if pull() => (), _ => { let x = [drag()]; } }
       |                           ^^^
    error: unknown function `pull`
      --> wharf.rhai:10:42
       |
    10 | switch boats.len() { 0 => tow(), 1..4 if pull() => (), _ => { let x = [drag()]; } }
       |                                          ^^^^
    hint: did you mean `poll`?
    error: unknown function `drag`
      --> wharf.rhai:10:72
       |
    10 | switch boats.len() { 0 => tow(), 1..4 if pull() => (), _ => { let x = [drag()]; } }
       |                                                                        ^^^^
    error: `env` takes 1 or 2 arguments, not 0
      --> wharf.rhai:11:1
       |
    11 | env();
       | ^^^
    error: 12 errors found
    ");
}

#[test]
fn variables() {
    let told = Project::new()
        .script(
            r#"
const DEPTH = 4;
let quay = "north";
print(quya);
fn draught() { DEPTH }
fn berth() { quay }
if true { let buoy = 1; }
print(buoy);
print(late);
let late = 1;
stage("a", || { [1].map(|n| n + tide) });
"#,
        )
        .run(["check"]);
    assert_snapshot!(told.all(), @r#"
    exit: 2
    ── stderr
    error: unknown variable `quya`
     --> wharf.rhai:4:7
      |
    4 | print(quya);
      |       ^^^^
    hint: did you mean `quay`?
    error: unknown variable `DEPTH`
     --> wharf.rhai:5:16
      |
    5 | fn draught() { DEPTH }
      |                ^^^^^
    hint: a function sees a constant of the script as `global::DEPTH`
    error: unknown variable `quay`
     --> wharf.rhai:6:14
      |
    6 | fn berth() { quay }
      |              ^^^^
    hint: a function sees only its parameters; a closure sees all around it
    error: unknown variable `buoy`
     --> wharf.rhai:8:7
      |
    8 | print(buoy);
      |       ^^^^
    hint: `buoy` lives only in the block that declares it
    error: unknown variable `late`
     --> wharf.rhai:9:7
      |
    9 | print(late);
      |       ^^^^
    hint: `late` is declared only on line 10
    error: unknown variable `tide`
      --> wharf.rhai:11:33
       |
    11 | stage("a", || { [1].map(|n| n + tide) });
       |                                 ^^^^
    error: 6 errors found
    "#);
}

#[test]
fn modules() {
    let told = Project::new()
        .file(
            "ops/harbour.rhai",
            r#"import "pilot" as pilot;
fn open(gate) { close(gate) }
private fn chart() { 1 }
fn guide() { pilot::sail(1) }
"#,
        )
        .file(
            "ops/pilot.rhai",
            "fn sail() { wind }
",
        )
        .script(
            r#"
import "std/pythn" as py;
import "ops/gone" as gone;
import "../outside" as outside;
import "ops/harbour" as harbour;
py::venv();
gone::anything(1, 2);
print(harbour::opne(1));
print(harbour::open());
print(harbour::chart());
print(harbur::open(1));
if exists("local.rhai") { import "local" as local; local::go_on(); }
"#,
        )
        .run(["check"]);
    assert_snapshot!(told.all(), @r#"
    exit: 2
    ── stderr
    error: unknown function `close`
     --> ops/harbour.rhai:2:17
      |
    2 | fn open(gate) { close(gate) }
      |                 ^^^^^
    error: `pilot::sail` takes 0 arguments, not 1
     --> ops/harbour.rhai:4:21
      |
    4 | fn guide() { pilot::sail(1) }
      |                     ^^^^
    error: unknown variable `wind`
     --> ops/pilot.rhai:1:13
      |
    1 | fn sail() { wind }
      |             ^^^^
    error: there is no standard module `std/pythn`
     --> wharf.rhai:2:8
      |
    2 | import "std/pythn" as py;
      |        ^^^^^^^^^^^
    hint: did you mean `std/python`?
    error: there is no module `ops/gone`
     --> wharf.rhai:3:8
      |
    3 | import "ops/gone" as gone;
      |        ^^^^^^^^^^
    hint: it would be the file `ops/gone.rhai`
    error: the module `../outside` lies outside the repository
     --> wharf.rhai:4:8
      |
    4 | import "../outside" as outside;
      |        ^^^^^^^^^^^^
    hint: a script can import only what is in its own repository, and `std/…`
    error: module `harbour` has no function `opne`
     --> wharf.rhai:8:16
      |
    8 | print(harbour::opne(1));
      |                ^^^^
    hint: did you mean `open`?
    error: `harbour::open` takes 1 argument, not 0
     --> wharf.rhai:9:16
      |
    9 | print(harbour::open());
      |                ^^^^
    error: `chart` is private to the module `harbour`
      --> wharf.rhai:10:16
       |
    10 | print(harbour::chart());
       |                ^^^^^
    hint: write `fn chart` without `private` there
    error: no module is imported as `harbur`
      --> wharf.rhai:11:15
       |
    11 | print(harbur::open(1));
       |               ^^^^
    hint: did you mean `harbour`?
    warning: there is no module `local`
      --> wharf.rhai:12:34
       |
    12 | if exists("local.rhai") { import "local" as local; local::go_on(); }
       |                                  ^^^^^^^
    hint: it would be the file `local.rhai`
    error: 10 errors found
    "#);
}

#[test]
fn a_module_that_does_not_parse() {
    let told = Project::new()
        .file(
            "ops/harbour.rhai",
            "fn open( { }
",
        )
        .script(
            r#"import "ops/harbour" as harbour;
harbour::open();
nope();
"#,
        )
        .run(["check"]);
    assert_snapshot!(told.all(), @"
    exit: 2
    ── stderr
    error: the name of a parameter, or `)`, is missing
     --> ops/harbour.rhai:1:10
      |
    1 | fn open( { }
      |          ^
    error: unknown function `nope`
     --> wharf.rhai:3:1
      |
    3 | nope();
      | ^^^^
    error: 2 errors found
    ");
}

#[test]
fn a_closure_that_wants_more_results_than_its_stage_needs() {
    let told = Project::new()
        .script(
            r#"
let computed = ["test"];
stage("test", |x| x);
stage("image", #{ needs: "test" }, |x, y| x);
stage("deploy", #{ needs: ["test", "image"], when: true }, |x, y| computed);
stage("tell", #{ needs: computed }, |x| computed);
"#,
        )
        .run(["check"]);
    assert_snapshot!(told.all(), @r#"
    exit: 2
    ── stderr
    error: the closure of stage `test` has 1 parameter, and the stage needs no other
     --> wharf.rhai:3:1
      |
    3 | stage("test", |x| x);
      | ^^^^^
    hint: each parameter receives the result of one of the `needs`, in their order
    error: the closure of stage `image` has 2 parameters, and the stage needs 1 other
     --> wharf.rhai:4:1
      |
    4 | stage("image", #{ needs: "test" }, |x, y| x);
      | ^^^^^
    hint: each parameter receives the result of one of the `needs`, in their order
    error: 2 errors found
    "#);
}

#[test]
fn a_closure_in_a_variable_is_called_as_one() {
    let project = Project::new().script("let twice = |n| n * 2;\nprint(twice(3));\n");
    assert_snapshot!(project.run(["check"]).all(), @"
    exit: 2
    ── stderr
    error: unknown function `twice`
     --> wharf.rhai:2:7
      |
    2 | print(twice(3));
      |       ^^^^^
    hint: a closure in a variable is called as `twice.call(…)`
    error: 1 error found
    ");
}
