//! What runs of the same watch share.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;

use super::Cache;
use crate::cancel::Cancel;
use crate::journal::Recorder;

/// How a stage ended that need not run again.
#[derive(Clone, Debug, PartialEq)]
pub enum Settled {
    Passed(Value),
    /// What it would have done.
    Held(String),
}

impl Cache {
    /// For the next run of the same watch: what is open stays so, and what is known of files is
    /// known until it is [forgotten](Self::forget_but).
    #[must_use]
    pub fn again(
        &self,
        recorder: Recorder,
        force: bool,
        settled: HashMap<Arc<str>, Settled>,
    ) -> Self {
        Self {
            recorder: Some(recorder),
            force,
            resumed: None,
            settled,
            left_out: None,
            goes_on: true,
            opened: self.opened.clone(),
            key: self.key.clone(),
        }
    }

    /// Forgets what the files are like in all folders that `same` does not tell to be as they were;
    /// a folder is a path from the root that ends with `/`, or is empty.
    pub fn forget_but(&self, same: impl Fn(&[u8]) -> bool) {
        if let Some(Some(opened)) = self.opened.get() {
            opened.files.forget_but(same);
        }
    }

    /// Looks at the files that a later run will ask about.
    pub fn look_ahead<'a>(&self, inputs: impl Iterator<Item = &'a [String]>, cancel: &Cancel) {
        if let Some(Some(opened)) = self.opened.get() {
            for globs in inputs.filter(|globs| !globs.is_empty()) {
                // Whoever needs it will say why it cannot be read.
                let _ = opened.files.fingerprint(globs, cancel);
            }
        }
    }

    /// Lets later runs know which files they need not read, once the last run of a watch is over.
    pub fn close_watch(&self) {
        self.write_index();
    }
}
