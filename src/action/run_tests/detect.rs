//! Which runner a project uses, and why we think so.

use super::Runner;
use crate::action::ActionError;
use crate::action::toolchain::Project;

/// The runner and the reason, for people.
pub(super) fn detect(project: &Project) -> Result<(Runner, String), ActionError> {
    let found = python(project)
        .or_else(|| javascript(project))
        .or_else(|| other(project));
    found.ok_or_else(|| {
        ActionError::new("cannot tell how this project is tested").hint(
            "name the runner: `run_tests(#{ runner: \"pytest\" })`, or run its command with `sh`",
        )
    })
}

fn python(project: &Project) -> Option<(Runner, String)> {
    for (file, section) in [
        ("pytest.ini", "[pytest]"),
        ("pyproject.toml", "[tool.pytest"),
        ("setup.cfg", "[tool:pytest]"),
        ("tox.ini", "[pytest]"),
    ] {
        if project.read(file).contains(section) {
            return Some((Runner::Pytest, format!("{file} has {section}")));
        }
    }
    for file in ["conftest.py", "tests/conftest.py"] {
        if project.has(file) {
            return Some((Runner::Pytest, format!("there is a {file}")));
        }
    }
    for file in [
        "requirements.txt",
        "requirements-dev.txt",
        "pyproject.toml",
        "Pipfile",
    ] {
        if project.read(file).contains("pytest") {
            return Some((Runner::Pytest, format!("{file} names pytest")));
        }
    }
    if project.has("manage.py") {
        return Some((Runner::Django, "there is a manage.py".to_owned()));
    }
    let is_python = [
        "setup.py",
        "setup.cfg",
        "pyproject.toml",
        "requirements.txt",
    ]
    .into_iter()
    .find(|file| project.has(file));
    is_python.map(|file| (Runner::Unittest, format!("{file} names no other runner")))
}

fn javascript(project: &Project) -> Option<(Runner, String)> {
    let package: serde_json::Value = serde_json::from_str(&project.read("package.json")).ok()?;
    let script = package.pointer("/scripts/test")?.as_str()?;
    let runner = [("vitest", Runner::Vitest), ("jest", Runner::Jest)]
        .into_iter()
        .find(|(name, _)| script.split_whitespace().any(|word| word == *name))
        .map_or(Runner::Npm, |(_, runner)| runner);
    Some((runner, format!("package.json tests with `{script}`")))
}

fn other(project: &Project) -> Option<(Runner, String)> {
    if project.has("Cargo.toml") {
        return Some(if project.finds("cargo-nextest") {
            (
                Runner::Nextest,
                "there is a Cargo.toml, and cargo-nextest is installed".to_owned(),
            )
        } else {
            (Runner::Cargo, "there is a Cargo.toml".to_owned())
        });
    }
    project
        .has("go.mod")
        .then(|| (Runner::Go, "there is a go.mod".to_owned()))
}
