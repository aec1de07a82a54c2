//! What our own reporters for pytest and unittest write: a line of JSON for each thing that happens.

use std::path::Path;

use serde::Deserialize;
use tempfile::TempDir;

use super::report::{Case, Outcome};
use crate::action::toolchain::{Output, Project, Python, Ran};
use crate::action::{ActionError, Context};

/// A run as its reporter told it, up to where it ended.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Records {
    pub(super) cases: Vec<Case>,
    /// The test that was running when the process died.
    pub(super) running: Option<String>,
    /// Why the run stopped before its end.
    pub(super) stopped: Option<String>,
    /// Whether it came to its end.
    pub(super) ended: bool,
    /// A module that is not installed.
    pub(super) missing: bool,
}

#[derive(Deserialize)]
struct Line {
    started: Option<String>,
    stopped: Option<String>,
    ended: Option<i32>,
    missing: Option<String>,
    name: Option<String>,
    file: Option<String>,
    line: Option<usize>,
    outcome: Option<Outcome>,
    message: Option<String>,
    seconds: Option<f64>,
    again: Option<bool>,
}

/// Runs `reporter`, a Python script that takes a file for its records and then `words`.
pub(super) fn run(
    context: &Context,
    project: &Project,
    python: &Python,
    reporter: &str,
    words: Vec<String>,
) -> Result<(Ran, Records), ActionError> {
    let no_room = |error| ActionError::caused("there is no room for the results", &error);
    let folder = TempDir::with_prefix("wharf-").map_err(no_room)?;
    let (script, results) = (
        folder.path().join("wharf_report.py"),
        folder.path().join("results"),
    );
    std::fs::write(&script, reporter).map_err(no_room)?;
    let shown = |path: &Path| path.display().to_string();
    let mut command = python.script(&shown(&script));
    command.push(shown(&results));
    command.extend(words);
    let ran = project.run(context, &command, Output::Shown)?;
    let text = std::fs::read_to_string(&results).unwrap_or_default();
    Ok((ran, Records::read(&text)))
}

impl Records {
    fn read(text: &str) -> Self {
        let mut records = Self::default();
        let lines = text.lines().map(serde_json::from_str::<Line>);
        for line in lines.map_while(Result::ok) {
            records.take(line);
        }
        records
    }

    fn take(&mut self, line: Line) {
        self.ended |= line.ended.is_some();
        self.missing |= line.missing.is_some();
        self.stopped = line.stopped.or(self.stopped.take());
        self.running = line.started.or(self.running.take());
        let (Some(name), Some(outcome)) = (line.name, line.outcome) else {
            return;
        };
        self.running = None;
        let message = line.message.unwrap_or_default();
        // A test whose subtests failed is told once more, as passed or as containing them.
        let whole = outcome == Outcome::Passed || message.starts_with("contains ");
        let known = |case: &Case| case.name == name && case.outcome.is_bad();
        if whole && self.cases.iter().any(known) {
            return;
        }
        self.cases.push(Case {
            file: line.file,
            line: line.line,
            message: Some(message).filter(|message| !message.is_empty()),
            seconds: line.seconds,
            again: line.again.unwrap_or(true),
            ..Case::new(name, outcome)
        });
    }
}

#[cfg(test)]
mod tests {
    use super::{Outcome, Records};

    #[test]
    fn a_test_with_failed_subtests_failed() {
        let records = Records::read(
            r#"{"started": "test_rent.py::Rent::test_months"}
{"name": "test_rent.py::Rent::test_months", "file": "test_rent.py", "line": 9, "outcome": "failed", "message": "[i='0'] AssertionError: 0 != 1", "seconds": 0}
{"name": "test_rent.py::Rent::test_months", "file": "test_rent.py", "line": 5, "outcome": "passed", "message": null, "seconds": 0.003}
{"ended": 1}
"#,
        );
        assert!(records.ended);
        let [case] = &records.cases[..] else {
            panic!("{:?}", records.cases);
        };
        assert_eq!((case.line, case.outcome), (Some(9), Outcome::Failed));
    }

    #[test]
    fn the_test_that_ran_when_the_process_died_is_known() {
        let records = Records::read(
            "{\"started\": \"a\"}\n{\"name\": \"a\", \"outcome\": \"passed\"}\n{\"started\": \"b\"}\n{\"nam",
        );
        assert_eq!(records.running.as_deref(), Some("b"));
        assert_eq!(records.cases.len(), 1);
        assert!(!records.ended);
    }
}
