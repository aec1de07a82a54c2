//! A build's progress as events.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::action::{Context, Outlet};
use crate::event::{Progress, Stream};
use crate::service::engine::Update;

/// A step's name is cut here: a here-document is all part of it.
const LONGEST: usize = 100;

pub(super) struct Show<'a> {
    context: &'a Context,
    /// Steps are worked on side by side, each with an output of its own.
    outlets: Mutex<BTreeMap<String, Outlet>>,
}

impl<'a> Show<'a> {
    pub(super) fn new(context: &'a Context) -> Self {
        Self {
            context,
            outlets: Mutex::default(),
        }
    }

    fn output(&self, step: &str, stream: Stream, bytes: &[u8]) {
        let mut outlets = self.outlets.lock().unwrap_or_else(PoisonError::into_inner);
        let outlet = outlets
            .entry(step.to_owned())
            .or_insert_with(|| self.context.outlet());
        outlet.push(stream, bytes);
    }

    pub(super) fn update(&self, update: &Update<'_>) {
        match update {
            Update::Began(step) => {
                let step = self.short(step);
                if !is_internal(&step) {
                    self.context.say(&step);
                }
                self.progress(step, None, false);
            }
            Update::Ended { step, cached } => {
                let step = self.short(step);
                if *cached && !is_internal(&step) {
                    // Whether an engine looks at a base image before it finds that it has it is
                    // chance.
                    let base = step.contains("] FROM ");
                    let cached = if base { "" } else { " (cached)" };
                    self.context.say(format!("{step}{cached}"));
                }
                self.progress(step, None, true);
            }
            Update::Output { id, stream, bytes } => self.output(id, *stream, bytes),
            Update::Moved { what, amount, done } => {
                let total = amount.1.map(|total| (amount.0, total));
                self.progress(self.short(what), total, *done);
            }
            Update::Warning(text) => self.context.warn(*text),
        }
    }

    fn short(&self, step: &str) -> String {
        let step = self.context.secrets.mask(step);
        let line = step.lines().next().unwrap_or_default();
        match line.char_indices().nth(LONGEST) {
            Some((end, _)) => format!("{}…", &line[..end]),
            None => line.to_owned(),
        }
    }

    fn progress(&self, label: String, amount: Option<(u64, u64)>, done: bool) {
        self.context.progress(Progress {
            label,
            amount,
            done,
        });
    }
}

/// What an engine does around the Dockerfile's own steps.
fn is_internal(step: &str) -> bool {
    !step.starts_with('[') || step.starts_with("[internal]") || step.starts_with("[auth]")
}
