//! flake8, ruff and mypy.

use serde::Deserialize;

use super::{Finding, Linter, Options, Severity};
use crate::action::toolchain::{Project, Python, Ran, Show, relative};
use crate::action::{ActionError, Context};

pub(super) fn flake8(
    context: &Context,
    project: &mut Project,
    options: &Options,
) -> Result<Vec<Finding>, ActionError> {
    let format = "--format=%(path)s\t%(row)d\t%(col)d\t%(code)s\t%(text)s";
    let ran = run(context, project, options, "flake8", &[format])?;
    let findings: Vec<_> = ran
        .stdout
        .lines()
        .filter_map(|line| {
            let mut parts = line.splitn(5, '\t');
            let mut next = || parts.next();
            let (path, line, column, code) = (next()?, next()?, next()?, next()?);
            Some(Finding {
                linter: Linter::Flake8,
                path: relative(&project.folder, path),
                line: line.parse().ok()?,
                column: column.parse::<usize>().ok()?.max(1),
                code: code.to_owned(),
                message: next()?.to_owned(),
                severity: Severity::Error,
            })
        })
        .collect();
    judge(ran, findings, "flake8")
}

/// The parts of ruff's JSON that tell a finding.
#[derive(Deserialize)]
struct Ruff {
    code: Option<String>,
    filename: String,
    location: RuffPlace,
    message: String,
}

#[derive(Deserialize)]
struct RuffPlace {
    row: usize,
    column: usize,
}

pub(super) fn ruff(
    context: &Context,
    project: &mut Project,
    options: &Options,
) -> Result<Vec<Finding>, ActionError> {
    let ran = run(
        context,
        project,
        options,
        "ruff",
        &["check", "--output-format=json"],
    )?;
    let Ok(found) = serde_json::from_str::<Vec<Ruff>>(&ran.stdout) else {
        return Err(ran.broke("ruff ended without findings that can be read"));
    };
    let findings = found.into_iter().map(|one| Finding {
        linter: Linter::Ruff,
        path: relative(&project.folder, &one.filename),
        line: one.location.row,
        column: one.location.column,
        code: one.code.unwrap_or_else(|| "syntax".to_owned()),
        message: one.message,
        severity: Severity::Error,
    });
    judge(ran, findings.collect(), "ruff")
}

pub(super) fn mypy(
    context: &Context,
    project: &mut Project,
    options: &Options,
) -> Result<Vec<Finding>, ActionError> {
    let args = [
        "--show-column-numbers",
        "--show-error-codes",
        "--no-error-summary",
        "--no-pretty",
        "--no-color-output",
    ];
    let mut args = args.to_vec();
    if options.paths.is_empty()
        && !["mypy.ini", ".mypy.ini", "setup.cfg", "pyproject.toml"]
            .iter()
            .any(|file| names_files(&project.read(file)))
    {
        args.push(".");
    }
    let ran = run(context, project, options, "mypy", &args)?;
    let findings: Vec<_> = ran.stdout.lines().filter_map(mypy_line).collect();
    judge(ran, findings, "mypy")
}

/// Whether mypy's configuration says what to look at.
fn names_files(config: &str) -> bool {
    let keys = ["files", "packages", "modules"];
    config.lines().any(|line| {
        line.split_once('=')
            .is_some_and(|(key, _)| keys.contains(&key.trim()))
    })
}

/// `rent.py:3:12: error: Unsupported operand types  [operator]`.
fn mypy_line(line: &str) -> Option<Finding> {
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
        path: path.strip_prefix("./").unwrap_or(path).to_owned(),
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

fn run(
    context: &Context,
    project: &mut Project,
    options: &Options,
    module: &str,
    args: &[&str],
) -> Result<Ran, ActionError> {
    let python = Python::of(project);
    python.needs(context, project, module)?;
    let mut words = python.module(module);
    words.extend(args.iter().map(|word| (*word).to_owned()));
    words.extend(options.args.iter().cloned());
    words.extend(options.paths.iter().cloned());
    project.run(context, &words, Show::Stderr)
}

/// All three end with 0 for nothing, 1 for findings, and something else for trouble of their own.
fn judge(ran: Ran, findings: Vec<Finding>, name: &str) -> Result<Vec<Finding>, ActionError> {
    let consistent = match ran.code() {
        0 => true,
        // Findings that cannot be read are not none.
        1 => !findings.is_empty(),
        _ => false,
    };
    if consistent {
        return Ok(findings);
    }
    let mut error = ran.broke(format!("{name} ended with exit code {}", ran.code()));
    if error.output.is_empty() {
        error.output = ran.stdout.lines().take(20).map(str::to_owned).collect();
    }
    Err(error)
}

#[cfg(test)]
mod tests {
    use super::{Severity, mypy_line, names_files};

    #[test]
    fn reads_a_line_of_mypy() {
        let finding =
            mypy_line("app/rent.py:3:12: error: Unsupported operand types: a, b  [operator]")
                .expect("a finding");
        assert_eq!(
            (finding.path.as_str(), finding.line, finding.column),
            ("app/rent.py", 3, 12)
        );
        assert_eq!(finding.code, "operator");
        assert_eq!(finding.message, "Unsupported operand types: a, b");
        let note = mypy_line("rent.py:3:1: note: See the docs").expect("a note");
        assert_eq!(note.severity, Severity::Note);
        assert!(names_files("[mypy]\nfiles = app\n"));
        assert!(!names_files("[mypy]\nstrict = true\n"));
    }
}
