//! What came of a test run, whatever ran it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Runner;
use crate::action::ActionError;

/// The results of the tests.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(super) struct Report {
    /// What ran them.
    pub(super) runner: Runner,
    /// How many tests passed.
    pub(super) passed: usize,
    /// How many did not hold.
    pub(super) failed: usize,
    /// How many were skipped.
    pub(super) skipped: usize,
    /// How many could not be run or collected.
    pub(super) errors: usize,
    /// How long it took.
    pub(super) seconds: f64,
    /// Each test that the runner names, at least those that failed.
    pub(super) cases: Vec<Case>,
    /// The runner's exit code.
    pub(super) exit_code: i32,
    /// What the runner complained about beside tests; it fails the run too.
    pub(super) complaint: Option<String>,
}

/// One test.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub(super) struct Case {
    /// As the runner takes it to run this test alone.
    pub(super) name: String,
    /// The file it is in, from the project's folder.
    pub(super) file: Option<String>,
    /// The line it failed in, else the one it is defined in; from 1.
    pub(super) line: Option<usize>,
    pub(super) outcome: Outcome,
    /// Why it failed or was skipped.
    pub(super) message: Option<String>,
    pub(super) seconds: Option<f64>,
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
            exit_code,
            complaint: None,
        }
    }

    #[must_use]
    pub(super) fn complaining(mut self, complaint: Option<&str>) -> Self {
        self.complaint = complaint.map(str::to_owned);
        self
    }

    pub(super) fn total(&self) -> usize {
        self.passed + self.failed + self.skipped + self.errors
    }

    /// The report if all is well, else the failure that lists what is not.
    pub(super) fn verdict(self) -> Result<Self, ActionError> {
        let bad = self.failed + self.errors;
        let message = if bad > 0 {
            let noun = if self.errors > 0 {
                "failed or could not be run"
            } else {
                "failed"
            };
            format!("{bad} of {} tests {noun}", self.total())
        } else if let Some(complaint) = &self.complaint {
            complaint.clone()
        } else if self.total() == 0 {
            let error = ActionError::new(format!("{} found no tests", self.runner.name()))
                .exit_code(Some(self.exit_code))
                .hint("are they where the runner looks for them? `paths` tells it where to look");
            return Err(error);
        } else if self.exit_code != 0 {
            format!(
                "{} ended with exit code {}",
                self.runner.name(),
                self.exit_code
            )
        } else {
            return Ok(self);
        };
        let failed = |case: &&Case| matches!(case.outcome, Outcome::Failed | Outcome::Error);
        let mut lines: Vec<_> = self
            .cases
            .iter()
            .filter(failed)
            .take(LISTED)
            .map(line)
            .collect();
        if bad > LISTED {
            lines.push(format!("and {} more", bad - LISTED));
        }
        Err(ActionError::new(message)
            .exit_code(Some(self.exit_code))
            .output(lines))
    }
}

/// `test_rent.py:2 test_rent: assert 1200 == 1300`.
fn line(case: &Case) -> String {
    let place = match (&case.file, case.line) {
        (Some(file), Some(line)) => format!("{file}:{line} "),
        (Some(file), None) => format!("{file} "),
        (None, _) => String::new(),
    };
    let message = case.message.as_deref().unwrap_or_default();
    let first = message.lines().find(|line| !line.trim().is_empty());
    let told = first
        .map(|line| format!(": {}", line.trim()))
        .unwrap_or_default();
    format!("{place}{}{told}", case.name)
}
