//! What is recorded is found again.

mod attempts;
mod spool;

use std::path::Path;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::{Duration, UNIX_EPOCH};

use serde_json::{Value, json};

use super::{ActionState, Journal, Origin, Recorder, RunOutcome, StageState, Success};
use crate::effect::Effect;
use crate::event::{Call, Event, Listed, Outcome, Source, Stream};
use crate::failure::{Failure, Kind};
use crate::secret::Secrets;
use crate::service::process::Identity;

const TOOK: Duration = Duration::from_millis(1500);

fn recorder(root: &Path, secrets: &Secrets) -> Recorder {
    let origin = Origin {
        who: "ada@quay".into(),
        arguments: vec!["run".into(), "--param".into(), "key=hunter2".into()],
        ..Origin::default()
    };
    Recorder::new(root, secrets, origin, |text| panic!("{text}"))
}

fn started(names: &[&str]) -> Event {
    let stages = names.iter().map(|name| Listed {
        name: (*name).into(),
        needs: Vec::new(),
        environment: None,
    });
    Event::RunStarted {
        stages: stages.collect(),
        rehearsal: false,
    }
}

fn finished(failure: Option<Arc<Failure>>) -> Event {
    Event::RunFinished {
        took: TOOK,
        passed: 1,
        skipped: 0,
        held: 0,
        failure,
    }
}

fn call(effect: Effect) -> Call {
    Call {
        action: "http",
        effect,
        number: 0,
        options: "0123".into(),
        rehearsed: false,
    }
}

static SOURCE: LazyLock<Source> = LazyLock::new(Source::new);

fn output(stage: &str, text: &str) -> Event {
    Event::Output {
        stage: stage.into(),
        source: *SOURCE,
        stream: Stream::Stdout,
        bytes: text.as_bytes().to_vec(),
    }
}

fn stage_started(stage: &str) -> Event {
    Event::StageStarted {
        stage: stage.into(),
        why: "it has no `inputs`".into(),
    }
}

fn stage_finished(stage: &str, outcome: Outcome, result: Value) -> Event {
    Event::StageFinished {
        stage: stage.into(),
        outcome,
        took: TOOK,
        result: Arc::new(result),
    }
}

/// Whole runs, one for each list of further events.
fn record(root: &Path, events: &[Event]) -> i64 {
    let secrets = Secrets::new();
    secrets.add("hunter2");
    let recorder = recorder(root, &secrets);
    for event in events {
        recorder.record(event);
    }
    let run = recorder.run().expect("a number");
    recorder.finish();
    run
}

#[test]
fn a_run_is_found_as_it_was_and_without_its_secrets() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let root = folder.path();
    let failure = Arc::new(Failure::new(Kind::Pipeline, "hunter2 is wrong"));
    let run = record(
        root,
        &[
            Event::Said {
                stage: "script".into(),
                text: "before".into(),
            },
            started(&["test", "deploy", "tell"]),
            stage_started("test"),
            output("test", "one hun"),
            output("test", "ter2\ntwo"),
            stage_finished("test", Outcome::Passed, json!({ "key": "hunter2" })),
            stage_started("deploy"),
            Event::ActionStarted {
                stage: "deploy".into(),
                call: call(Effect::Deploy),
            },
            Event::ActionFinished {
                stage: "deploy".into(),
                call: call(Effect::Deploy),
                took: TOOK,
                result: Err("no hunter2".into()),
                unfinished: false,
                found: None,
            },
            stage_finished("deploy", Outcome::Failed(failure.clone()), Value::Null),
            finished(Some(failure)),
        ],
    );
    let journal = Journal::open(root).expect("a journal");
    let told = journal.run(run).expect("a journal").expect("the run");
    assert_eq!((told.id, told.outcome), (1, RunOutcome::Failed));
    assert_eq!(told.failure.as_deref(), Some("*** is wrong"));
    assert_eq!(told.arguments, ["run", "--param", "key=***"]);
    assert_eq!(told.who, "ada@quay");
    assert!(told.took().is_some());
    let stages = journal.stages(run).expect("stages");
    let states: Vec<_> = stages
        .iter()
        .map(|stage| (stage.name.as_str(), stage.state, stage.took))
        .collect();
    assert_eq!(
        states,
        [
            ("test", StageState::Passed, Some(TOOK)),
            ("deploy", StageState::Failed, Some(TOOK)),
            ("tell", StageState::Waiting, None)
        ]
    );
    assert_eq!(stages[0].result, Some(json!({ "key": "***" })));
    assert_eq!(stages[1].failure.as_deref(), Some("*** is wrong"));
    let actions = journal.actions(run).expect("actions");
    assert_eq!(actions.len(), 1);
    assert_eq!(actions[0].effect, Effect::Deploy);
    assert_eq!(actions[0].state, ActionState::Failed);
    assert_eq!(actions[0].message.as_deref(), Some("no ***"));
    assert_eq!(
        journal.logged(run).expect("logs"),
        ["deploy", "script", "test"]
    );
    let log = |stage| std::fs::read_to_string(journal.log_path(run, stage)).expect("a log");
    assert_eq!(log("test"), "one ***\ntwo\n");
    assert_eq!(log("deploy"), "error: *** is wrong\n");
}

#[test]
fn an_effect_that_leaves_the_machine_begins_when_it_is_recorded() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let recorder = recorder(folder.path(), &Secrets::new());
    recorder.record(&started(&["deploy"]));
    recorder.record(&Event::ActionStarted {
        stage: "deploy".into(),
        call: call(Effect::Publish),
    });
    // Nothing was finished, as if this process had been killed here.
    let journal = Journal::open(folder.path()).expect("a journal");
    let actions = journal.actions(1).expect("actions");
    assert_eq!(actions[0].state, ActionState::Started);
    let run = journal.run(1).expect("a journal").expect("a run");
    assert_eq!(run.outcome, RunOutcome::Running);
    recorder.finish();
}

#[test]
fn a_long_result_is_kept_where_it_cannot_be_had_again() {
    for (effect, kept) in [(Effect::Check, false), (Effect::Publish, true)] {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let run = record(
            folder.path(),
            &[
                started(&["test"]),
                Event::ActionStarted {
                    stage: "test".into(),
                    call: call(effect),
                },
                Event::ActionFinished {
                    stage: "test".into(),
                    call: call(effect),
                    took: TOOK,
                    result: Ok(Arc::new(json!({ "stdout": "x".repeat(100_000) }))),
                    unfinished: false,
                    found: None,
                },
            ],
        );
        let journal = Journal::open(folder.path()).expect("a journal");
        let actions = journal.actions(run).expect("actions");
        assert_eq!(actions[0].state, ActionState::Passed);
        assert_eq!(actions[0].result.is_some(), kept);
    }
}

#[test]
fn a_journal_that_cannot_be_written_is_told_once_and_keeps_nobody() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join(".wharf"), "in the way").expect("a file");
    let told = Arc::new(Mutex::new(Vec::new()));
    let theirs = told.clone();
    let recorder = Recorder::new(
        folder.path(),
        &Secrets::new(),
        Origin::default(),
        move |text| theirs.lock().expect("no panic").push(text),
    );
    recorder.record(&started(&["test"]));
    recorder.record(&Event::ActionStarted {
        stage: "test".into(),
        call: call(Effect::Deploy),
    });
    recorder.record(&finished(None));
    recorder.finish();
    assert_eq!(recorder.run(), None);
    let told = told.lock().expect("no panic");
    assert_eq!(told.len(), 1);
    assert!(
        told[0].starts_with("this run cannot be recorded in `.wharf`: "),
        "{told:?}"
    );
}

#[test]
fn what_never_starts_leaves_nothing() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let recorder = recorder(folder.path(), &Secrets::new());
    recorder.record(&output("script", "hello\n"));
    assert_eq!(recorder.run(), None);
    recorder.finish();
    assert_eq!(recorder.run(), None);
    assert!(!folder.path().join(".wharf").exists());
    assert!(Journal::open_existing(folder.path()).is_ok_and(|journal| journal.is_none()));
}

#[test]
fn a_run_whose_wharf_is_gone_was_interrupted() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let root = folder.path();
    record(root, &[started(&["test"]), stage_started("test")]);
    let journal = Journal::open(root).expect("a journal");
    let outcome = |journal: &Journal| {
        let run = journal.run(1).expect("a journal").expect("the run");
        run.outcome
    };
    assert_eq!(outcome(&journal), RunOutcome::Running);
    // The id was given to another since.
    journal
        .connection
        .execute("UPDATE runs SET pid_start = 'before'", [])
        .expect("a change");
    assert_eq!(outcome(&journal), RunOutcome::Interrupted);
    let journal = Journal::open(root).expect("a journal");
    let stored: String = journal
        .connection
        .query_row("SELECT outcome FROM runs", [], |row| row.get(0))
        .expect("a row");
    assert_eq!(stored, "interrupted");
    let stages = journal.stages(1).expect("stages");
    assert_eq!(stages[0].state, StageState::Cancelled);
}

#[test]
fn a_process_that_only_has_the_id_is_not_stopped() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let journal = Journal::open(folder.path()).expect("a journal");
    let own = Identity::own();
    let reused = Identity {
        start: "before".into(),
        ..own
    };
    journal.spawned(1, &reused).expect("a row");
    assert_eq!(journal.stop_orphans().expect("a journal"), None);
    let left: i64 = journal
        .connection
        .query_row("SELECT count(*) FROM processes", [], |row| row.get(0))
        .expect("a row");
    assert_eq!(left, 0);
}

#[test]
fn successes_and_blobs_are_kept_until_forgotten() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let journal = Journal::open(folder.path()).expect("a journal");
    let success = |run| Success {
        parts: json!({ "inputs": "ab12" }),
        result: json!([1, "x"]),
        run,
        finished: UNIX_EPOCH + TOOK,
    };
    assert_eq!(journal.last_success("test").expect("a journal"), None);
    for run in [1, 2] {
        journal
            .record_success("test", &success(run))
            .expect("a row");
    }
    assert_eq!(
        journal.last_success("test").expect("a journal"),
        Some(success(2))
    );
    journal.forget("test").expect("a journal");
    assert_eq!(journal.last_success("test").expect("a journal"), None);
    journal.set_blob("index", b"\0\x01").expect("a row");
    assert_eq!(
        journal.blob("index").expect("a journal"),
        Some(b"\0\x01".to_vec())
    );
    assert_eq!(journal.blob("other").expect("a journal"), None);
}

#[test]
fn prune_keeps_the_last_runs_and_those_that_run() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let root = folder.path();
    let whole = [started(&["test"]), output("test", "x\n"), finished(None)];
    // The first does not end.
    record(root, &whole[..2]);
    for _ in 0..3 {
        record(root, &whole);
    }
    let mut journal = Journal::open(root).expect("a journal");
    let pruned = journal.prune(1).expect("a journal");
    assert_eq!((pruned.removed, pruned.kept), (2, 2));
    let left: Vec<_> = journal
        .runs(10)
        .expect("runs")
        .iter()
        .map(|run| run.id)
        .collect();
    assert_eq!(left, [4, 1]);
    for (run, kept) in [(1, true), (2, false), (3, false), (4, true)] {
        assert_eq!(journal.log_path(run, "test").exists(), kept, "{run}");
        assert_eq!(
            journal.stages(run).expect("stages").len(),
            usize::from(kept)
        );
    }
    // Numbers are not given again.
    assert_eq!(record(root, &whole), 5);
}
