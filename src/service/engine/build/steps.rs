//! The steps of a build that is going on, told apart by an id of the engine's.

use std::collections::HashMap;

use super::{Listener, Update};
use crate::event::Stream;
use crate::secret::Secrets;
use crate::service::process::Tail;

/// So many lines of a step are kept for the error.
const KEPT: usize = 20;

/// Tells the listener of each change once, and keeps what an error will need.
pub(super) struct Steps<'a> {
    listener: Listener<'a>,
    secrets: &'a Secrets,
    known: HashMap<String, Step>,
    failed: Option<Failed>,
}

struct Step {
    name: String,
    state: State,
    tail: Tail,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Waiting,
    Working,
    Done,
}

/// The step that the build failed at.
#[derive(Debug)]
pub(super) struct Failed {
    /// `[2/5] RUN make`.
    pub(super) name: String,
    pub(super) error: String,
    pub(super) output: Vec<String>,
}

impl<'a> Steps<'a> {
    pub(super) fn new(listener: Listener<'a>, secrets: &'a Secrets) -> Self {
        Self {
            listener,
            secrets,
            known: HashMap::new(),
            failed: None,
        }
    }

    pub(super) fn began(&mut self, id: &str, name: &str) {
        let step = self.step(id, name);
        if step.state == State::Waiting {
            step.state = State::Working;
            (self.listener)(Update::Began(name));
        }
    }

    pub(super) fn ended(&mut self, id: &str, name: &str, cached: bool) {
        let step = self.step(id, name);
        if step.state != State::Done {
            // One that was begun and then found in the cache has been told of.
            let cached = cached && step.state == State::Waiting;
            step.state = State::Done;
            (self.listener)(Update::Ended { step: name, cached });
        }
    }

    /// The first failure counts; what fails after it does so because the build is being stopped.
    pub(super) fn failed(&mut self, id: &str, name: &str, error: &str) {
        self.ended(id, name, false);
        if self.failed.is_none() && !error.ends_with("context canceled") {
            let tail = self.step(id, name).tail.clone();
            self.failed = Some(Failed {
                name: name.to_owned(),
                error: error.to_owned(),
                output: tail.into_lines(self.secrets),
            });
        }
    }

    pub(super) fn output(&mut self, id: &str, stream: Stream, bytes: &[u8]) {
        if let Some(step) = self.known.get_mut(id) {
            step.tail.push(stream, bytes);
        }
        (self.listener)(Update::Output { id, stream, bytes });
    }

    pub(super) fn moved(&self, id: &str, what: &str, amount: (u64, Option<u64>), done: bool) {
        if let Some(step) = self.known.get(id) {
            let what = &format!("{}: {what}", step.name);
            (self.listener)(Update::Moved { what, amount, done });
        }
    }

    pub(super) fn warn(&self, text: &str) {
        (self.listener)(Update::Warning(text));
    }

    pub(super) fn secrets(&self) -> &Secrets {
        self.secrets
    }

    pub(super) fn into_failed(self) -> Option<Failed> {
        self.failed
    }

    fn step(&mut self, id: &str, name: &str) -> &mut Step {
        self.known.entry(id.to_owned()).or_insert_with(|| Step {
            name: name.to_owned(),
            state: State::Waiting,
            tail: Tail::new(KEPT),
        })
    }
}
