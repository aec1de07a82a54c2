//! Sessions that become scripts, and scripts that become sessions.

use insta::assert_snapshot;

use super::fed;
use crate::harness::Project;

#[test]
fn what_is_saved_passes_the_check_and_does_the_same() {
    let project = Project::new().script(
        "import \"std/semver\" as semver;\nlet app = \"me/app\";\nlet twice = |x| x * 2;\n\
         stage(\"deploy\", || sh(\"touch deployed\"));\non_failure(|| print(app));\n",
    );
    let entries = r"40
_ + 2
let a = 1 // one
let m = #{ a: 1 }
fn t() { 1 }
fn t() { 2 }
let f = |x| { x + a }
f.call(twice.call(2))
`v ${_}`
print(t())
:save saved.rhai
";
    let told = fed(&project, entries, "").exit(0);
    let (_, _, stderr) = told.streams();
    assert_eq!(stderr, "10 entries are in `saved.rhai`\n");
    project.run(["check", "-f", "saved.rhai"]).exit(0).streams();
    assert_snapshot!(project.read("saved.rhai"), @r#"
    import "std/semver" as semver;
    let app = "me/app";
    let twice = |x| x * 2;
    let _last = 40;
    _last + 2;
    let a = 1; // one
    let m = #{ a: 1 };
    fn t() { 2 }
    let f = |x| { x + a };
    let _last = f.call(twice.call(2));
    `v ${_last}`;
    print(t());
    "#);
}

#[test]
fn no_secret_is_saved() {
    let project = Project::new()
        .script("stage(\"a\", || 1);\n")
        .env("TOKEN", "correct-horse-battery");
    let entries = "let t = \"correct-horse-battery\"\n:save saved.rhai\n";
    let (code, _, stderr) = fed(&project, entries, "").streams();
    assert_eq!(code, 2);
    assert!(
        stderr.starts_with("error: an entry holds a secret, which no file may hold\n"),
        "{stderr}"
    );
    assert!(!project.path("saved.rhai").exists());
}

#[test]
fn an_error_in_a_loaded_file_is_placed_there() {
    let project = Project::new();
    project.write(
        "steps.rhai",
        "// steps\nlet x = 1;\n\nfn f(a) {\n    a + nope\n}\nf(x)\n",
    );
    assert_snapshot!(fed(&project, ":load steps.rhai\n", "--bare").all(), @"
    exit: 2
    ── stderr
    error: unknown variable `nope`
     --> steps.rhai:5:9
      |
    5 |     a + nope
      |         ^^^^
      |
     ::: steps.rhai:7:1
      |
    7 | f(x)
      | - `f` called here
    ");
}

#[test]
fn a_flat_script_gives_what_it_begins_with() {
    let project = Project::new()
        .script("let app = \"me/x\";\nsh(\"touch ran\");\nlet late = 1;\nfn g() { 1 }\n");
    fed(&project, "app\ng()\n:save saved.rhai\n", "")
        .exit(0)
        .stdout("\"me/x\"\n1\n")
        .streams();
    assert_eq!(
        project.read("saved.rhai"),
        "let app = \"me/x\";\nfn g() { 1 }\napp;\ng();\n"
    );
    assert!(!project.path("ran").exists());
}

#[test]
fn nothing_is_overwritten() {
    let project = Project::new().script("stage(\"s\", || 1);\n");
    let told = fed(&project, "1 + 1\n:save wharf.rhai\n", "");
    let (code, _, stderr) = told.streams();
    assert_eq!(code, 2, "{stderr}");
    assert!(
        stderr.contains("there is a file `wharf.rhai` already"),
        "{stderr}"
    );
    assert_eq!(project.read("wharf.rhai"), "stage(\"s\", || 1);\n");
    let told = fed(&project, "1 + 1\n:save new.rhai\n2\n:save new.rhai\n", "");
    assert_eq!(told.streams().0, 0);
}
