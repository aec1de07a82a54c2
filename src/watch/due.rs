//! What is to run, and what the driver of a watch is told.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use super::stages::Concerned;

/// What is to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Due {
    /// These; each with its why, which completes “ran: …”.
    Stages(BTreeMap<usize, String>),
    /// All stages that there are once the script is read again, and why; those too that only a
    /// person starts, if one did.
    Everything { why: String, manual: bool },
}

/// How a stage's part in a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Or an earlier success holds.
    Passed,
    Failed,
    /// It came to an effect that does not happen here.
    Held,
    /// It was not its turn, or not its time.
    Dropped,
}

/// What the driver is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// Look at the files that were touched, and tell [`Watcher::examined`].
    Examine,
    Start(Start),
    /// Let the run stop, by its [`Brake`](super::Brake).
    Stop,
    /// Let the run's running stages end, and start no other.
    Drain,
}

/// A run to start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Start {
    pub due: Due,
    /// Whether stages run although nothing they depend on has changed.
    pub force: bool,
    /// Stages that those due need, and whose last end still holds.
    pub settled: Vec<Arc<str>>,
}

/// What an examination came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Examined {
    /// The stages that will run because of it.
    pub concerned: Vec<(Arc<str>, String)>,
    /// A stage that starts itself again and again, and the files it writes.
    pub repeated: Option<(Arc<str>, BTreeSet<PathBuf>)>,
}

impl Default for Due {
    fn default() -> Self {
        Self::Stages(BTreeMap::new())
    }
}

impl Due {
    pub fn is_nothing(&self) -> bool {
        matches!(self, Self::Stages(stages) if stages.is_empty())
    }

    pub(super) fn add(&mut self, stages: Concerned) {
        if let Self::Stages(due) = self {
            for (position, why) in stages {
                due.entry(position).or_insert(why);
            }
        }
    }
}
