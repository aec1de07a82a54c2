//! flake8, which prints what a format tells it to.

use super::{Finding, Linter, Options, Severity};
use crate::action::toolchain::{Output, Project, Python, Ran, relative};
use crate::action::{ActionError, Context};

const FORMAT: &str = "--format=%(path)s\t%(row)d\t%(col)d\t%(code)s\t%(text)s";

pub(super) fn run(
    context: &Context,
    project: &mut Project,
    options: &Options,
) -> Result<Vec<Finding>, ActionError> {
    let words = words(project, options, "flake8", &[FORMAT])?;
    let ran = project.run(context, &words, Output::Kept)?;
    let lines = ran.stdout.lines();
    let findings = lines.filter_map(|line| read(line, project)).collect();
    judge(&ran, findings, "flake8")
}

/// The command of a linter written for Python.
pub(super) fn words(
    project: &mut Project,
    options: &Options,
    name: &str,
    args: &[&str],
) -> Result<Vec<String>, ActionError> {
    let python = Python::of(project);
    let mut words = vec![python.tool(project, name)?];
    words.extend(args.iter().map(|word| (*word).to_owned()));
    words.extend(options.args.iter().cloned());
    words.extend(options.paths.iter().cloned());
    Ok(words)
}

/// Linters for Python end with 0 for nothing, 1 for findings, and else for trouble of their own.
pub(super) fn judge(
    ran: &Ran,
    findings: Vec<Finding>,
    name: &str,
) -> Result<Vec<Finding>, ActionError> {
    match ran.code() {
        0 => Ok(findings),
        // A crash of Python ends with 1 too: findings that cannot be read are not none.
        1 if !findings.is_empty() => Ok(findings),
        code => Err(ran.broke(format!("{name} ended with exit code {code}"))),
    }
}

fn read(line: &str, project: &Project) -> Option<Finding> {
    let mut parts = line.splitn(5, '\t');
    let mut next = || parts.next();
    let (path, line, column, code, message) = (next()?, next()?, next()?, next()?, next()?);
    Some(Finding {
        linter: Linter::Flake8,
        path: relative(&project.folder, path),
        // A file that cannot be read has line 0.
        line: line.parse::<usize>().ok()?.max(1),
        column: column.parse::<usize>().ok()?.max(1),
        code: code.to_owned(),
        message: message.to_owned(),
        severity: Severity::Error,
    })
}

#[cfg(test)]
mod tests {
    use super::{Project, read};

    #[test]
    fn reads_a_line() {
        let project = Project::in_folder("/app");
        let finding = read(
            "./rent.py\t3\t80\tE501\tline too long (81 > 79 characters)",
            &project,
        )
        .expect("a finding");
        assert_eq!(
            (finding.path.as_str(), finding.line, finding.column),
            ("rent.py", 3, 80)
        );
        assert_eq!(finding.code, "E501");
        let missing = read(
            "nowhere.py\t0\t1\tE902\tFileNotFoundError: no such file",
            &project,
        );
        assert_eq!(missing.expect("a finding").line, 1);
        assert!(read("Traceback (most recent call last):", &project).is_none());
    }
}
