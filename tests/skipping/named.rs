//! What a stage names without calling it counts like what it calls.

use super::ran;
use crate::harness::Project;

/// What runs after `from` was replaced by `to` in the file at `path`, once all stages had passed.
fn after(project: &Project, path: &str, from: &str, to: &str) -> String {
    let text = project.read(path);
    assert!(text.contains(from), "{from}");
    project.write(path, text.replacen(from, to, 1));
    let told = ran(project, &[]);
    assert_eq!(ran(project, &[]), "", "{from}");
    told
}

#[test]
fn functions_that_are_handed_on_count() {
    let project = Project::new()
        .script(
            r#"
fn unit() { print("unit 1") }
fn twice(n) { n * 2 }
fn helper() { print("helper 1") }

stage("both", #{ inputs: "src" }, || { parallel([unit, || 1]); });
stage("again", #{ inputs: "src" }, || retry(2, unit));
stage("list", #{ inputs: "src" }, || [1].map(twice));
stage("later", #{ inputs: "src" }, || { let f = helper; f.call(); });
"#,
        )
        .file("src", "");
    let _ = ran(&project, &[]);
    assert_eq!(ran(&project, &[]), "");
    assert_eq!(
        sorted(&after(&project, "wharf.rhai", "unit 1", "unit 2")),
        "again ran: function `unit` changed\nboth ran: function `unit` changed"
    );
    assert_eq!(
        after(&project, "wharf.rhai", "n * 2", "n * 3"),
        "list ran: function `twice` changed"
    );
    assert_eq!(
        after(&project, "wharf.rhai", "helper 1", "helper 2"),
        "later ran: function `helper` changed"
    );
}

fn sorted(lines: &str) -> String {
    let mut lines: Vec<_> = lines.lines().collect();
    lines.sort_unstable();
    lines.join("\n")
}

#[test]
fn constants_count_with_what_makes_them_and_what_they_are() {
    let project = Project::new()
        .script(
            r#"
const TAG = tag_of();
const MODE = env("MODE", "slow");
const OTHER = 1;

fn tag_of() { "v1" }
fn tag() { print(global::TAG) }

stage("tag", #{ inputs: "src" }, || tag());
stage("mode", #{ inputs: "src" }, || { let f = || global::MODE; f.call() });
"#,
        )
        .file("src", "");
    let _ = ran(&project, &[]);
    assert_eq!(ran(&project, &[]), "");
    assert_eq!(after(&project, "wharf.rhai", "OTHER = 1", "OTHER = 2"), "");
    assert_eq!(
        after(&project, "wharf.rhai", "\"v1\"", "\"v2\""),
        "tag ran: function `tag_of` changed"
    );
    let project = project.env("MODE", "fast");
    assert_eq!(ran(&project, &[]), "mode ran: `global::MODE` changed");
    assert_eq!(ran(&project, &[]), "");
}

#[test]
fn constants_of_modules_count() {
    let project = Project::new()
        .script(
            r#"
import "lib/m" as m;
stage("show", #{ inputs: "src" }, || print(m::CMD));
stage("other", #{ inputs: "src" }, || 1);
"#,
        )
        .file(
            "lib/m.rhai",
            "export const CMD = \"make \" + env(\"GOAL\", \"all\");\n",
        )
        .file("src", "");
    let _ = ran(&project, &[]);
    assert_eq!(ran(&project, &[]), "");
    assert_eq!(
        after(&project, "lib/m.rhai", "make", "ninja"),
        "show ran: module `lib/m` changed"
    );
    let project = project.env("GOAL", "clean");
    assert_eq!(ran(&project, &[]), "show ran: `m::CMD` changed");
}

#[test]
fn functions_on_one_line_are_told_apart() {
    let project = Project::new()
        .script(
            r#"
fn a() { b() } fn b() { print("v1") } private fn c() { 1 }
fn many(
    one
) { print(one) }
stage("first", #{ inputs: "src" }, || a());
stage("second", #{ inputs: "src" }, || c());
stage("third", #{ inputs: "src" }, || many(1));
"#,
        )
        .file("src", "");
    let _ = ran(&project, &[]);
    assert_eq!(ran(&project, &[]), "");
    assert_eq!(
        after(&project, "wharf.rhai", "v1", "v2"),
        "first ran: function `b` changed"
    );
    assert_eq!(
        after(&project, "wharf.rhai", "{ 1 }", "{ 2 }"),
        "second ran: function `c` changed"
    );
    assert_eq!(
        after(&project, "wharf.rhai", "    one\n", "    one, // of them\n"),
        "third ran: function `many` changed"
    );
}

#[test]
fn a_result_that_is_read_through_a_need_counts() {
    let project = Project::new()
        .script(
            r#"
stage("a", #{ inputs: "src" }, || read_file("src"));
stage("b", #{ needs: "a", inputs: "Dockerfile" }, || 1);
stage("reads", #{ needs: "b", inputs: "Dockerfile" }, || print(output("a")));
stage("does not", #{ needs: "b", inputs: "Dockerfile" }, |b| print(b));
"#,
        )
        .file("src", "1\n")
        .file("Dockerfile", "");
    let _ = ran(&project, &[]);
    assert_eq!(ran(&project, &[]), "");
    assert_eq!(
        sorted(&after(&project, "src", "1", "2")),
        "a ran: src changed\nb ran: the result of `a` changed\nreads ran: the result of `a` changed"
    );
}
