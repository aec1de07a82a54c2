//! What is queued to be recorded.

use std::sync::Arc;
use std::time::SystemTime;

use crate::event::Event;
use crate::service::process::Change;

/// Something to record.
pub(super) struct Message {
    pub(super) at: SystemTime,
    pub(super) what: What,
}

pub(super) enum What {
    Event(Event),
    Group(Change),
    /// All that the success of this stage followed from.
    Parts(Arc<str>, String),
    End,
}

impl What {
    pub(super) fn begins(&self) -> bool {
        matches!(self, Self::Event(Event::RunStarted { .. }))
    }

    /// Whether a run has not ended that says such a thing.
    pub(super) fn has_more_to_come(&self) -> bool {
        matches!(
            self,
            Self::Event(
                Event::Output { .. }
                    | Event::Printed { .. }
                    | Event::Said { .. }
                    | Event::Warned { .. }
                    | Event::StageRetried { .. }
            )
        )
    }
}

impl Message {
    /// How many bytes of output it holds.
    pub(super) fn output(&self) -> usize {
        match &self.what {
            What::Event(Event::Output { bytes, .. }) => bytes.len(),
            _ => 0,
        }
    }
}
