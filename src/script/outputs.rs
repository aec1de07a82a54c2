//! Results of stages, as one that needs them may read them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

/// The results of a stage's needs, and behind them those of theirs, which all who need them share.
#[derive(Clone, Debug, Default)]
pub struct Outputs {
    results: BTreeMap<Arc<str>, Value>,
    behind: Vec<Arc<Outputs>>,
}

impl Outputs {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn insert(&mut self, stage: Arc<str>, result: Value) {
        self.results.insert(stage, result);
    }

    /// Lets what `other` has be found as well.
    pub fn reach(&mut self, other: Arc<Outputs>) {
        self.behind.push(other);
    }

    pub fn get(&self, stage: &str) -> Option<&Value> {
        // What a stage needs itself is asked for far more often than what lies behind.
        let own = self.results.get(stage);
        own.or_else(|| {
            self.all()
                .into_iter()
                .find_map(|outputs| outputs.results.get(stage))
        })
    }

    /// All stages of which there is a result.
    pub fn stages(&self) -> BTreeSet<&str> {
        let all = self.all().into_iter();
        all.flat_map(|outputs| outputs.results.keys().map(|stage| &**stage))
            .collect()
    }

    /// This and everything behind it, once.
    fn all(&self) -> Vec<&Self> {
        let mut seen = BTreeSet::new();
        let mut all = vec![self];
        let mut next = 0;
        while let Some(outputs) = all.get(next).copied() {
            let behind = outputs.behind.iter();
            all.extend(
                behind
                    .filter(|outputs| seen.insert(Arc::as_ptr(outputs)))
                    .map(|outputs| &**outputs),
            );
            next += 1;
        }
        all
    }
}
