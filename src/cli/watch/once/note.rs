//! What the stages of a run tell the watch.

use std::sync::Arc;

use serde_json::Value;

use crate::cli::watch::session::{Message, Session, lock};
use crate::event::{Event, Outcome};
use crate::run::Settled;
use crate::watch::Ended;

/// Tells the watch how stages stand, and keeps what can stand for a later run. Returns from a
/// stage's end when the watch has heard of it, and of all that was written before: what needs the
/// stage begins after that.
pub(super) fn note(session: &Session, event: &Event) {
    let (stage, ended, settled) = match event {
        Event::StageStarted { stage, .. } => {
            return session.messages.send(Message::Started(stage.clone()));
        }
        Event::StageSkipped { stage, result, .. } => match result {
            Some(result) => (stage, Ended::Passed, Some(passed(result))),
            None => (stage, Ended::Skipped, None),
        },
        Event::StageHeld { stage, what } => (stage, Ended::Held, Some(Settled::Held(what.clone()))),
        Event::StageDropped { stage, .. } => (stage, Ended::Dropped, None),
        Event::StageFinished {
            stage,
            outcome,
            result,
            ..
        } => match outcome {
            Outcome::Passed => (stage, Ended::Passed, Some(passed(result))),
            Outcome::Excused(_) => (stage, Ended::Passed, Some(Settled::Passed(Value::Null))),
            Outcome::Failed(_) => (stage, Ended::Failed, None),
            Outcome::Cancelled => (stage, Ended::Dropped, None),
        },
        _ => return,
    };
    let mut all = lock(&session.settled);
    match settled {
        Some(settled) => all.insert(stage.clone(), settled),
        None => all.remove(stage),
    };
    drop(all);
    session.send_and_wait(|heard| Message::Ended {
        stage: stage.clone(),
        ended,
        heard,
    });
}

fn passed(result: &Arc<Value>) -> Settled {
    Settled::Passed(Value::clone(result))
}
