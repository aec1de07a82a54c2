//! What flows from stage to stage, and what a stage takes along from where it is declared.

use insta::assert_snapshot;

use crate::harness::Project;

#[test]
fn results_flow_along_needs_in_their_order() {
    let told = Project::new()
        .script(
            r#"
stage("deploy", #{ needs: ["image", "version"] }, |image, version| print(`${image.name}:${version}`));
stage("version", || "1.4.2");
stage("image", || #{ name: "harbour" });
"#,
        )
        .run(["run"]);
    assert_snapshot!(told.all(), @"
    exit: 0
    ── stdout
    harbour:1.4.2
    ── stderr
    ▸ image
    ✓ image [time]
    ▸ version
    ✓ version [time]
    ▸ deploy
    ✓ deploy [time]
    3 passed in [time]
    ");
}

#[test]
fn a_result_can_be_read_by_its_stage() {
    let told = Project::new()
        .script(
            r#"
stage("first", || [1, 2]);
stage("second", #{ needs: ["first"] }, || 0);
stage("third", #{ needs: ["second"] }, || print(output("first")));
"#,
        )
        .run(["run", "--quiet"]);
    assert_snapshot!(told.all(), @"
    exit: 0
    ── stdout
    [1, 2]
    ");
}

#[test]
fn what_a_closure_captures_is_copied_when_its_stage_is_declared() {
    Project::new()
        .script(
            r#"
let list = [1];
for name in ["a", "b"] {
    stage(name, || { list.push(2); print(`${name} ${list}`); });
}
list.push(3);
stage("c", || print(`c ${list}`));
"#,
        )
        .run(["run", "--quiet"])
        .stdout("a [1, 2]\nb [1, 2]\nc [1, 3]\n");
}

#[test]
fn a_closure_takes_as_many_results_as_it_has_parameters() {
    Project::new()
        .script(
            r#"
fn both(a, b) { print(`${a} ${b}`) }
fn one(a) { print(a) }
stage("a", || "A");
stage("b", || "B");
stage("none", #{ needs: ["a", "b"] }, || print("none"));
stage("first", #{ needs: ["a", "b"] }, |a| print(a));
stage("function", #{ needs: ["a", "b"] }, Fn("both"));
stage("named", #{ needs: "b" }, one);
"#,
        )
        .run(["run", "--quiet"])
        .stdout("none\nA\nA B\nB\n");
}

#[test]
fn every_kind_of_plain_data_is_a_result() {
    Project::new()
        .script(
            r#"
stage("data", || #{ n: 1, f: 1.5, t: "x", c: 'c', b: true, nothing: (), list: [1, [2]] });
stage("nothing", || { 5; () });
stage("early", || { return 7; 8 });
stage("show", #{ needs: ["data", "nothing", "early"] }, |data, nothing, early| {
    print(data);
    print(`${nothing == ()} ${early}`);
});
"#,
        )
        .run(["run", "--quiet"])
        .stdout("#{\"b\": true, \"c\": \"c\", \"f\": 1.5, \"list\": [1, [2]], \"n\": 1, \"nothing\": (), \"t\": \"x\"}\ntrue 7\n");
}

#[test]
fn a_result_that_is_no_plain_data_is_a_failure() {
    let told = Project::new()
        .script("stage(\"made\", || #{ list: [1, || 2] });\n")
        .run(["run"]);
    assert_snapshot!(told.all(), @r#"
    exit: 2
    ── stderr
    ▸ made
    ✗ made failed after [time]
    1 failed in [time]
    error: the stage's result cannot be kept: a function at `list[1]` is not plain data
     --> wharf.rhai:1:1
      |
    1 | stage("made", || #{ list: [1, || 2] });
      | ^^^^^
    hint: return text, numbers, arrays or maps; end the closure with `()` to return nothing
    "#);
}

#[test]
fn only_results_of_what_a_stage_needs_can_be_read() {
    let told = Project::new()
        .script("stage(\"first\", || 1);\nstage(\"second\", || output(\"first\"));\n")
        .run(["run"]);
    assert_snapshot!(told.all(), @r#"
    exit: 2
    ── stderr
    ▸ first
    ✓ first [time]
    ▸ second
    ✗ second failed after [time]
    1 passed, 1 failed in [time]
    error: stage `second`: there is no result of a stage `first` here
     --> wharf.rhai:2:20
      |
    2 | stage("second", || output("first"));
      |                    ^^^^^^
    hint: add `first` to this stage's `needs`
    "#);
}

#[test]
fn data_that_speaks_of_an_error_is_no_failure() {
    let project = Project::new().script(
        r#"
let reply = parse_json(`{"error": "ErrorInvalid", "message": "bad token", "line": 1}`);
print(reply.error + ": " + reply.message);
try { throw reply } catch (err) { print(err.error) }
"#,
    );
    project
        .run(["run"])
        .stdout("ErrorInvalid: bad token\nErrorInvalid\n")
        .streams();
}
