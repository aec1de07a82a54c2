//! `wharf init`, in a folder that has no script yet.

use insta::assert_snapshot;

use crate::harness::{Project, Services};

/// Writes a first script and rehearses it: what `init` tells to do next has to pass as it stands.
/// Returns the script, and what the rehearsal said.
#[track_caller]
fn begin(project: &Project) -> (String, String) {
    let (code, _, told) = project.run(["init"]).streams();
    assert_eq!(code, 0, "{told}");
    let script = project.read("wharf.rhai");
    let (code, stdout, told) = project.run(["run", "--rehearse"]).streams();
    assert_eq!(code, 0, "{script}\n{stdout}{told}");
    (script, told)
}

#[track_caller]
fn passes(told: &str, stages: &[&str]) {
    let passed = told.lines().filter_map(|line| line.strip_prefix("✓ "));
    let passed: Vec<_> = passed.filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(passed, stages, "{told}");
}

#[test]
fn what_a_project_does_not_have_is_a_comment() {
    let project = Project::new();
    let told = project.run(["init"]);
    assert_snapshot!(told.all(), @"
    exit: 0
    ── stderr
    wrote ./wharf.rhai (nothing here tells of another kind); `wharf` lists its stages, `wharf run --rehearse` tries them
    ");
    assert_snapshot!(project.read("wharf.rhai"), @r#"
    // Tests on every branch; from `main`, when they pass, an image on Docker Hub and a deploy on
    // Render. Sentry hears of a failure, if SENTRY_DSN is set.

    // Not yet: there is no Makefile with a rule `test`.
    // /// make test
    // stage("test", || sh("make test"));

    /// Nothing yet: a command that has to succeed before a deploy goes here, such as `sh("make test")`
    stage("test", || warn("nothing is tested yet: wharf.rhai says where to begin"));

    // Not yet: there is no Dockerfile.
    // // Reads DOCKERHUB_USERNAME, DOCKERHUB_PASSWORD and HOOK_RENDER.
    // let repository = param("image", env("DOCKERHUB_USERNAME", "local") + "/project");
    // let release = on_branch("main");
    //
    // /// An image named after the commit, built and pushed
    // stage("image", #{ needs: ["test"], when: release }, ||
    //     docker_push(docker_build(repository + ":" + git::short_sha())));
    //
    // /// That image, live on Render
    // stage("deploy", #{ needs: ["image"], when: release }, |pushed|
    //     render_deploy(#{ image: `${pushed.reference}@${pushed.digest}` }));

    if env("SENTRY_DSN", "") != "" {
        on_failure(|failure| sentry_notify(#{ level: "error", message: failure.message }));
    }
    "#);
    let told = project.run(["run", "--rehearse"]);
    assert_snapshot!(told.all(), @"
    exit: 0
    ── stderr
    rehearsal: nothing leaves this machine
    ▸ test
      warning: nothing is tested yet: wharf.rhai says where to begin
    ✓ test [time]
    1 passed in [time]
    what each service would have received
      registry  nothing
      render    nothing
      sentry    nothing
      http      nothing
    ");
}

#[test]
fn a_dockerfile_is_built_pushed_and_deployed_under_the_projects_name() {
    let project = Project::new()
        .file("package.json", r#"{"name": "@harbour/Quay_Side"}"#)
        .file("Dockerfile", "FROM scratch\nCOPY . /\n")
        .git();
    let (script, told) = begin(&project);
    assert!(script.contains(r#"+ "/quay-side")"#), "{script}");
    assert!(
        script.contains(r#"stage("image", #{ needs: ["test"], when: release }"#),
        "{script}"
    );
    passes(&told, &["test", "image", "deploy"]);
    assert!(told.contains("warning: nothing is tested yet"), "{told}");
}

#[test]
fn a_makefile_with_tests_is_used() {
    let project = Project::new().file("Makefile", "test:\n\techo tested\n");
    passes(&begin(&project).1, &["test"]);
    project.write("Makefile", "test:\n\tfalse\n");
    let (code, _, told) = project.run(["run"]).streams();
    assert_eq!(code, 1, "{told}");
    assert!(!told.contains("on_failure"), "{told}");
}

#[test]
fn a_python_project_with_nothing_but_pytest_is_tested() {
    let project = Project::new()
        .tools(&Services::from_env())
        .file("pyproject.toml", "[project]\nname = \"quay\"\n")
        .file("quay.py", "RENT = 400\n")
        .file(
            "tests/test_quay.py",
            "import quay\n\n\ndef test_rent():\n    assert quay.RENT == 400\n",
        )
        .env("PYTHONPATH", ".");
    let (script, told) = begin(&project);
    passes(&told, &["test"]);
    let why =
        "// Not yet: there is no uv.lock, poetry.lock, requirements-dev.txt or requirements.txt.";
    assert!(script.contains(why), "{script}");
    assert!(
        script.contains("// Not yet: no linter is configured."),
        "{script}"
    );
    changed(&project, "quay.py", "RENT = 5000\n");
}

#[test]
fn a_django_project_without_tests_and_requirements_passes() {
    let project = Project::new().file("manage.py", "");
    let (_, told) = begin(&project);
    passes(&told, &["test"]);
    assert!(told.contains("warning: nothing is tested yet"), "{told}");
    project.run(["check", "--strict"]).stdout("");
}

#[test]
fn a_node_project_without_a_lock_file_is_tested() {
    let project = node();
    let (script, told) = begin(&project);
    passes(&told, &["test"]);
    assert!(script.contains("(`npm install` writes one)"), "{script}");
    changed(&project, "index.js", "exports.rent = 500;\n");
}

#[test]
fn a_node_project_with_a_lock_file_is_installed_once() {
    let lock = r#"{"name": "quay", "version": "1.0.0", "lockfileVersion": 3, "packages": {}}"#;
    let project = node().file("package-lock.json", lock);
    passes(&begin(&project).1, &["packages", "test"]);
    let (_, _, told) = project.run(["run", "--rehearse"]).streams();
    assert!(told.contains("○ packages skipped: same inputs"), "{told}");
    assert!(told.contains("○ test skipped: same inputs"), "{told}");
}

#[test]
fn a_node_project_whose_packages_cannot_be_installed_waits_with_its_tests() {
    let package = r#"{"scripts": {"test": "jest"}, "devDependencies": {"jest": "*"}}"#;
    let project = Project::new().file("package.json", package);
    let (script, told) = begin(&project);
    passes(&told, &["test"]);
    let why = "// Not yet: its packages are not installed (`npm install`).";
    assert!(script.contains(why), "{script}");
}

#[test]
fn a_rust_project_without_tests_is_linted() {
    let project = Project::new().packages();
    project.tool("cargo", ["init", "-q", "--vcs", "none", "--name", "quay"]);
    passes(&begin(&project).1, &["lint"]);
}

#[test]
fn a_rust_project_with_tests_is_tested() {
    let project = Project::new().packages();
    project.tool(
        "cargo",
        ["init", "-q", "--vcs", "none", "--name", "quay", "--lib"],
    );
    passes(&begin(&project).1, &["test", "lint"]);
}

#[test]
fn examples_in_a_library_are_tested_too() {
    let example =
        "/// ```\n/// assert_eq!(quay::four(), 4);\n/// ```\npub fn four() -> u8 {\n    4\n}\n";
    let project = Project::new().packages();
    project.tool(
        "cargo",
        ["init", "-q", "--vcs", "none", "--name", "quay", "--lib"],
    );
    let project = project.file("src/lib.rs", example);
    passes(&begin(&project).1, &["examples", "lint"]);
    let program = Project::new()
        .file("Cargo.toml", "[package]\nname = \"quay\"\n")
        .file("src/main.rs", format!("{example}fn main() {{}}\n"));
    program.run(["init"]).streams();
    let script = program.read("wharf.rhai");
    assert!(
        script.contains("// Not yet: there is no library.\n"),
        "{script}"
    );
}

#[test]
fn what_is_published_without_tests_warns_first() {
    let project = Project::new()
        .file("Cargo.toml", "[package]\nname = \"quay\"\n")
        .file("src/main.rs", "fn main() {}\n")
        .file("Dockerfile", "FROM scratch\nCOPY . /\n");
    project.run(["init"]).streams();
    let script = project.read("wharf.rhai");
    assert!(script.contains("\nstage(\"test\", || warn("), "{script}");
    let image = r#"stage("image", #{ needs: ["test", "lint"], when: release }"#;
    assert!(script.contains(image), "{script}");
}

#[test]
fn tests_are_found_however_they_are_written() {
    let begun = "\nstage(\"test\",";
    for (file, text, sign) in [
        (
            "src/a.rs",
            "#[tokio::test(flavor = \"multi_thread\")]\n",
            "Cargo.toml",
        ),
        ("src/a.rs", "    #[test_case(1)]\n", "Cargo.toml"),
        ("tests/a.rs", "#[rstest]\n", "Cargo.toml"),
        ("a_test.go", "func TestQuay(t *testing.T) {}\n", "go.mod"),
        ("Makefile", "test :\n\ttrue\n", "README"),
        ("makefile", "build test: all\n\ttrue\n", "README"),
        ("GNUmakefile", "test:: all\n\ttrue\n", "README"),
    ] {
        let project = Project::new().file(file, text).file(sign, "");
        project.run(["init"]).streams();
        let script = project.read("wharf.rhai");
        let is_kept = script.contains(begun) && !script.contains("nothing is tested yet");
        assert!(is_kept, "{file}: {text}\n{script}");
    }
    for text in ["test := 1\n", "latest: all\n\ttest: x\n", ".PHONY: test\n"] {
        let project = Project::new().file("Makefile", text);
        project.run(["init"]).streams();
        let script = project.read("wharf.rhai");
        assert!(script.contains("nothing is tested yet"), "{text}\n{script}");
    }
}

#[test]
fn a_static_site_is_checked_once_it_can_be() {
    let project = Project::new().file("index.html", "<title>Quay</title>");
    let (script, told) = begin(&project);
    passes(&told, &["check"]);
    assert!(
        script.contains("// Not yet: there is no check.sh."),
        "{script}"
    );
}

fn node() -> Project {
    Project::new()
        .file("package.json", r#"{"name": "quay", "version": "1.0.0", "scripts": {"test": "node --test"}}"#)
        .file("index.js", "exports.rent = 400;\n")
        .file(
            "a.test.js",
            "require('node:test')('rent', () => require('node:assert').equal(require('./index.js').rent, 400));\n",
        )
}

/// A stage that passed fails once a source is broken: none is missing in its `inputs`.
#[track_caller]
fn changed(project: &Project, source: &str, text: &str) {
    project.write(source, text);
    let (code, _, told) = project.run(["run", "--rehearse"]).streams();
    assert_eq!(code, 1, "{told}");
    assert!(told.contains("1 of 1 test failed"), "{told}");
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
