//! What a script can import, and what it cannot.

use std::os::unix::fs::symlink;

use insta::assert_snapshot;

use crate::harness::{Finished, Project};

fn importing(path: &str) -> Finished {
    Project::new()
        .script(&format!("import \"{path}\" as it;\nprint(it::name());\n"))
        .file("ops/names.rhai", "fn name() { \"harbour\" }\n")
        .run(["run", "--quiet"])
}

#[test]
fn a_file_of_the_repository() {
    importing("ops/names").stdout("harbour\n");
}

#[test]
fn a_file_beside_the_importing_one() {
    Project::new()
        .script("import \"ops/names\" as names;\nprint(names::name());\n")
        .file(
            "ops/names.rhai",
            "import \"parts\" as parts;\nfn name() { parts::half() + \"bour\" }\n",
        )
        .file("ops/parts.rhai", "fn half() { \"har\" }\n")
        .run(["run", "--quiet"])
        .stdout("harbour\n");
}

#[test]
fn a_standard_module() {
    Project::new()
        .script("import \"std/python\" as python;\nprint(\"there\");\n")
        .run(["run", "--quiet"])
        .stdout("there\n");
}

#[test]
fn a_module_that_does_not_exist() {
    assert_snapshot!(importing("ops/nmaes").all(), @r#"
    exit: 2
    ── stderr
    error: there is no module `ops/nmaes`
     --> wharf.rhai:1:8
      |
    1 | import "ops/nmaes" as it;
      |        ^^^^^^^^^^^
    hint: it would be the file `ops/nmaes.rhai`
    error: 1 error in `wharf.rhai`; nothing was run
    "#);
}

#[test]
fn a_standard_module_that_does_not_exist() {
    assert_snapshot!(importing("std/pyhton").all(), @r#"
    exit: 2
    ── stderr
    error: there is no standard module `std/pyhton`
     --> wharf.rhai:1:8
      |
    1 | import "std/pyhton" as it;
      |        ^^^^^^^^^^^^
    hint: did you mean `std/python`?
    error: 1 error in `wharf.rhai`; nothing was run
    "#);
}

#[test]
fn a_path_out_of_the_repository() {
    assert_snapshot!(importing("../elsewhere").all(), @r#"
    exit: 2
    ── stderr
    error: the module `../elsewhere` lies outside the repository
     --> wharf.rhai:1:8
      |
    1 | import "../elsewhere" as it;
      |        ^^^^^^^^^^^^^^
    hint: a script can import only what is in its own repository, and `std/…`
    error: 1 error in `wharf.rhai`; nothing was run
    "#);
}

#[test]
fn an_absolute_path() {
    assert_snapshot!(importing("/etc/passwd").all(), @r#"
    exit: 2
    ── stderr
    error: the module `/etc/passwd` has an absolute path
     --> wharf.rhai:1:8
      |
    1 | import "/etc/passwd" as it;
      |        ^^^^^^^^^^^^^
    hint: import a path relative to this file, inside the repository
    error: 1 error in `wharf.rhai`; nothing was run
    "#);
}

#[test]
fn a_link_out_of_the_repository() {
    let project = Project::new().script("import \"ops\" as it;\nprint(it::name());\n");
    let outside = project.base().join("outside.rhai");
    std::fs::write(&outside, "fn name() { \"outside\" }\n").expect("a file");
    symlink(&outside, project.path("ops.rhai")).expect("a link");
    assert_snapshot!(project.run(["run"]).all(), @r#"
    exit: 2
    ── stderr
    error: the module `ops` is a link that leads out of the repository
     --> wharf.rhai:1:8
      |
    1 | import "ops" as it;
      |        ^^^^^
    error: 1 error in `wharf.rhai`; nothing was run
    "#);
}

#[test]
fn a_module_with_a_mistake() {
    let told = Project::new()
        .script("import \"ops\" as ops;\nops::ship();\n")
        .file("ops.rhai", "fn ship() {\n    print(\"a\"\n}\n")
        .run(["run"]);
    assert_snapshot!(told.all(), @"
    exit: 2
    ── stderr
    error: `,` or `)` is missing after an argument of `print`
     --> ops.rhai:3:1
      |
    3 | }
      | ^
    error: 1 error in `wharf.rhai`; nothing was run
    ");
}

#[test]
fn a_function_that_a_module_does_not_have() {
    let told = Project::new()
        .script("import \"ops\" as ops;\nops::shop();\n")
        .file("ops.rhai", "fn ship() { }\n")
        .run(["run"]);
    assert_snapshot!(told.all(), @"
    exit: 2
    ── stderr
    error: module `ops` has no function `shop`
     --> wharf.rhai:2:6
      |
    2 | ops::shop();
      |      ^^^^
    hint: did you mean `ship`?
    error: 1 error in `wharf.rhai`; nothing was run
    ");
}

#[test]
fn modules_that_import_each_other() {
    let told = Project::new()
        .script("import \"a\" as a;\na::name();\n")
        .file("a.rhai", "import \"b\" as b;\nfn name() { b::name() }\n")
        .file("b.rhai", "import \"a\" as a;\nfn name() { a::name() }\n")
        .run(["run"]);
    assert_snapshot!(told.all(), @r#"
    exit: 2
    ── stderr
    ▸ script
    ✗ script failed after [time]
    1 failed in [time]
    error: these modules import each other: a.rhai → b.rhai → a.rhai
     --> b.rhai:1:8
      |
    1 | import "a" as a;
      |        ^^^
      |
     ::: a.rhai:1:8
      |
    1 | import "b" as b;
      |        --- imported here
      |
     ::: wharf.rhai:1:8
      |
    1 | import "a" as a;
      |        --- imported here
    "#);
}
