//! Changes that a closure would lose.

use insta::assert_snapshot;

use crate::harness::Project;

fn check(script: &str) -> String {
    Project::new().script(script).run(["check"]).all()
}

#[test]
fn what_a_stage_would_lose() {
    let script = r#"
let image = "";
let log_lines = [];
let options = #{ tag: "", list: [] };
stage("build", || {
    image = "app:1";
    if image != "" { options.tag = "x"; }
    for n in 0..2 { log_lines[0] += n; }
    for n in 0..2 { log_lines.push(n); }
    options.list.push(1);
    options["list"].clear();
    push(log_lines, 3);
    options.remove("tag");
    { let image = 3; image += 1; print(image); }
    let own = [1];
    own += 2;
    own.push(1);
});
stage("deploy", || { image = image + "!"; let image = 2; print(image); });
"#;
    assert_snapshot!(check(script), @r#"
    exit: 2
    ── stderr
    warning: this assignment to `image` is seen only here, and is lost when the stage ends
     --> wharf.rhai:6:5
      |
    6 |     image = "app:1";
      |     ^^^^^
    hint: let the stage return the value; stages that need it get it as a parameter
    error: this assignment to `options` is lost when the stage ends
     --> wharf.rhai:7:22
      |
    7 |     if image != "" { options.tag = "x"; }
      |                      ^^^^^^^
    hint: let the stage return the value; stages that need it get it as a parameter
    error: this assignment to `log_lines` is lost when the stage ends
     --> wharf.rhai:8:21
      |
    8 |     for n in 0..2 { log_lines[0] += n; }
      |                     ^^^^^^^^^
    hint: let the stage return the value; stages that need it get it as a parameter
    error: this change of `log_lines` is lost when the stage ends
     --> wharf.rhai:9:21
      |
    9 |     for n in 0..2 { log_lines.push(n); }
      |                     ^^^^^^^^^
    hint: let the stage return the value; stages that need it get it as a parameter
    error: this change of `options` is lost when the stage ends
      --> wharf.rhai:10:5
       |
    10 |     options.list.push(1);
       |     ^^^^^^^
    hint: let the stage return the value; stages that need it get it as a parameter
    error: this change of `options` is lost when the stage ends
      --> wharf.rhai:11:5
       |
    11 |     options["list"].clear();
       |     ^^^^^^^
    hint: let the stage return the value; stages that need it get it as a parameter
    error: this change of `log_lines` is lost when the stage ends
      --> wharf.rhai:12:10
       |
    12 |     push(log_lines, 3);
       |          ^^^^^^^^^
    hint: let the stage return the value; stages that need it get it as a parameter
    error: this change of `options` is lost when the stage ends
      --> wharf.rhai:13:5
       |
    13 |     options.remove("tag");
       |     ^^^^^^^
    hint: let the stage return the value; stages that need it get it as a parameter
    error: this assignment to `image` is lost when the stage ends
      --> wharf.rhai:19:22
       |
    19 | stage("deploy", || { image = image + "!"; let image = 2; print(image); });
       |                      ^^^^^
    hint: let the stage return the value; stages that need it get it as a parameter
    error: 8 errors found
    "#);
}

#[test]
fn closures_in_variables_in_closures_and_beside_stages() {
    let script = r#"
let n = 0;
let body = || { n += 1 };
stage("a", body);
stage("b", || { let add = || { n += 1 }; add.call(); });
stage("c", #{ when: || { n += 1; true } }, || 1);
stage("d", || {
    let sum = 0;
    parallel([|| { sum += 1 }, || print(sum)]);
    print(sum);
});
on_success(|| n = 2);
on_failure(|f| n = 2);
"#;
    assert_snapshot!(check(script), @r#"
    exit: 2
    ── stderr
    error: this assignment to `n` is lost when the stage ends
     --> wharf.rhai:3:17
      |
    3 | let body = || { n += 1 };
      |                 ^
    hint: let the stage return the value; stages that need it get it as a parameter
    error: this assignment to `n` is lost when the stage ends
     --> wharf.rhai:5:32
      |
    5 | stage("b", || { let add = || { n += 1 }; add.call(); });
      |                                ^
    hint: let the stage return the value; stages that need it get it as a parameter
    error: this assignment to `n` is lost when the condition is known
     --> wharf.rhai:6:26
      |
    6 | stage("c", #{ when: || { n += 1; true } }, || 1);
      |                          ^
    hint: `when` is called by itself; let a stage return what others need
    error: this assignment to `sum` is lost when the closure ends
     --> wharf.rhai:9:20
      |
    9 |     parallel([|| { sum += 1 }, || print(sum)]);
      |                    ^^^
    hint: let the closure return the value; `parallel` returns all results in their order
    error: this assignment to `n` is lost when the hook ends
      --> wharf.rhai:12:15
       |
    12 | on_success(|| n = 2);
       |               ^
    hint: a hook works on copies; let a stage return what others need
    error: this assignment to `n` is lost when the hook ends
      --> wharf.rhai:13:16
       |
    13 | on_failure(|f| n = 2);
       |                ^
    hint: a hook works on copies; let a stage return what others need
    error: 6 errors found
    "#);
}

#[test]
fn a_change_that_the_closure_goes_on_to_use_is_let_pass() {
    let script = r#"
let tag = "a";
let count = 0;
let todo = [1, 2];
let seen = [];
let last = ["x"];
stage("a", || {
    tag += "b";
    print(tag);
    while count < 3 { count += 1; }
    while !todo.is_empty() { print(todo.pop()); }
    let add = |item| seen.push(item);
    add.call(1);
    print(seen);
    last.pop()
});
stage("b", || { let own = [1]; own.push(2); print(own); });
"#;
    assert_snapshot!(check(script), @"exit: 0");
}

#[test]
fn a_change_that_others_will_not_see() {
    let script = r#"
let tag = "a";
stage("a", || { tag += "b"; print(tag); tag += "c"; print(tag); });
stage("b", || print(tag));
"#;
    assert_snapshot!(check(script), @r#"
    exit: 0
    ── stderr
    warning: this assignment to `tag` is seen only here, and is lost when the stage ends
     --> wharf.rhai:3:17
      |
    3 | stage("a", || { tag += "b"; print(tag); tag += "c"; print(tag); });
      |                 ^^^
    hint: let the stage return the value; stages that need it get it as a parameter
    "#);
}
