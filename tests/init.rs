//! `wharf init`, in a folder that has no script yet.

use insta::assert_snapshot;

use crate::harness::Project;

#[test]
fn a_first_script_fits_the_kind_of_project_and_passes_the_check() {
    for (kind, mark) in [
        ("django", "manage.py"),
        ("rust", "Cargo.toml"),
        ("node", "package.json"),
        ("static", "index.html"),
        ("static", "public/index.html"),
    ] {
        let project = Project::new().file(mark, "");
        let told = project.run(["init"]);
        let article = if mark == "index.html" { "an" } else { "a" };
        assert_eq!(
            told.all(),
            format!(
                "exit: 0\n── stderr\nwrote ./wharf.rhai (there is {article} {mark}); `wharf` lists its stages, `wharf run --rehearse` tries them\n"
            )
        );
        let shipped = format!("{}/scripts/{kind}.rhai", env!("CARGO_MANIFEST_DIR"));
        let shipped = std::fs::read_to_string(shipped).expect("a script that ships");
        assert_eq!(project.read("wharf.rhai"), shipped);
        let (code, _, told) = project.run(["check"]).streams();
        assert_eq!(code, 0, "{kind}: {told}");
    }
}

#[test]
fn a_kind_can_be_named() {
    let project = Project::new();
    let told = project.run(["init", "--kind", "static"]);
    assert_snapshot!(told.all(), @"
    exit: 0
    ── stderr
    wrote ./wharf.rhai (as asked); `wharf` lists its stages, `wharf run --rehearse` tries them
    ");
}

#[test]
fn without_a_sign_it_asks_for_the_kind() {
    let told = Project::new().run(["init"]);
    assert_snapshot!(told.all(), @"
    exit: 2
    ── stderr
    error: cannot tell what kind of project this is
    hint: name it: `wharf init --kind django`, `rust`, `node` or `static`
    ");
}

#[test]
fn a_script_that_is_there_stays() {
    let project = Project::new().script("// mine\n").file("manage.py", "");
    let told = project.run(["init"]);
    assert_snapshot!(told.all(), @"
    exit: 2
    ── stderr
    error: there is a `./wharf.rhai` already
    hint: `wharf` lists its stages
    ");
    assert_eq!(project.read("wharf.rhai"), "// mine\n");
}

#[test]
fn a_folder_that_cannot_be_written_is_told() {
    let told = Project::new().run(["init", "--kind", "rust", "-C", "missing"]);
    assert_snapshot!(told.all(), @"
    exit: 2
    ── stderr
    error: cannot enter the directory `missing`
    cause: No such file or directory
    ");
}
