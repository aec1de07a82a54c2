//! Effects of an earlier run that are not to happen again.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

/// What calls gave that left the machine, to be given again in their place; clones share it.
#[derive(Clone, Debug, Default)]
pub struct Replay {
    /// The run it happened in.
    pub run: i64,
    done: Arc<Mutex<BTreeMap<Key, Vec<Value>>>>,
}

/// The stage, the action and the identity of its options.
type Key = (String, String, String);

impl Replay {
    pub fn new(run: i64) -> Self {
        Self {
            run,
            done: Arc::default(),
        }
    }

    /// Notes a call that passed; of equal ones the first noted is the first given.
    pub fn note(&self, stage: &str, action: &str, options: &str, result: Value) {
        let key = (stage.to_owned(), action.to_owned(), options.to_owned());
        let mut done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
        done.entry(key).or_default().push(result);
    }

    /// What such a call gave, once for each time it was made.
    pub fn take(&self, stage: &str, action: &str, options: &str) -> Option<Value> {
        let key = (stage.to_owned(), action.to_owned(), options.to_owned());
        let mut done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
        let results = done.get_mut(&key).filter(|results| !results.is_empty())?;
        Some(results.remove(0))
    }
}
