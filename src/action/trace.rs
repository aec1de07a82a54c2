//! What one attempt at a stage touched: by this a later run knows whether it would do the same.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::effect::Effect;

/// Notes of one attempt; clones share them.
#[derive(Clone, Debug, Default)]
pub struct Trace(Arc<Mutex<Noted>>);

#[derive(Debug, Default)]
struct Noted {
    readings: BTreeSet<Reading>,
    effect: Option<Effect>,
    made_up: bool,
}

/// Something from outside that a stage asked for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reading {
    /// A name of the environment.
    Environment(String),
    /// `--param NAME=…`.
    Parameter(String),
    /// What git says: `branch`, `sha`, `tag` or `is_dirty`.
    Git(&'static str),
    /// Whether a file that these globs match has changed on this branch.
    Changed(Vec<String>),
}

impl Trace {
    pub fn read(&self, reading: Reading) {
        self.lock().readings.insert(reading);
    }

    pub fn reach(&self, effect: Effect) {
        let mut noted = self.lock();
        noted.effect = noted.effect.max(Some(effect));
    }

    /// Something made up was used, or something was done against stand-ins.
    pub fn invent(&self) {
        self.lock().made_up = true;
    }

    pub fn is_made_up(&self) -> bool {
        self.lock().made_up
    }

    pub fn readings(&self) -> BTreeSet<Reading> {
        self.lock().readings.clone()
    }

    /// The furthest effect; none if no action was called.
    pub fn effect(&self) -> Option<Effect> {
        self.lock().effect
    }

    fn lock(&self) -> MutexGuard<'_, Noted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
