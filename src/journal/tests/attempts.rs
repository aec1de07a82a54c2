//! Stages that are tried again.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::{TOOK, call, finished, record, stage_finished, stage_started, started};
use crate::effect::Effect;
use crate::event::{Event, Outcome};
use crate::failure::{Failure, Kind};
use crate::journal::{Journal, StageState};

fn failure(message: &str) -> Arc<Failure> {
    Arc::new(Failure::new(Kind::Pipeline, message))
}

fn retried(attempt: u32, wait: Duration) -> Event {
    Event::StageRetried {
        stage: "test".into(),
        attempt,
        attempts: 3,
        took: TOOK,
        wait,
        failure: failure("no hunter2"),
    }
}

/// The attempts at the stages of a run with these events: the number, the state and the failure of
/// each.
fn attempts(root: &Path, events: &[Event]) -> Vec<(u32, StageState, Option<String>)> {
    let run = record(root, events);
    let journal = Journal::open(root).expect("a journal");
    let attempts = journal.attempts(run).expect("attempts");
    let count = journal.stages(run).expect("stages")[0].attempts;
    let last = attempts.last().map(|last| last.number);
    assert_eq!(last, Some(count));
    let told = attempts
        .into_iter()
        .map(|attempt| (attempt.number, attempt.state, attempt.failure));
    told.collect()
}

#[test]
fn the_calls_of_each_attempt_are_kept() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let action = || Event::ActionStarted {
        stage: "test".into(),
        call: call(Effect::Check),
    };
    let run = record(
        folder.path(),
        &[
            started(&["test"]),
            stage_started("test"),
            action(),
            retried(1, TOOK),
            action(),
            finished(None),
        ],
    );
    let journal = Journal::open(folder.path()).expect("a journal");
    let actions = journal.actions(run).expect("actions");
    let attempts: Vec<_> = actions.iter().map(|action| action.attempt).collect();
    assert_eq!(attempts, [1, 2]);
    assert_eq!(journal.stages(run).expect("stages")[0].attempts, 2);
}

#[test]
fn each_attempt_is_kept_with_its_end() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let failed = |number| (number, StageState::Failed, Some("no ***".to_owned()));
    let begin = [started(&["test"]), stage_started("test")];
    let again = [retried(1, Duration::ZERO), retried(2, Duration::ZERO)];
    let end = |outcome| [stage_finished("test", outcome, Value::Null), finished(None)];
    let whole = |outcome| [&begin[..], &again, &end(outcome)].concat();
    let told = attempts(folder.path(), &whole(Outcome::Passed));
    assert_eq!(told, [failed(1), failed(2), (3, StageState::Passed, None)]);
    let told = attempts(
        folder.path(),
        &whole(Outcome::Excused(failure("no hunter2"))),
    );
    assert_eq!(told, [failed(1), failed(2), failed(3)]);
    // The only one is the stage itself.
    let once = Outcome::Failed(failure("no hunter2"));
    let told = attempts(folder.path(), &[&begin[..], &end(once)].concat());
    assert_eq!(told, [failed(1)]);
    // So is one that goes on.
    let told = attempts(folder.path(), &[&begin[..], &again].concat());
    assert_eq!(told, [failed(1), failed(2), (3, StageState::Running, None)]);
}

#[test]
fn an_attempt_that_was_still_waited_for_is_none() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let told = attempts(
        folder.path(),
        &[
            started(&["test"]),
            stage_started("test"),
            retried(1, Duration::from_hours(1)),
            stage_finished("test", Outcome::Cancelled, Value::Null),
            finished(None),
        ],
    );
    assert_eq!(told, [(1, StageState::Failed, Some("no ***".to_owned()))]);
}
