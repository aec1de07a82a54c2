//! What came of a test run, whatever ran it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Runner;
use crate::action::ActionError;
use crate::secret::Secrets;

/// The results of the tests.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(super) struct Report {
    /// What ran them.
    pub(super) runner: Runner,
    /// How many tests passed.
    pub(super) passed: usize,
    /// How many tests failed.
    pub(super) failed: usize,
    /// How many were skipped.
    pub(super) skipped: usize,
    /// How many could not be run or collected.
    pub(super) errors: usize,
    /// How long it took.
    pub(super) seconds: f64,
    /// Each test that the runner reports.
    pub(super) cases: Vec<Case>,
    /// The folder that the files of `cases` are relative to; empty for the repository's root.
    pub(super) folder: String,
    #[serde(skip)]
    exit_code: i32,
    /// Problems that the runner reported beside tests; they fail the run too.
    #[serde(skip)]
    complaint: Option<String>,
}

/// One test.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub(super) struct Case {
    /// The name by which the runner runs this test alone.
    pub(super) name: String,
    /// The file it is in, from the project's folder.
    pub(super) file: Option<String>,
    /// The line it failed in, else the one it is defined in; from 1.
    pub(super) line: Option<usize>,
    /// `passed`, `failed`, `skipped`, or `error` where it could not be run.
    pub(super) outcome: Outcome,
    /// Why it failed or was skipped.
    pub(super) message: Option<String>,
    /// How long it took.
    pub(super) seconds: Option<f64>,
    /// Whether it can be run alone.
    #[serde(skip)]
    pub(super) again: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Outcome {
    Passed,
    Failed,
    Skipped,
    Error,
}

/// More failures than this are counted, not listed.
const LISTED: usize = 50;

impl Report {
    /// A report that counts `cases`.
    pub(super) fn of(runner: Runner, cases: Vec<Case>, seconds: f64, exit_code: i32) -> Self {
        let count = |outcome| cases.iter().filter(|case| case.outcome == outcome).count();
        Self {
            runner,
            passed: count(Outcome::Passed),
            failed: count(Outcome::Failed),
            skipped: count(Outcome::Skipped),
            errors: count(Outcome::Error),
            seconds,
            cases,
            folder: String::new(),
            exit_code,
            complaint: None,
        }
    }

    #[must_use]
    pub(super) fn complaining(mut self, complaint: Option<String>) -> Self {
        self.complaint = complaint;
        self
    }

    pub(super) fn total(&self) -> usize {
        self.passed + self.failed + self.skipped + self.errors
    }

    /// The report if all is well, else the failure that lists what is not.
    pub(super) fn verdict(self, secrets: &Secrets) -> Result<Self, ActionError> {
        let name = self.runner.name();
        let bad = self.failed + self.errors;
        let error = if bad > 0 {
            ActionError::new(self.told())
        } else if let Some(complaint) = &self.complaint {
            ActionError::new(complaint)
        } else if self.total() == 0 {
            ActionError::new(format!("{name} found no tests")).hint(
                "are they where the runner looks for them? the option `paths` tells it where to look",
            )
        } else if self.exit_code != 0 {
            ActionError::new(format!("{name} ended with exit code {}", self.exit_code))
        } else {
            return Ok(self);
        };
        let listed = self.cases.iter().filter(|case| case.outcome.is_bad());
        let mut lines: Vec<_> = listed.take(LISTED).map(|case| case.told(secrets)).collect();
        if bad > LISTED {
            lines.push(format!("and {} more", bad - LISTED));
        }
        let error = error.exit_code(Some(self.exit_code)).output(lines);
        Err(error.found(&self))
    }

    /// `1 of 9 tests failed, 2 could not be run`.
    fn told(&self) -> String {
        let tests = |count: usize| if count == 1 { "test" } else { "tests" };
        let (failed, errors, total) = (self.failed, self.errors, self.total());
        match (failed, errors) {
            (0, _) => format!("{errors} {} could not be run", tests(errors)),
            (_, 0) => format!("{failed} of {total} {} failed", tests(total)),
            _ => format!(
                "{failed} of {total} {} failed, {errors} could not be run",
                tests(total)
            ),
        }
    }
}

impl Case {
    pub(super) fn new(name: impl Into<String>, outcome: Outcome) -> Self {
        Self {
            name: name.into(),
            file: None,
            line: None,
            outcome,
            message: None,
            seconds: None,
            again: true,
        }
    }

    /// `test_rent.py:2 test_rent: assert 1200 == 1300`. What is cut off could not be hidden any
    /// more, so secrets are hidden first.
    fn told(&self, secrets: &Secrets) -> String {
        let place = match (&self.file, self.line) {
            (Some(file), Some(line)) => format!("{file}:{line} "),
            (Some(file), None) => format!("{file} "),
            (None, _) => String::new(),
        };
        // A file that cannot be loaded is its own test.
        let name = match self.file.as_deref() {
            Some(file) if file == self.name => "",
            // pytest's names begin with the file, which is told already.
            Some(file) => self
                .name
                .strip_prefix(file)
                .and_then(|rest| rest.strip_prefix("::"))
                .unwrap_or(&self.name),
            None => &self.name,
        };
        let message = secrets.mask(self.message.as_deref().unwrap_or_default());
        let first = message
            .lines()
            .map(str::trim)
            .find(|line| !line.is_empty())
            .unwrap_or_default();
        let colon = if name.is_empty() || first.is_empty() {
            ""
        } else {
            ": "
        };
        let mut line = secrets.mask(&format!("{place}{name}{colon}{first}"));
        if let Some((end, _)) = line.char_indices().nth(LONGEST) {
            line.truncate(end);
            line.push('…');
        }
        line.trim_end().to_owned()
    }
}

/// A line longer than this many characters is cut.
const LONGEST: usize = 300;

impl Outcome {
    pub(super) fn is_bad(self) -> bool {
        matches!(self, Self::Failed | Self::Error)
    }
}

#[cfg(test)]
mod tests {
    use super::{Case, LONGEST, Outcome, Report, Runner};
    use crate::secret::Secrets;

    fn case(name: &str, file: Option<&str>, line: Option<usize>, message: &str) -> Case {
        Case {
            file: file.map(str::to_owned),
            line,
            message: Some(message.to_owned()),
            ..Case::new(name, Outcome::Failed)
        }
    }

    #[test]
    fn tells_a_failure_in_one_line() {
        for (case, told) in [
            (
                case("a.py::T::test_b", Some("a.py"), Some(4), "\n  one\ntwo"),
                "a.py:4 T::test_b: one",
            ),
            (
                case("a.py", Some("a.py"), None, "no module"),
                "a.py no module",
            ),
            (case("tests::a", None, None, ""), "tests::a"),
        ] {
            assert_eq!(case.told(&Secrets::new()), told);
        }
        let secrets = Secrets::new();
        secrets.add("correct-horse");
        let message = format!("{} correct-horse", "a".repeat(LONGEST - 10));
        let told = case("b", None, None, &message).told(&secrets);
        assert_eq!(told, format!("b: {} ***", "a".repeat(LONGEST - 10)));
    }

    #[test]
    fn only_what_is_known_to_be_well_passes() {
        let report = |cases, code| Report::of(Runner::Pytest, cases, 1.0, code);
        let passed = || vec![Case::new("a", Outcome::Passed)];
        assert!(report(passed(), 0).verdict(&Secrets::new()).is_ok());
        let message = |report: Report| {
            report
                .verdict(&Secrets::new())
                .expect_err("a failure")
                .message
        };
        assert_eq!(message(report(vec![], 0)), "pytest found no tests");
        assert_eq!(
            message(report(passed(), 77)),
            "pytest ended with exit code 77"
        );
        let mixed = vec![
            Case::new("a", Outcome::Passed),
            Case::new("b", Outcome::Failed),
            Case::new("c", Outcome::Error),
        ];
        assert_eq!(
            message(report(mixed, 1)),
            "1 of 3 tests failed, 1 could not be run"
        );
        let complaint = report(passed(), 1).complaining(Some("too many warnings".to_owned()));
        assert_eq!(message(complaint), "too many warnings");
    }
}
