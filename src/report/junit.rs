//! A run as JUnit XML: one suite for each stage.

use std::time::Duration;

use quick_junit::{NonSuccessKind, Report, SerializeError, TestCase, TestCaseStatus, TestSuite};

use super::findings::{Finding, Severity, Test, Verdict, findings_of, tests_of};
use super::record::{Record, Stage, State};
use super::rendered;
use crate::event::Outcome;
use crate::failure::Failure;
use crate::line::shown;
use crate::secret::Secrets;

/// The suite's cases are the tests its stage ran and what its linters found; a stage without any is
/// one case. A failure that no case tells is one more. `failure` is that of the whole run.
pub(super) fn text(
    record: &Record,
    failure: Option<&Failure>,
    secrets: &Secrets,
) -> Result<String, SerializeError> {
    let writer = Writer { secrets };
    let mut report = Report::new("wharf");
    if let Some((took, _)) = &record.ended {
        report.set_time(*took);
    }
    for stage in record.listed() {
        report.add_test_suite(writer.suite(stage));
    }
    let told = record.listed().any(|stage| {
        stage.failure().is_some() || matches!(stage.state, State::Ended(Outcome::Cancelled))
    });
    if let Some(failure) = failure.filter(|_| !told) {
        // Before the first stage, or after the last.
        let mut suite = TestSuite::new("wharf");
        suite.add_test_case(writer.failed("run", failure, NonSuccessKind::Error));
        report.add_test_suite(suite);
    }
    report.to_string()
}

struct Writer<'a> {
    secrets: &'a Secrets,
}

impl Writer<'_> {
    fn suite(&self, stage: &Stage) -> TestSuite {
        let name = self.told(&stage.name);
        let mut suite = TestSuite::new(name.as_str());
        if stage.ran() {
            suite.set_time(stage.took);
        }
        for (property, value) in [("outcome", stage.word()), ("why", stage.why.as_str())] {
            if !value.is_empty() {
                suite.add_property((property, self.told(value).as_str()));
            }
        }
        for call in &stage.calls {
            for test in tests_of(call) {
                suite.add_test_case(self.test(&name, &test));
            }
            for finding in findings_of(call) {
                suite.add_test_case(self.finding(&name, &finding));
            }
            if call.action == "lint" && call.failed.is_none() && findings_of(call).is_empty() {
                let mut case = TestCase::new("lint", TestCaseStatus::success());
                case.set_time(call.took).set_classname(name.as_str());
                suite.add_test_case(case);
            }
        }
        let told = suite.failures + suite.errors > 0;
        let plain = suite.test_cases.is_empty();
        if let Some(case) = self.whole(stage, &name, plain, told) {
            suite.add_test_case(case);
        }
        if !stage.log.is_empty() {
            let lines = stage.log.lines();
            let lines: Vec<_> = lines.map(|line| shown(line, false, self.secrets)).collect();
            suite.set_system_out(lines.join("\n"));
        }
        suite
    }

    /// The stage itself as a case: where it has no other (`plain`), or failed for a reason that its
    /// cases do not tell.
    fn whole(&self, stage: &Stage, name: &str, plain: bool, told: bool) -> Option<TestCase> {
        let mut case = match &stage.state {
            State::Ended(Outcome::Passed) if plain => {
                TestCase::new(name, TestCaseStatus::success())
            }
            State::Ended(Outcome::Failed(failure)) if !told => {
                self.failed(name, failure, NonSuccessKind::Failure)
            }
            State::Ended(Outcome::Excused(failure)) if !told => {
                let mut status = TestCaseStatus::skipped();
                status.set_message(self.told(&format!("failed, allowed: {}", failure.message)));
                TestCase::new(name, status)
            }
            State::Ended(Outcome::Cancelled) | State::Running => {
                let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
                status.set_message("cancelled");
                TestCase::new(name, status)
            }
            State::Waiting | State::Skipped(_) | State::Held(_) | State::Dropped(_) => {
                let mut status = TestCaseStatus::skipped();
                status.set_message(match &stage.state {
                    State::Skipped(reason) | State::Dropped(reason) => self.told(reason),
                    State::Held(what) => self.told(&format!("held: {what}")),
                    _ => "not run".to_owned(),
                });
                TestCase::new(name, status)
            }
            State::Ended(_) => return None,
        };
        case.set_classname(name);
        if stage.ran() {
            case.set_time(stage.took);
        }
        Some(case)
    }

    fn failed(&self, name: &str, failure: &Failure, kind: NonSuccessKind) -> TestCase {
        let mut status = TestCaseStatus::non_success(kind);
        status.set_message(self.told(&failure.message));
        // The failure as people read it, with its place in the script.
        status.set_description(self.told(&rendered(failure, self.secrets)));
        TestCase::new(name, status)
    }

    fn test(&self, suite: &str, test: &Test) -> TestCase {
        let mut status = match test.outcome {
            Verdict::Passed => TestCaseStatus::success(),
            Verdict::Skipped => TestCaseStatus::skipped(),
            Verdict::Failed => TestCaseStatus::non_success(NonSuccessKind::Failure),
            Verdict::Error => TestCaseStatus::non_success(NonSuccessKind::Error),
        };
        if let Some(message) = &test.message {
            let message = self.told(message);
            let first = message.lines().map(str::trim).find(|line| !line.is_empty());
            status.set_message(first.unwrap_or_default());
            if test.outcome.is_bad() {
                status.set_description(message.as_str());
            }
        }
        let mut case = TestCase::new(self.told(&test.name), status);
        case.set_classname(suite);
        if let Some(time) = test
            .seconds
            .and_then(|time| Duration::try_from_secs_f64(time).ok())
        {
            case.set_time(time);
        }
        self.place(&mut case, test.file.as_deref(), test.line);
        case
    }

    fn finding(&self, suite: &str, finding: &Finding) -> TestCase {
        let mut status = match finding.severity {
            Severity::Note => TestCaseStatus::skipped(),
            _ => TestCaseStatus::non_success(NonSuccessKind::Failure),
        };
        status.set_message(self.told(&finding.message));
        if let TestCaseStatus::NonSuccess { ty, .. } = &mut status {
            *ty = Some(finding.severity.word().into());
        }
        let name = format!(
            "{} {} {}:{}:{}",
            finding.linter, finding.code, finding.path, finding.line, finding.column
        );
        let mut case = TestCase::new(self.told(&name), status);
        case.set_classname(suite);
        self.place(&mut case, Some(&finding.path), Some(finding.line));
        case
    }

    fn place(&self, case: &mut TestCase, file: Option<&str>, line: Option<usize>) {
        if let Some(file) = file {
            case.extra.insert("file".into(), self.told(file).into());
        }
        if let Some(line) = line {
            case.extra.insert("line".into(), line.to_string().into());
        }
    }

    fn told(&self, text: &str) -> String {
        let masked = self.secrets.mask(text);
        let lines: Vec<_> = masked
            .split('\n')
            .map(|line| shown(line, false, self.secrets))
            .collect();
        lines.join("\n")
    }
}
