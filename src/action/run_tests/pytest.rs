//! pytest, told by a plugin of our own.

use super::records::{self, Records};
use super::report::Report;
use super::{Options, Runner};
use crate::action::toolchain::{Project, Python, Ran};
use crate::action::{ActionError, Context};

const REPORTER: &str = include_str!("report_pytest.py");

pub(super) fn run(
    context: &Context,
    project: &mut Project,
    options: &Options,
) -> Result<Report, ActionError> {
    let python = Python::of(project);
    context.say(format!("python: {}", python.origin));
    let mut words = options.args.clone();
    words.extend(options.chosen());
    let (ran, records) = records::run(context, project, &python, REPORTER, words)?;
    if records.missing {
        return Err(python.lacks("pytest"));
    }
    let complaint = complaint(&ran, &records)?;
    let seconds = ran.finished.took.as_secs_f64();
    let report = Report::of(Runner::Pytest, records.cases, seconds, ran.code());
    Ok(report.complaining(complaint))
}

/// What pytest has against the run beside tests that failed. Its exit codes:
/// <https://docs.pytest.org/en/stable/reference/exit-codes.html>; 6 is of pytest 9.
fn complaint(ran: &Ran, records: &Records) -> Result<Option<String>, ActionError> {
    let stopped = records.stopped.as_deref();
    match ran.code() {
        4 => Err(ran.broke("pytest cannot use its arguments or configuration")),
        3 => Err(ran.broke(match stopped {
            Some(why) => format!("pytest broke: {why}"),
            None => "pytest broke".to_owned(),
        })),
        code if !records.ended => Err(ran.broke(match &records.running {
            Some(test) => {
                format!("pytest died while it ran `{test}`, with exit code {code}")
            }
            None => format!("pytest ended before its tests did, with exit code {code}"),
        })),
        0 | 5 => Ok(None),
        1 => Ok(Some(uncovered(&ran.stdout).unwrap_or_else(|| {
            "pytest failed, and no test did: see what it said at its end".to_owned()
        }))),
        2 => Ok(Some(format!(
            "pytest was stopped: {}",
            stopped.unwrap_or("interrupted")
        ))),
        6 => Ok(Some("there were more warnings than are allowed".to_owned())),
        code => Ok(Some(format!("pytest ended with exit code {code}"))),
    }
}

/// pytest-cov's `FAIL Required test coverage of 90% not reached. Total coverage: 66.67%`.
fn uncovered(stdout: &str) -> Option<String> {
    let (_, told) = stdout
        .lines()
        .rev()
        .find_map(|line| line.split_once("Required test coverage of "))?;
    let (wanted, reached) = told.split_once(" not reached. Total coverage: ")?;
    Some(format!(
        "all tests passed, but they cover {} of the code and {wanted} is required",
        reached.trim()
    ))
}

#[cfg(test)]
mod tests {
    use super::uncovered;

    #[test]
    fn reads_what_the_coverage_plugin_says() {
        let said = "TOTAL 6 2 67%\nFAIL Required test coverage of 90% not reached. Total coverage: 66.67%\n1 passed in 0.15s\n";
        assert_eq!(
            uncovered(said).as_deref(),
            Some("all tests passed, but they cover 66.67% of the code and 90% is required")
        );
        assert_eq!(uncovered("1 passed"), None);
    }
}
