//! mypy, read from its lines: columns in its JSON, which older versions lack, are from 0.

use super::flake8::words;
use super::{Finding, Linter, Options, Severity};
use crate::action::toolchain::{Output, Project, relative};
use crate::action::{ActionError, Context};

pub(super) fn run(
    context: &Context,
    project: &mut Project,
    options: &Options,
) -> Result<Vec<Finding>, ActionError> {
    let mut args = vec![
        "--show-column-numbers",
        "--show-error-codes",
        "--no-error-summary",
        "--no-pretty",
        "--no-color-output",
    ];
    let configured = || {
        CONFIGURATION
            .iter()
            .any(|file| names_files(&project.read(file)))
    };
    if options.paths.is_empty() && !configured() {
        args.push(".");
    }
    let words = words(project, options, "mypy", &args)?;
    let ran = project.run(context, &words, Output::Kept)?;
    let findings: Vec<_> = ran
        .stdout
        .lines()
        .filter_map(|line| read(line, project))
        .collect();
    let errors = findings.iter().any(|one| one.severity == Severity::Error);
    match ran.code() {
        0 => Ok(findings),
        // 2 for a file it cannot parse, and for trouble of its own.
        1 | 2 if errors => Ok(findings),
        code => Err(ran.broke(format!("mypy ended with exit code {code}"))),
    }
}

const CONFIGURATION: [&str; 4] = ["mypy.ini", ".mypy.ini", "setup.cfg", "pyproject.toml"];

/// Whether mypy's own section says what to look at.
fn names_files(config: &str) -> bool {
    let mut inside = false;
    config.lines().map(str::trim).any(|line| {
        if line.starts_with('[') {
            inside = line == "[mypy]" || line == "[tool.mypy]";
        }
        let key = line.split_once('=').map(|(key, _)| key.trim());
        inside && key.is_some_and(|key| ["files", "packages", "modules"].contains(&key))
    })
}

/// `rent.py:3:12: error: Unsupported operand types  [operator]`.
fn read(line: &str, project: &Project) -> Option<Finding> {
    let mut parts = line.splitn(5, ':');
    let mut next = || parts.next();
    let (path, row, column, severity, rest) = (next()?, next()?, next()?, next()?, next()?);
    let rest = rest.trim();
    let (message, code) = match rest.rsplit_once("  [") {
        Some((message, code)) => (message, code.trim_end_matches(']')),
        None => (rest, "mypy"),
    };
    Some(Finding {
        linter: Linter::Mypy,
        path: relative(&project.folder, path),
        line: row.parse().ok()?,
        column: column.parse().ok()?,
        code: code.to_owned(),
        message: message.to_owned(),
        severity: if severity.trim() == "note" {
            Severity::Note
        } else {
            Severity::Error
        },
    })
}

#[cfg(test)]
mod tests {
    use super::{Project, Severity, names_files, read};

    #[test]
    fn reads_a_line() {
        let project = Project::in_folder("/app");
        let finding = read(
            "app/rent.py:3:12: error: Unsupported operand types: a, b  [operator]",
            &project,
        )
        .expect("a finding");
        assert_eq!(
            (finding.path.as_str(), finding.line, finding.column),
            ("app/rent.py", 3, 12)
        );
        assert_eq!(finding.code, "operator");
        assert_eq!(finding.message, "Unsupported operand types: a, b");
        let note = read("rent.py:3:1: note: See the docs", &project).expect("a note");
        assert_eq!(note.severity, Severity::Note);
    }

    #[test]
    fn only_its_own_section_says_what_to_look_at() {
        assert!(names_files("[mypy]\nfiles = app\n"));
        assert!(names_files("[tool.mypy]\npackages = [\"app\"]\n"));
        assert!(!names_files("[mypy]\nstrict = true\n"));
        assert!(!names_files(
            "[options]\npackages = find:\n[mypy]\nstrict = true\n"
        ));
    }
}
