//! The output of one command, apart from that of all others.

use std::sync::Arc;

use super::Context;
use crate::event::{Event, Events, Source, Stream};

/// Passes output on as it arrives. When it is dropped, what was left of a line is one.
#[derive(Debug)]
pub struct Outlet {
    stage: Arc<str>,
    events: Events,
    source: Source,
    is_used: bool,
}

impl Outlet {
    pub(super) fn new(context: &Context) -> Self {
        Self {
            stage: context.stage.clone(),
            events: context.events.clone(),
            source: Source::new(),
            is_used: false,
        }
    }

    pub fn push(&mut self, stream: Stream, bytes: &[u8]) {
        self.is_used = true;
        self.events.emit(Event::Output {
            stage: self.stage.clone(),
            source: self.source,
            stream,
            bytes: bytes.to_vec(),
        });
    }
}

impl Drop for Outlet {
    fn drop(&mut self) {
        if self.is_used {
            self.events.emit(Event::OutputEnded {
                stage: self.stage.clone(),
                source: self.source,
            });
        }
    }
}
