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
        ("pytest.ini", "pytest"),
        ("pyproject.toml", "tool.pytest.ini_options"),
        ("pyproject.toml", "tool.pytest"),
        ("setup.cfg", "tool:pytest"),
        ("tox.ini", "pytest"),
    ] {
        if project.has_section(file, section) {
            return Some((Runner::Pytest, format!("{file} has [{section}]")));
        }
    }
    for file in ["pytest.ini", "conftest.py", "tests/conftest.py"] {
        if project.has(file) {
            return Some((Runner::Pytest, format!("found {file}")));
        }
    }
    let named = REQUIREMENTS
        .into_iter()
        .find(|file| project.names(file, "pytest"));
    if let Some(file) = named {
        return Some((Runner::Pytest, format!("{file} names pytest")));
    }
    if project.has("manage.py") {
        return Some((Runner::Django, "found manage.py".to_owned()));
    }
    let is_python = ["setup.py", "setup.cfg"].into_iter().chain(REQUIREMENTS);
    let file = is_python.into_iter().find(|file| project.has(file))?;
    if let Some(test) = of_pytest(project) {
        return Some((Runner::Pytest, format!("{test} is written for pytest")));
    }
    Some((Runner::Unittest, format!("{file} names no other runner")))
}

/// A file with tests that are functions, which unittest does not see.
fn of_pytest(project: &Project) -> Option<String> {
    ["", "tests/", "test/"].into_iter().find_map(|folder| {
        let entries = std::fs::read_dir(project.folder.join(folder)).ok()?;
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let tests = names.filter(|name| name.starts_with("test_") && name.ends_with(".py"));
        let mut paths: Vec<_> = tests.map(|name| format!("{folder}{name}")).collect();
        paths.sort();
        let function = |line: &str| line.starts_with("def test_") || line == "import pytest";
        paths
            .into_iter()
            .find(|path| project.read(path).lines().any(function))
    })
}

/// Where Python projects say what they need.
const REQUIREMENTS: [&str; 6] = [
    "pyproject.toml",
    "requirements.txt",
    "requirements-dev.txt",
    "dev-requirements.txt",
    "requirements/dev.txt",
    "Pipfile",
];

fn javascript(project: &Project) -> Option<(Runner, String)> {
    let package: serde_json::Value = serde_json::from_str(&project.read("package.json")).ok()?;
    let script = package.pointer("/scripts/test")?.as_str()?;
    // What `npm init` writes.
    if script.contains("no test specified") {
        return None;
    }
    let runner = [("vitest", Runner::Vitest), ("jest", Runner::Jest)]
        .into_iter()
        .find(|(name, _)| script.split_whitespace().any(|word| word == *name));
    // More than one command is the script's own business.
    let runner = runner
        .filter(|_| !script.contains("&&") && !script.contains(';'))
        .map_or(Runner::Npm, |(_, runner)| runner);
    Some((runner, format!("package.json tests with `{script}`")))
}

fn other(project: &Project) -> Option<(Runner, String)> {
    if project.has("Cargo.toml") {
        return Some(if project.finds("cargo-nextest").is_some() {
            (
                Runner::Nextest,
                "found Cargo.toml, and cargo-nextest is installed".to_owned(),
            )
        } else {
            (Runner::Cargo, "found Cargo.toml".to_owned())
        });
    }
    project
        .has("go.mod")
        .then(|| (Runner::Go, "found go.mod".to_owned()))
}
