//! `JUnit` XML, read from runners and written for CI.

use std::path::Path;

use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite};

use super::report::{Case, Outcome, Report};
use crate::action::ActionError;

/// The test cases in `xml`, named by `name` from class and test. They are counted, not believed:
/// the totals that runners write leave out subtests or count them twice.
pub(super) fn read(
    xml: &str,
    name: impl Fn(&TestCase) -> String,
) -> Result<Vec<Case>, ActionError> {
    let report = quick_junit::Report::deserialize_from_str(xml)
        .map_err(|error| ActionError::caused("the runner's results cannot be read", &error))?;
    let cases = report
        .test_suites
        .iter()
        .flat_map(|suite| &suite.test_cases);
    Ok(cases.map(|case| convert(case, &name)).collect())
}

fn convert(case: &TestCase, name: &impl Fn(&TestCase) -> String) -> Case {
    let (outcome, message, details) = match &case.status {
        TestCaseStatus::Success { .. } => (Outcome::Passed, None, None),
        TestCaseStatus::Skipped { message, .. } => (Outcome::Skipped, message.as_ref(), None),
        TestCaseStatus::NonSuccess {
            kind,
            message,
            description,
            ..
        } => {
            let outcome = match kind {
                NonSuccessKind::Failure => Outcome::Failed,
                NonSuccessKind::Error => Outcome::Error,
            };
            (outcome, message.as_ref(), description.as_ref())
        }
    };
    let attribute = |name: &str| {
        case.extra
            .iter()
            .find(|(key, _)| key.as_str() == name)
            .map(|(_, value)| value.as_str())
    };
    let file = attribute("file").map(str::to_owned);
    // xunit counts lines from 0; the line of the failure itself is in its text.
    let defined = attribute("line")
        .and_then(|line| line.parse::<usize>().ok())
        .map(|line| line + 1);
    let failed_at = file
        .as_deref()
        .and_then(|file| last_line_in(details.map_or("", |details| details.as_str()), file));
    Case {
        name: name(case),
        line: failed_at.or(defined),
        file,
        outcome,
        message: message.map(|message| message.as_str().to_owned()),
        seconds: case.time.map(|time| time.as_secs_f64()),
    }
}

/// The number behind the last `FILE:` in a traceback.
fn last_line_in(details: &str, file: &str) -> Option<usize> {
    let mark = format!("{file}:");
    details.lines().rev().find_map(|line| {
        let (_, rest) = line.split_once(&mark)?;
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().ok()
    })
}

/// Writes `report` as one suite, beside the target and renamed.
pub(super) fn write(path: &Path, report: &Report) -> Result<(), ActionError> {
    let mut suite = TestSuite::new(report.runner.name());
    for case in &report.cases {
        suite.add_test_case(to_junit(case));
    }
    let mut whole = quick_junit::Report::new("wharf");
    whole.add_test_suite(suite);
    let written = || -> Result<(), Box<dyn std::error::Error>> {
        let folder = path.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder)?;
        let mut draft = tempfile::NamedTempFile::new_in(folder)?;
        whole.serialize(&mut draft)?;
        draft.persist(path)?;
        Ok(())
    };
    written().map_err(|error| {
        ActionError::caused(format!("cannot write `{}`", path.display()), error.as_ref())
    })
}

fn to_junit(case: &Case) -> TestCase {
    let mut status = match case.outcome {
        Outcome::Passed => TestCaseStatus::success(),
        Outcome::Skipped => TestCaseStatus::skipped(),
        Outcome::Failed => TestCaseStatus::non_success(NonSuccessKind::Failure),
        Outcome::Error => TestCaseStatus::non_success(NonSuccessKind::Error),
    };
    if let Some(message) = &case.message {
        status.set_message(message.as_str());
    }
    let mut made = TestCase::new(case.name.as_str(), status);
    if let Some(seconds) = case.seconds {
        made.set_time(std::time::Duration::from_secs_f64(seconds.max(0.0)));
    }
    if let Some(file) = &case.file {
        made.extra.insert("file".into(), file.as_str().into());
    }
    if let Some(line) = case.line {
        made.extra.insert("line".into(), line.to_string().into());
    }
    made
}
