//! Runs that are over at once, and how they come into the database.

use std::fs;
use std::thread;

use super::*;
use crate::journal::{Action, Run, Stage};

/// What a run of one stage that calls one action comes to, or would with a `message`.
fn short(message: Option<&str>) -> Vec<Event> {
    let said = message.map(|text| Event::Said {
        stage: "test".into(),
        text: text.into(),
    });
    let mut events = vec![started(&["test"]), stage_started("test")];
    events.extend(said);
    events.extend([
        Event::ActionStarted {
            stage: "test".into(),
            call: call(Effect::Check),
        },
        Event::ActionFinished {
            stage: "test".into(),
            call: call(Effect::Check),
            took: TOOK,
            result: Ok(Arc::new(json!({ "key": "hunter2" }))),
            unfinished: false,
            found: None,
        },
        stage_finished("test", Outcome::Passed, json!({ "key": "hunter2" })),
        finished(None),
    ]);
    events
}

/// `now`: it is written from its start on.
fn record(root: &Path, events: &[Event], now: bool) {
    let secrets = Secrets::new();
    secrets.add("hunter2");
    let recorder = recorder(root, &secrets);
    for event in events {
        if matches!(event, Event::StageFinished { .. }) {
            recorder.parts("test".into(), json!({ "inputs": "0123" }).to_string());
        }
        recorder.record(event);
        if now {
            recorder.run().expect("a number");
        }
    }
    recorder.finish();
}

fn length(root: &Path) -> u64 {
    fs::metadata(spool(root)).map_or(0, |file| file.len())
}

fn spool(root: &Path) -> std::path::PathBuf {
    root.join(".wharf/journal.spool")
}

fn journal(root: &Path) -> Journal {
    Journal::open(root).expect("a journal")
}

fn runs(root: &Path) -> Vec<Run> {
    journal(root).runs(usize::MAX).expect("runs")
}

/// But for its number and its times.
fn told(root: &Path, run: i64) -> (Run, Vec<Stage>, Vec<Action>) {
    let journal = journal(root);
    let mut told = journal.run(run).expect("a journal").expect("the run");
    (told.id, told.started, told.ended) = (0, UNIX_EPOCH, None);
    told.process = Identity::own();
    let mut stages = journal.stages(run).expect("stages");
    let mut actions = journal.actions(run).expect("actions");
    for stage in &mut stages {
        stage.started = None;
    }
    for action in &mut actions {
        action.started = UNIX_EPOCH;
    }
    (told, stages, actions)
}

#[test]
fn a_run_that_is_over_at_once_is_told_as_any_other() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let root = folder.path();
    // The first run makes the journal.
    record(root, &short(None), false);
    assert_eq!(length(root), 0);
    record(root, &short(None), false);
    assert!(length(root) > 0);
    let text = fs::read_to_string(spool(root)).expect("a spool");
    assert!(!text.contains("hunter2"), "{text}");
    record(root, &short(None), true);
    // The one that is not spooled took it in.
    assert_eq!(length(root), 0);
    let numbers: Vec<_> = runs(root).iter().map(|run| run.id).collect();
    assert_eq!(numbers, [3, 2, 1]);
    assert_eq!(told(root, 2), told(root, 3));
    assert_eq!(told(root, 1), told(root, 3));
}

#[test]
fn a_run_of_which_there_is_more_to_say_is_not_spooled() {
    let failure = Arc::new(Failure::new(Kind::Pipeline, "no"));
    let failed = stage_finished("test", Outcome::Failed(failure.clone()), Value::Null);
    for events in [
        short(Some("hello")),
        vec![
            started(&["test"]),
            stage_started("test"),
            failed,
            finished(Some(failure)),
        ],
        vec![started(&["test"]), stage_started("test")],
    ] {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let root = folder.path();
        drop(journal(root));
        record(root, &events, false);
        assert_eq!(length(root), 0);
        assert_eq!(runs(root).len(), 1);
    }
}

#[test]
fn a_run_is_taken_in_once() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let root = folder.path();
    drop(journal(root));
    record(root, &short(None), false);
    record(root, &short(None), false);
    let text = fs::read(spool(root)).expect("a spool");
    assert_eq!(runs(root).len(), 2);
    // As if who took them in had been ended before it could empty the file.
    fs::write(spool(root), text).expect("a spool");
    record(root, &short(None), false);
    assert_eq!(runs(root).len(), 3);
    assert_eq!(length(root), 0);
}

#[test]
fn what_is_no_run_is_passed_over() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let root = folder.path();
    drop(journal(root));
    for line in [
        "\0\0\0\0\n",
        "\0\0\0\0",
        "[[\"run\",[",
        "[[\"run\",[]]]\n",
        "[[\"of a newer wharf\",[1]]]\n",
        // Nothing of a run is kept of which something cannot be.
        "[[\"run\",[1,\"ada\",null,null,\"[]\",0,1,\"\",null]],[\"stage\",[0,0,null,\"[]\",null]]]\n",
    ] {
        fs::write(spool(root), line).expect("a spool");
        record(root, &short(None), false);
        drop(journal(root));
    }
    assert_eq!(runs(root).len(), 6);
}

#[test]
fn a_long_spool_is_taken_in() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let root = folder.path();
    drop(journal(root));
    let mut count = 0;
    while count == 0 || length(root) > 0 {
        record(root, &short(None), false);
        count += 1;
    }
    assert!((10..1000).contains(&count), "{count} runs");
    assert_eq!(runs(root).len(), count);
}

#[test]
fn none_is_lost_where_many_write_and_take_in() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let root = folder.path();
    drop(journal(root));
    thread::scope(|scope| {
        for at in 0..4 {
            scope.spawn(move || {
                for _ in 0..25 {
                    record(root, &short(None), false);
                    if at == 0 {
                        drop(journal(root));
                    }
                }
            });
        }
    });
    assert_eq!(runs(root).len(), 100);
}
