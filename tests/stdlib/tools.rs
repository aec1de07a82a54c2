//! Python, Django, Node.js, Rust, Go, git. What is on every machine that runs the tests is the real thing;
//! other tools are played by programs that write down how they were called.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::run;
use crate::harness::{Project, Services};

/// A project where programs of these names are found first. Each writes its name and arguments into
/// `calls`, and then does what is behind it.
fn played(tools: &[(&str, &str)]) -> Project {
    play(
        Project::new().env("PATH", "/usr/local/bin:/usr/bin:/bin"),
        tools,
    )
}

/// The same in a project that is there.
pub(super) fn play(mut project: Project, tools: &[(&str, &str)]) -> Project {
    for (name, does) in tools {
        let text = format!("#!/bin/sh\necho {name} \"$@\" >> calls\n{does}\n");
        project = project.file(&format!("tools/{name}"), text);
        let file = project.path(&format!("tools/{name}"));
        fs::set_permissions(file, fs::Permissions::from_mode(0o755)).expect("a new file");
    }
    let folder = project.path("tools");
    project.first_on_path(&folder)
}

#[test]
fn a_virtual_environment_is_made_once_for_the_same_requirements() {
    let services = Services::from_env();
    let project = Project::new()
        .tools(&services)
        .file("back/requirements.txt", "# nothing\n");
    let body = "print(it::venv(\"back/requirements.txt\"));";
    let (project, stdout) = run(project, "python", body);
    assert_eq!(stdout, "back/.venv\n");
    assert!(project.path("back/.venv/bin/python").exists());
    project.write("back/.venv/left-over", "");
    let (project, _) = run(project, "python", body);
    assert!(
        project.path("back/.venv/left-over").exists(),
        "it was made again"
    );
    // Other requirements: nothing of what was there stays.
    project.write("back/requirements.txt", "# still nothing\n");
    let (project, _) = run(project, "python", body);
    assert!(!project.path("back/.venv/left-over").exists());
}

/// The first line of why a call in a module fails.
#[track_caller]
fn why(module: &str, call: &str) -> String {
    let script = format!("import \"std/{module}\" as it;\n{call};\n");
    let (code, _, stderr) = Project::new().script(&script).run(["run"]).streams();
    assert_eq!(code, 1, "{stderr}");
    let why = stderr.lines().find(|line| line.starts_with("error: "));
    why.expect("an error").to_owned()
}

#[test]
fn files_that_say_what_to_install_are_named_where_they_are_missing() {
    for call in ["it::venv()", "it::install()"] {
        assert_eq!(
            why("python", call),
            "error: there is no requirements.txt: it has to say what to install"
        );
    }
    assert_eq!(
        why("node", "it::install()"),
        "error: there is no package-lock.json, yarn.lock or pnpm-lock.yaml: `npm install` writes the first, which belongs to the repository"
    );
}

#[test]
fn an_environment_is_made_by_whichever_file_there_is() {
    for (files, made) in [
        (
            &["uv.lock", "pyproject.toml", "requirements.txt"][..],
            "uv sync --frozen --quiet\n",
        ),
        (
            &["poetry.lock", "pyproject.toml"],
            "poetry install --no-interaction --sync\n",
        ),
    ] {
        let make = "mkdir -p .venv";
        let tools = [
            ("uv", make),
            ("poetry", make),
            ("python3", "echo Python 3.12.1"),
        ];
        let mut project = played(&tools);
        for file in files {
            project = project.file(file, "");
        }
        let (project, _) = run(project, "python", "it::install();");
        let calls = project.read("calls").replace("python3 -VV\n", "");
        assert_eq!(calls, made);
    }
}

/// A requirements file may say that others are to be read too.
#[test]
fn what_requirements_include_counts_too() {
    let make = "test \"$2\" = venv || exit 0; rm -rf \"$4\"; mkdir -p \"$4/bin\"; ln -s /bin/true \"$4/bin/python\"";
    let project = played(&[("python3", make)])
        .file(
            "back/requirements.txt",
            "-r base.txt\n--requirement=more/extra.txt # more\n",
        )
        .file("back/base.txt", "-c ../limits.txt\n")
        .file("back/more/extra.txt", "# none\n")
        .file("limits.txt", "# none\n");
    let body = "it::venv(\"back/requirements.txt\");";
    let (mut project, _) = run(project, "python", body);
    for file in ["back/base.txt", "back/more/extra.txt", "limits.txt"] {
        project.write("back/.venv/left-over", "");
        (project, _) = run(project, "python", body);
        assert!(
            project.path("back/.venv/left-over").exists(),
            "it was made again"
        );
        let text = project.read(file);
        project.write(file, text + "# changed\n");
        (project, _) = run(project, "python", body);
        assert!(
            !project.path("back/.venv/left-over").exists(),
            "{file} does not count"
        );
    }
}

#[test]
fn an_environment_that_was_left_half_made_is_made_again() {
    let services = Services::from_env();
    let project = Project::new()
        .tools(&services)
        .file("requirements.txt", "/no/such/package\n")
        .script("import \"std/python\" as python;\nstage(\"venv\", || python::venv());\n");
    let (code, ..) = project.run(["run"]).streams();
    assert_eq!(code, 1);
    project.write("requirements.txt", "");
    let (code, _, stderr) = project.run(["run"]).streams();
    assert_eq!(code, 0, "{stderr}");
}

#[test]
fn poetry_and_uv_install_what_is_locked() {
    let make = "mkdir -p .venv";
    let tools = [
        ("poetry", make),
        ("uv", make),
        ("python3", "echo Python 3.12.1"),
    ];
    let project = played(&tools)
        .file("poetry.lock", "1")
        .file("uv.lock", "1")
        .file("pyproject.toml", "");
    let (project, _) = run(project, "python", "it::poetry(); it::poetry();");
    let calls = project.read("calls");
    assert_eq!(
        calls.matches("poetry install --no-interaction").count(),
        1,
        "{calls}"
    );
    let (project, _) = run(project, "python", "it::uv(); it::uv();");
    let calls = project.read("calls");
    assert_eq!(
        calls.matches("uv sync --frozen --quiet").count(),
        1,
        "{calls}"
    );
}

#[test]
fn django_is_asked_by_the_interpreter_there_is() {
    let project = played(&[("python3", "")]);
    let body = "it::check(#{ deploy: true }); it::check_migrations(); it::collectstatic();";
    let (project, _) = run(project, "django", body);
    assert_eq!(
        project.read("calls"),
        "python3 manage.py check --fail-level WARNING --deploy\n\
         python3 manage.py makemigrations --check --dry-run\n\
         python3 manage.py collectstatic --noinput\n"
    );
}

/// A migration changes what others use: a rehearsal shows it and does not run it.
#[test]
fn a_migration_is_a_deploy() {
    let project = played(&[("python3", "")])
        .script("import \"std/django\" as django;\nstage(\"migrate\", || django::migrate());\n");
    let (code, _, stderr) = project.run(["run", "--rehearse"]).streams();
    assert_eq!(code, 0, "{stderr}");
    assert!(stderr.contains("manage.py migrate --noinput"), "{stderr}");
    assert!(!project.path("calls").exists(), "it was run");
}

#[test]
fn node_packages_come_from_whoever_locked_them() {
    for (lock, expected) in [
        ("package-lock.json", "npm ci --no-audit --no-fund"),
        ("yarn.lock", "yarn install --frozen-lockfile"),
        ("pnpm-lock.yaml", "pnpm install --frozen-lockfile"),
    ] {
        let make = "mkdir -p node_modules";
        let tools = [
            ("npm", make),
            ("yarn", make),
            ("pnpm", make),
            ("node", "echo v20.1.0"),
        ];
        let project = played(&tools)
            .file(lock, "1")
            .file("package.json", "{\"version\": \"1.4.2\"}");
        let body = "it::install(); it::install(); it::script(\"build\", #{ arguments: [\"--fast\"] }); print(it::version());";
        let (project, stdout) = run(project, "node", body);
        let calls = project.read("calls");
        let manager = expected.split(' ').next().expect("a name");
        assert_eq!(calls.matches(expected).count(), 1, "{calls}");
        // Only npm would take the arguments for its own.
        let arguments = if manager == "npm" {
            "-- --fast"
        } else {
            "--fast"
        };
        assert!(
            calls.contains(&format!("{manager} run build {arguments}\n")),
            "{calls}"
        );
        assert!(stdout.ends_with("1.4.2\n"), "{stdout}");
    }
}

#[test]
fn a_rust_program_is_built_and_its_path_known() {
    let project = Project::new()
        .packages()
        .file(
            "Cargo.toml",
            "[package]\nname = \"quay\"\nversion = \"1.4.2\"\nedition = \"2021\"\n",
        )
        .file(
            "Cargo.lock",
            "version = 4\n\n[[package]]\nname = \"quay\"\nversion = \"1.4.2\"\n",
        )
        .file("src/main.rs", "fn main() {\n    println!(\"four\");\n}\n");
    let body = "it::check_format();\nlet programs = it::build(#{ release: false });\nprint(programs.len);\nsh([programs[0]]);\nprint(it::version());";
    let (_, stdout) = run(project, "rust", body);
    assert_eq!(stdout, "1\nfour\n1.4.2\n");
}

#[test]
fn a_crate_that_is_published_already_is_no_failure() {
    let refusal = "echo 'error: crate quay@1.4.2 already exists on crates.io index' >&2; exit 101";
    let project = played(&[("cargo", refusal)]);
    let (project, _) = run(project, "rust", "it::publish(\"quay\");");
    assert_eq!(
        project.read("calls"),
        "cargo publish --locked --package quay\n"
    );
}

#[test]
fn go_is_built_for_where_it_is_to_run() {
    let show = "echo $GOOS $GOARCH $CGO_ENABLED >> calls";
    let project = played(&[("go", show), ("gofmt", "")]);
    let body = "it::check_format(); it::vet(); it::check_modules();\nprint(it::build(\"./cmd/quay\", #{ os: \"linux\", arch: \"arm64\", version: \"1.4\" }));";
    let (project, stdout) = run(project, "go", body);
    assert_eq!(stdout, "bin/quay\n");
    let calls = project.read("calls");
    assert!(calls.starts_with("gofmt -l .\ngo vet ./...\n"), "{calls}");
    assert!(
        calls.ends_with("go build -trimpath -ldflags -s -w -X main.version=1.4 -o bin/quay ./cmd/quay\nlinux arm64 0\n"),
        "{calls}"
    );
}

#[test]
fn a_go_program_has_the_name_of_its_package() {
    for (path, name) in [
        (".", "lettings"),
        ("./", "lettings"),
        ("./cmd/quay/", "quay"),
    ] {
        let project = played(&[("go", "test $1 != list || echo example.com/me/lettings")]);
        let (_, stdout) = run(project, "go", &format!("print(it::build(\"{path}\"));"));
        assert_eq!(
            stdout.lines().last(),
            Some(&*format!("bin/{name}")),
            "{path}"
        );
    }
}

#[test]
fn what_gofmt_would_change_is_named() {
    let project = played(&[("gofmt", "echo main.go")])
        .script("import \"std/go\" as golang;\nstage(\"fmt\", || golang::check_format());\n");
    let (code, _, stderr) = project.run(["run"]).streams();
    assert_eq!(code, 1);
    assert!(stderr.contains("gofmt would change:\n"), "{stderr}");
    assert!(stderr.contains("main.go"), "{stderr}");
}

#[test]
fn history_is_told_from_tag_to_tag() {
    let project = Project::new().file("a", "1").git();
    project.tool("git", ["tag", "v1.0.0"]);
    for text in ["fix the quay", "paint the boats"] {
        project.tool(
            "git",
            ["commit", "--allow-empty", "--quiet", "--message", text],
        );
    }
    project.tool("git", ["tag", "v1.1.0"]);
    let body = "let last = it::last_tag(\"v*\");\nprint(last);\nprint(it::subject());\nfor commit in it::commits(last) { print(`${commit.author}: ${commit.subject}`); }\nprint(it::changelog(last).split(\"\\n\").len);";
    let (_, stdout) = run(project, "git", body);
    assert_eq!(
        stdout,
        "v1.0.0\npaint the boats\nAda: paint the boats\nAda: fix the quay\n3\n"
    );
}

/// The first release has all there is.
#[test]
fn without_a_tag_all_history_is_told() {
    let project = Project::new().file("a", "1").git();
    let body = "let last = it::last_tag(\"v*\");\nprint(last == ());\nprint(it::changelog(last));";
    let (project, stdout) = run(project, "git", body);
    let sha = project.tool("git", ["rev-parse", "HEAD"]);
    assert_eq!(stdout, format!("true\n- Begin ({}, Ada)\n\n", &sha[..7]));
}

#[test]
fn a_tag_is_pushed_and_a_rehearsal_pushes_none() {
    let project = Project::new().file("a", "1").git();
    project.tool("git", ["init", "--bare", "--quiet", "far.git"]);
    project.tool("git", ["remote", "add", "origin", "far.git"]);
    for (name, value) in [("user.name", "Ada"), ("user.email", "ada@example.com")] {
        project.tool("git", ["config", name, value]);
    }
    let script = "import \"std/git\" as repo;\nstage(\"tag\", || repo::tag(\"v1\", \"first\"));\n";
    let project = project.script(script);
    let (code, _, stderr) = project.run(["run", "--rehearse"]).streams();
    assert_eq!(code, 0, "{stderr}");
    assert_eq!(project.tool("git", ["tag"]), "");
    let (code, _, stderr) = project.run(["run"]).streams();
    assert_eq!(code, 0, "{stderr}");
    assert_eq!(project.tool("git", ["-C", "far.git", "tag"]), "v1\n");
}

#[test]
fn a_manifest_without_a_version_is_told() {
    for (module, file, text) in [
        ("node", "package.json", "{}"),
        ("rust", "Cargo.toml", "[workspace]\nmembers = []\n"),
        (
            "rust",
            "Cargo.toml",
            "[package]\nversion.workspace = true\n",
        ),
    ] {
        let script =
            format!("import \"std/{module}\" as it;\nstage(\"it\", || print(it::version()));\n");
        let project = Project::new().file(file, text).script(&script);
        let (code, _, stderr) = project.run(["run"]).streams();
        assert_eq!(code, 1, "{stderr}");
        assert!(
            stderr.contains(&format!("error: {file} has no version")),
            "{stderr}"
        );
    }
}
