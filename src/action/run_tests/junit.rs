//! JUnit XML, read from runners and written for CI.

use std::path::Path;
use std::time::Duration;

use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite};

use super::report::{Case, Outcome, Report};
use crate::action::ActionError;
use crate::line::harmless;
use crate::secret::Secrets;
use crate::service::files;

/// The test cases in `xml`; the message of one that failed is all that it said. They are counted,
/// not believed: the totals that runners write may be wrong.
pub(super) fn read(xml: &str) -> Result<Vec<Case>, ActionError> {
    let report = quick_junit::Report::deserialize_from_str(xml)
        .map_err(|error| ActionError::caused("the runner's results cannot be read", &error))?;
    let cases = report
        .test_suites
        .iter()
        .flat_map(|suite| &suite.test_cases);
    Ok(cases.map(convert).collect())
}

fn convert(case: &TestCase) -> Case {
    let (outcome, message) = match &case.status {
        TestCaseStatus::Success { .. } => (Outcome::Passed, None),
        TestCaseStatus::Skipped { message, .. } => (Outcome::Skipped, message.as_ref()),
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
            (outcome, description.as_ref().or(message.as_ref()))
        }
    };
    Case {
        message: message.map(|message| message.as_str().to_owned()),
        seconds: case.time.map(|time| time.as_secs_f64()),
        ..Case::new(case.name.as_str(), outcome)
    }
}

/// Writes `report` as one suite without its secrets, beside the target and renamed.
pub(super) fn write(path: &Path, report: &Report, secrets: &Secrets) -> Result<(), ActionError> {
    let mut suite = TestSuite::new(report.runner.name());
    for case in &report.cases {
        suite.add_test_case(to_junit(case, secrets));
    }
    let mut whole = quick_junit::Report::new("wharf");
    whole.add_test_suite(suite);
    let written = || -> Result<(), Box<dyn std::error::Error>> {
        files::replace(path, whole.to_string()?)?;
        Ok(())
    };
    written().map_err(|error| {
        ActionError::caused(format!("cannot write `{}`", path.display()), error.as_ref())
            .hint("the option `junit` takes any path")
    })
}

fn to_junit(case: &Case, secrets: &Secrets) -> TestCase {
    let mut status = match case.outcome {
        Outcome::Passed => TestCaseStatus::success(),
        Outcome::Skipped => TestCaseStatus::skipped(),
        Outcome::Failed => TestCaseStatus::non_success(NonSuccessKind::Failure),
        Outcome::Error => TestCaseStatus::non_success(NonSuccessKind::Error),
    };
    // Taking colours out afterwards would put the pieces of a secret together.
    let told = |text: &str| harmless(text, false, secrets);
    if let Some(message) = &case.message {
        status.set_message(told(message));
    }
    let mut made = TestCase::new(told(&case.name), status);
    // A report may tell of a time that no clock can.
    let time = case
        .seconds
        .map(|seconds| Duration::try_from_secs_f64(seconds.max(0.0)));
    if let Some(Ok(time)) = time {
        made.set_time(time);
    }
    if let Some(file) = &case.file {
        let file = told(file);
        made.extra.insert("file".into(), file.as_str().into());
    }
    if let Some(line) = case.line {
        made.extra.insert("line".into(), line.to_string().into());
    }
    made
}

#[cfg(test)]
mod tests {
    use super::{Case, Outcome, to_junit};
    use crate::secret::Secrets;

    #[test]
    fn writes_no_secret_that_has_a_colour_in_it() {
        let secrets = Secrets::new();
        secrets.add("correct-horse");
        let case = Case {
            message: Some("no correct\x1b[31m-horse\x1b[0m here".to_owned()),
            ..Case::new("rent", Outcome::Failed)
        };
        let written = format!("{:?}", to_junit(&case, &secrets).status);
        assert!(written.contains("no *** here"), "{written}");
    }
}
