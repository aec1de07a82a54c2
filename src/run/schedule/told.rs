//! What is told of stages that do not run.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use serde_json::Value;

use super::Schedule;
use crate::cancel::Reason;
use crate::event::Event;
use crate::run::queue::End;

impl Schedule<'_> {
    fn why_dropped(&self, need: Option<usize>) -> String {
        match need {
            Some(need) => {
                let what = match self.queue.end(need) {
                    Some(End::Cancelled) => "was cancelled",
                    Some(End::Dropped) => "did not run",
                    _ => "did not pass",
                };
                format!("`{}` {what}", self.stages[need].name)
            }
            None if self.is_superseded() => "files changed meanwhile".to_owned(),
            None if self.base().cancel.is_cancelled() => "the run was interrupted".to_owned(),
            None => "the run stops at its first failure".to_owned(),
        }
    }

    pub(super) fn tell_dropped(&self, stage: usize, need: Option<usize>) {
        self.base().events.emit(Event::StageDropped {
            stage: self.stages[stage].name.clone(),
            reason: self.why_dropped(need),
        });
    }

    fn is_superseded(&self) -> bool {
        self.options.drain.load(Ordering::Relaxed)
            || self.base().cancel.reason() == Some(Reason::Superseded)
    }

    pub(super) fn tell_held(&self, stage: usize, what: String) {
        self.base().events.emit(Event::StageHeld {
            stage: self.stages[stage].name.clone(),
            what,
        });
    }

    pub(super) fn tell_skipped(&self, stage: usize, reason: String, result: Option<Arc<Value>>) {
        self.base().events.emit(Event::StageSkipped {
            stage: self.stages[stage].name.clone(),
            reason,
            result,
        });
    }
}
