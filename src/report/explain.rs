//! What a person who reads a failure wants next: the end of the stage's log, and the rest of it.

use std::sync::Arc;

use super::record::Record;
use crate::failure::{Failure, Kind};
use crate::line::shown;
use crate::secret::Secrets;
use crate::words::word;

/// How many lines of the log a failure repeats.
const LINES: usize = 20;
/// Room for that many lines, long ones too.
pub(super) const ROOM: usize = 16 * 1024;

/// `failure`, and what failed after it, with the name of its stage, where there are several.
pub(super) fn named(failure: &Failure, record: &Record) -> Failure {
    let also = failure.also.iter();
    let also = also.map(|one| Arc::new(named(one, record))).collect();
    let mut failure = failure.clone();
    let is_one_of_many = record.listed().nth(1).is_some();
    if let Some(stage) = &failure.stage
        && is_one_of_many
        && failure.kind != Kind::Interrupted
    {
        failure.message = format!("stage `{stage}`: {}", failure.message);
    }
    failure.also = also;
    failure
}

/// `failure`, and what failed after it, with the last lines of its stage, where it has none of its
/// own, and with the command that shows all of them, where run `number` is kept.
pub(super) fn explain(
    failure: &Failure,
    record: &Record,
    number: Option<i64>,
    secrets: &Secrets,
) -> Failure {
    let mut explained = failure.clone();
    let also = failure.also.iter();
    explained.also = also
        .map(|one| Arc::new(explain(one, record, number, secrets)))
        .collect();
    let stage = failure.stage.as_ref().and_then(|stage| record.stage(stage));
    let Some(stage) = stage.filter(|_| failure.kind != Kind::Interrupted) else {
        return explained;
    };
    if explained.output.is_empty() {
        let last: Vec<_> = stage.log.last(LINES).collect();
        // Blank lines around it tell nothing.
        let blank = |line: &&&str| line.trim().is_empty();
        let first = last.iter().take_while(blank).count();
        let end = last.len() - last.iter().rev().take_while(blank).count();
        explained.output = last[first.min(end)..end]
            .iter()
            .map(|line| shown(line, false, secrets))
            .collect();
    }
    if let Some(number) = number.filter(|_| !stage.log.is_empty()) {
        let name = word(&stage.name);
        explained = explained.hint(format!("see all of it: `wharf logs {number} {name}`"));
    }
    explained
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::explain;
    use crate::event::Stream;
    use crate::failure::Failure;
    use crate::report::line::Line;
    use crate::report::record::Record;
    use crate::secret::Secrets;

    #[test]
    fn a_failure_tells_how_its_log_ends_and_where_the_rest_is() {
        let stage: Arc<str> = "test (python=3.11)".into();
        let mut record = Record::new(1_000);
        let lines = ["\x1b[31mone\x1b[0m", "two", ""].map(|text| Line {
            stage: &stage,
            stream: Stream::Stdout,
            printed: false,
            text,
        });
        record.lines(&stage, &lines);
        let mut failure = Failure::script("no");
        failure.stage = Some(stage.clone());
        let explain =
            |failure: &Failure, number| explain(failure, &record, number, &Secrets::new());
        let explained = explain(&failure, Some(12));
        assert_eq!(explained.output, ["one", "two"]);
        assert_eq!(
            explained.hints,
            ["see all of it: `wharf logs 12 'test (python=3.11)'`"]
        );
        failure.output = vec!["its own".to_owned()];
        let explained = explain(&failure, None);
        assert_eq!(explained.output, ["its own"]);
        assert!(explained.hints.is_empty());
    }
}
