//! Stages as pure data: what they need, in which order they can run, and which of them do.

mod order;
mod select;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::failure::Place;

pub use order::{order, problems};
pub use select::select;

/// What a script declared, in the order it did.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    pub stages: Vec<Stage>,
}

/// One stage without its body, which only the script can run.
#[derive(Clone, Debug)]
pub struct Stage {
    pub name: Arc<str>,
    /// The comment above its declaration; empty if there is none.
    pub doc: String,
    pub needs: Vec<Need>,
    pub when: When,
    /// Set above the process environment while the stage runs.
    pub environment: BTreeMap<String, String>,
    pub timeout: Option<Duration>,
    /// Where it was declared.
    pub place: Option<Place>,
}

/// A stage that has to pass first.
#[derive(Clone, Debug)]
pub struct Need {
    pub stage: Arc<str>,
    pub place: Option<Place>,
}

/// Whether a stage is to run, as far as it is known before the run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum When {
    Always,
    /// Completes “skipped: …”.
    Never(String),
    /// A closure of the script decides when its turn comes.
    Asked,
}

impl Plan {
    pub fn find(&self, name: &str) -> Option<&Stage> {
        self.stages.iter().find(|stage| &*stage.name == name)
    }
}
