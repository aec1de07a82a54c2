//! Events that wait until it is known whether anything runs at all.

use std::mem;
use std::sync::{Arc, Mutex, PoisonError};

use crate::event::{Event, Events};

/// Clones share what is held.
#[derive(Clone)]
pub(super) struct Held {
    events: Events,
    waiting: Arc<Mutex<Option<Vec<Event>>>>,
}

impl Held {
    pub(super) fn new(events: &Events) -> Self {
        Self {
            events: events.clone(),
            waiting: Arc::new(Mutex::new(Some(Vec::new()))),
        }
    }

    /// A sink that holds back what it gets, up to the [release](Self::release).
    pub(super) fn events(&self) -> Events {
        let held = self.clone();
        Events::new(move |event| {
            let mut waiting = held.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(waiting) = &mut *waiting {
                return waiting.push(event);
            }
            drop(waiting);
            held.events.emit(event);
        })
    }

    /// Passes on what was held back, and from now on all at once.
    pub(super) fn release(&self) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let held = mem::take(&mut *waiting);
        drop(waiting);
        held.into_iter()
            .flatten()
            .for_each(|event| self.events.emit(event));
    }
}
