//! What a script can import, and what it cannot.

use std::fmt::Write as _;
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
    error: 1 error found; nothing was run
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
    error: 1 error found; nothing was run
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
    error: 1 error found; nothing was run
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
    error: 1 error found; nothing was run
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
    error: 1 error found; nothing was run
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
    error: 1 error found; nothing was run
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
    error: 1 error found; nothing was run
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
    error: these modules import each other: a.rhai → b.rhai → a.rhai
     --> b.rhai:1:8
      |
    1 | import "a" as a;
      |        ^^^
    error: 1 error found; nothing was run
    "#);
}

#[test]
fn a_module_declares_stages_for_a_script_that_has_none_of_its_own() {
    let told = Project::new()
        .script("import \"ops/service\" as service;\nservice::declare(\"quay\");\nservice::declare(\"pier\");\n")
        .file(
            "ops/service.rhai",
            "import \"parts\" as parts;\nconst KIND = \"service \" + parts::kind();\nfn declare(name) {\n    stage(name, || print(`${name}: ${label()}`));\n}\nfn label() { global::KIND }\n",
        )
        .file("ops/parts.rhai", "fn kind() { \"A\" }\n")
        .run(["run"]);
    assert_snapshot!(told.all(), @"
    exit: 0
    ── stdout
    quay: service A
    pier: service A
    ── stderr
    ▸ quay
    ✓ quay [time]
    ▸ pier
    ✓ pier [time]
    2 passed in [time]
    ");
}

#[test]
fn a_module_declares_stages_when_it_is_imported() {
    let told = Project::new()
        .script("import \"ops\" as ops;\n")
        .file("ops.rhai", "stage(\"test\", || print(\"tested\"));\n")
        .run(["run"]);
    assert_snapshot!(told.all(), @"
    exit: 0
    ── stdout
    tested
    ── stderr
    ▸ test
    ✓ test [time]
    1 passed in [time]
    ");
}

#[test]
fn a_closure_that_a_module_made_knows_its_module() {
    Project::new()
        .script(
            "import \"ops\" as ops;\nfn name() { \"the script's\" }\nstage(\"made\", ops::greeting(\"hello\"));\n",
        )
        .file(
            "ops.rhai",
            "import \"deep\" as deep;\nconst MARK = \"!\";\nfn greeting(word) { || print(`${word} ${name()}${global::MARK} ${deep::depth()}`) }\nfn name() { \"the module's\" }\n",
        )
        .file("deep.rhai", "fn depth() { 4 }\n")
        .run(["run", "--quiet"])
        .stdout("hello the module's! 4\n");
}

#[test]
fn a_stage_knows_the_constants_functions_and_imports_around_it() {
    Project::new()
        .script(
            r#"
import "ops" as ops;
const PLACE = "harbour";
fn place() { global::PLACE }
fn both() { place() + " " + ops::name() }
stage("constant", || print(place()));
stage("imported", || print(ops::name()));
stage("deeper", || { let f = || both(); print(f.call()); });
stage("its own import", || { import "ops" as mine; print(mine::name()); });
"#,
        )
        .file("ops.rhai", "fn name() { \"ops\" }\n")
        .run(["run", "--quiet"])
        .stdout("harbour\nops\nharbour ops\nops\n");
}

#[test]
fn a_module_is_evaluated_once() {
    Project::new()
        .script("import \"a\" as a;\nimport \"b\" as b;\nimport \"./a\" as again;\nprint(a::x() + b::x() + again::x());\n")
        .file("a.rhai", "print(\"evaluated\");\nfn x() { 1 }\n")
        .file("b.rhai", "import \"a\" as a;\nfn x() { a::x() }\n")
        .run(["run", "--quiet"])
        .stdout("evaluated\n3\n");
}

#[test]
fn paths_go_up_as_long_as_they_stay_inside() {
    Project::new()
        .script("import \"ops/deep/one\" as one;\nprint(one::name());\n")
        .file(
            "ops/deep/one.rhai",
            "import \"../../two\" as two;\nfn name() { two::name() }\n",
        )
        .file("two.rhai", "fn name() { \"two\" }\n")
        .run(["run", "--quiet"])
        .stdout("two\n");
}

#[test]
fn a_mistake_at_a_modules_top_level_is_shown_with_its_import() {
    let told = Project::new()
        .script("import \"ops\" as ops;\nstage(\"a\", || ops::x());\n")
        .file(
            "ops.rhai",
            "let depth = 0;\nlet share = 12 / depth;\nfn x() { 1 }\n",
        )
        .run(["run"]);
    assert_snapshot!(told.all(), @r#"
    exit: 2
    ── stderr
    error: division by zero: `12 / 0`
     --> ops.rhai:2:16
      |
    2 | let share = 12 / depth;
      |                ^
      |
     ::: wharf.rhai:1:8
      |
    1 | import "ops" as ops;
      |        ----- imported here
    "#);
}

#[test]
fn an_action_at_a_modules_top_level_is_refused_while_stages_are_declared() {
    let told = Project::new()
        .script("import \"ops\" as ops;\nstage(\"a\", || 1);\n")
        .file("ops.rhai", "let command = \"touch done\";\nsh(command);\n")
        .run(["run"]);
    assert_snapshot!(told.all(), @r#"
    exit: 2
    ── stderr
    error: `sh` cannot run while the pipeline is being declared
     --> ops.rhai:2:1
      |
    2 | sh(command);
      | ^^
      |
     ::: wharf.rhai:1:8
      |
    1 | import "ops" as ops;
      |        ----- imported here
    hint: move the call into a `stage`
    "#);
}

#[test]
fn a_module_that_is_computed_is_confined_as_well() {
    for (path, told) in [
        (
            "../elsewhere",
            "the module `../elsewhere` lies outside the repository",
        ),
        (
            "/etc/passwd",
            "the module `/etc/passwd` has an absolute path",
        ),
        ("std/nowhere", "there is no standard module `std/nowhere`"),
        ("", "the path of a module is empty"),
        (
            "ops/../../x",
            "the module `ops/../../x` lies outside the repository",
        ),
    ] {
        let (code, _, stderr) = Project::new()
            .script(&format!("let path = \"{path}\";\nimport path as it;\n"))
            .run(["run", "--quiet"])
            .streams();
        assert_eq!(code, 2, "{path}");
        assert!(stderr.starts_with(&format!("error: {told}\n")), "{stderr}");
    }
}

/// A call inside a module never comes to a function of another module, whatever was called before.
#[test]
fn modules_may_have_functions_of_the_same_names() {
    let mut project = Project::new();
    let mut script = String::new();
    let mut body = String::new();
    for name in ["slack", "discord", "teams"] {
        let module = format!(
            "const PLACE = \"{name}\";\nfn post(text) {{ post(text, 1) }}\n\
             fn post(text, times) {{ [times].map(|n| shown(text, n))[0] }}\n\
             private fn shown(text, n) {{ `${{global::PLACE}} ${{text}} ${{n}}` }}\n\
             fn fail(text) {{ `no ${{text}}` }}\nfn refuse() {{ fail(\"thanks\") }}\n"
        );
        project = project.file(&format!("lib/{name}.rhai"), module);
        let _ = writeln!(script, "import \"lib/{name}\" as {name};");
        let _ = writeln!(body, "    print({name}::post(\"hi\"));");
    }
    // The language's own function of that name, until it is known well.
    body += "    for n in 0..3 { try { fail(\"so\") } catch {} }\n    print(teams::refuse());\n";
    let _ = writeln!(script, "stage(\"tell\", || {{\n{body}{body}}});");
    let (code, stdout, stderr) = project.script(&script).run(["run"]).streams();
    let once = "slack hi 1\ndiscord hi 1\nteams hi 1\nno thanks\n";
    assert_eq!((code, stdout), (0, once.repeat(2)), "{stderr}");
}
