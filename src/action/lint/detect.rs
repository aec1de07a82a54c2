//! Which linters a project is configured for, and why we think so.

use super::Linter;
use crate::action::ActionError;
use crate::action::toolchain::Project;

/// Where a linter's configuration is: a file, and what it has to contain.
const CONFIGURED: [(Linter, &str, &str); 20] = [
    (Linter::Flake8, ".flake8", ""),
    (Linter::Flake8, "setup.cfg", "[flake8]"),
    (Linter::Flake8, "tox.ini", "[flake8]"),
    (Linter::Ruff, "ruff.toml", ""),
    (Linter::Ruff, ".ruff.toml", ""),
    (Linter::Ruff, "pyproject.toml", "[tool.ruff"),
    (Linter::Mypy, "mypy.ini", ""),
    (Linter::Mypy, ".mypy.ini", ""),
    (Linter::Mypy, "setup.cfg", "[mypy]"),
    (Linter::Mypy, "pyproject.toml", "[tool.mypy]"),
    (Linter::Clippy, "Cargo.toml", ""),
    (Linter::Eslint, "eslint.config.js", ""),
    (Linter::Eslint, "eslint.config.mjs", ""),
    (Linter::Eslint, "eslint.config.cjs", ""),
    (Linter::Eslint, "eslint.config.ts", ""),
    (Linter::Eslint, ".eslintrc.json", ""),
    (Linter::Eslint, ".eslintrc.js", ""),
    (Linter::Eslint, ".eslintrc.cjs", ""),
    (Linter::Eslint, ".eslintrc.yml", ""),
    (Linter::Flake8, "requirements.txt", "flake8"),
];

pub(super) fn detect(project: &Project) -> Result<Vec<(Linter, String)>, ActionError> {
    let mut found: Vec<(Linter, String)> = Vec::new();
    for (linter, file, section) in CONFIGURED {
        let known = found.iter().any(|(known, _)| *known == linter);
        if known || !project.has(file) || !project.read(file).contains(section) {
            continue;
        }
        let why = if section.is_empty() {
            format!("there is a {file}")
        } else {
            format!("{file} has {section}")
        };
        found.push((linter, why));
    }
    if found.is_empty() {
        return Err(ActionError::new("cannot tell how this project is linted").hint(
            "configure a linter (`[flake8]` in setup.cfg, say), or name one: `lint(#{ linter: \"ruff\" })`",
        ));
    }
    Ok(found)
}
