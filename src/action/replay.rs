//! Effects of an earlier run that are not to happen again.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;

/// What calls gave that left the machine, to be given again in their place; clones share it.
#[derive(Clone, Debug, Default)]
pub struct Replay {
    done: Arc<Mutex<BTreeMap<Key, VecDeque<Done>>>>,
}

/// The stage, the action and the identity of its options.
type Key = (String, String, String);

/// A call that was made.
#[derive(Clone, Debug, PartialEq)]
pub struct Done {
    /// The run it happened in.
    pub run: i64,
    /// Nothing where it held a secret, which is not kept.
    pub result: Option<Value>,
}

impl Replay {
    /// Notes a call that passed; of equal ones the first noted is the first given.
    pub fn note(&self, stage: &str, action: &str, options: &str, done: Done) {
        let key = (stage.to_owned(), action.to_owned(), options.to_owned());
        self.lock().entry(key).or_default().push_back(done);
    }

    /// What such a call gave, once for each time it was made; again and again where that is lost, as
    /// the call is not to be made either.
    pub fn take(&self, stage: &str, action: &str, options: &str) -> Option<Done> {
        let key = (stage.to_owned(), action.to_owned(), options.to_owned());
        let mut done = self.lock();
        let calls = done.get_mut(&key)?;
        match calls.front() {
            Some(first) if first.result.is_none() => Some(first.clone()),
            _ => calls.pop_front(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Key, VecDeque<Done>>> {
        self.done.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
