//! Which linters a project is configured for, and why we think so.

use super::Linter;
use crate::action::ActionError;
use crate::action::toolchain::Project;

/// Where a linter's configuration is: a file, and what it has to contain.
const CONFIGURED: [(Linter, &str, &str); 20] = [
    (Linter::Flake8, ".flake8", ""),
    (Linter::Flake8, "setup.cfg", "flake8"),
    (Linter::Flake8, "tox.ini", "flake8"),
    (Linter::Ruff, "ruff.toml", ""),
    (Linter::Ruff, ".ruff.toml", ""),
    (Linter::Ruff, "pyproject.toml", "tool.ruff"),
    (Linter::Ruff, "pyproject.toml", "tool.ruff.lint"),
    (Linter::Mypy, "mypy.ini", ""),
    (Linter::Mypy, ".mypy.ini", ""),
    (Linter::Mypy, "setup.cfg", "mypy"),
    (Linter::Mypy, "pyproject.toml", "tool.mypy"),
    (Linter::Clippy, "Cargo.toml", ""),
    (Linter::Eslint, "eslint.config.js", ""),
    (Linter::Eslint, "eslint.config.mjs", ""),
    (Linter::Eslint, "eslint.config.cjs", ""),
    (Linter::Eslint, "eslint.config.ts", ""),
    (Linter::Eslint, ".eslintrc.json", ""),
    (Linter::Eslint, ".eslintrc.js", ""),
    (Linter::Eslint, ".eslintrc.cjs", ""),
    (Linter::Eslint, ".eslintrc.yml", ""),
];

/// Linters that lists of requirements name, where nothing is configured: their defaults hold.
const NAMED: [(Linter, &str); 3] = [
    (Linter::Flake8, "flake8"),
    (Linter::Ruff, "ruff"),
    (Linter::Mypy, "mypy"),
];

pub(super) fn detect(project: &Project) -> Result<Vec<(Linter, String)>, ActionError> {
    let mut found: Vec<(Linter, String)> = Vec::new();
    for (linter, file, section) in CONFIGURED {
        let known = found.iter().any(|(known, _)| *known == linter);
        if !known && section.is_empty() && project.has(file) {
            found.push((linter, format!("found {file}")));
        } else if !known && !section.is_empty() && project.has_section(file, section) {
            found.push((linter, format!("{file} has [{section}]")));
        }
    }
    if found.is_empty() {
        for (linter, name) in NAMED {
            let files = ["requirements.txt", "requirements-dev.txt", "pyproject.toml"];
            let file = files.into_iter().find(|file| project.names(file, name));
            found.extend(file.map(|file| (linter, format!("{file} names {name}"))));
        }
    }
    if found.is_empty() {
        return Err(ActionError::new("cannot tell how this project is linted").hint(
            "configure a linter (`[flake8]` in setup.cfg, say), or name one: `lint(#{ linter: \"ruff\" })`",
        ));
    }
    Ok(found)
}
