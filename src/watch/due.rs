//! What is to run, and what the driver of a watch is told.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use super::stages::Concerned;

/// What is to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Due {
    /// These; each with its why, which completes “ran: …”.
    Stages(Concerned),
    /// All stages that there are once the script is read again, and why.
    Everything {
        why: String,
        /// Those too that only a person starts, if one did.
        manual: bool,
        /// Those that are due in any case: while the script is wrong, as the last one that was
        /// right has them.
        rest: Concerned,
    },
}

/// How a stage's part in a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Or an earlier success holds.
    Passed,
    Failed,
    /// It came to an effect that does not happen here.
    Held,
    /// It was not to run: its `when` says so, or a stage it needs was skipped.
    Skipped,
    /// It was to run and did not, or not to its end.
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
    /// Let the run go on to its end: another follows.
    Queue,
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
    /// The files that concern any of them, or the script.
    pub paths: BTreeSet<PathBuf>,
    /// Whether the script, or something it is made of, is among them.
    pub script: bool,
    /// Stages that start themselves or each other again and again, and the files they write.
    pub repeated: Vec<(Arc<str>, BTreeSet<PathBuf>)>,
}

impl Default for Due {
    fn default() -> Self {
        Self::Stages(Concerned::new())
    }
}

impl Due {
    pub fn is_nothing(&self) -> bool {
        matches!(self, Self::Stages(stages) if stages.is_empty())
    }

    /// The stages that are due by name, with or without the others.
    pub fn stages(&self) -> &Concerned {
        match self {
            Self::Stages(stages) => stages,
            Self::Everything { rest, .. } => rest,
        }
    }

    fn stages_mut(&mut self) -> &mut Concerned {
        match self {
            Self::Stages(stages) => stages,
            Self::Everything { rest, .. } => rest,
        }
    }

    pub(super) fn add(&mut self, stages: Concerned) {
        let due = self.stages_mut();
        for (position, why) in stages {
            due.entry(position).or_insert(why);
        }
    }

    /// Adds all that another has.
    pub(super) fn add_due(&mut self, other: Self) {
        match other {
            Self::Stages(stages) => self.add(stages),
            Self::Everything { why, manual, rest } => {
                self.add(rest);
                self.add_everything(&why, manual);
            }
        }
    }

    /// Makes everything due; what is due already stays so.
    pub(super) fn add_everything(&mut self, why: &str, manual: bool) {
        let was_manual = matches!(self, Self::Everything { manual: true, .. });
        *self = Self::Everything {
            why: why.to_owned(),
            manual: manual || was_manual,
            rest: std::mem::take(self.stages_mut()),
        };
    }

    /// The same where stages stand elsewhere now, or nowhere.
    pub(super) fn moved(&self, moved: impl Fn(usize) -> Option<usize>) -> Self {
        let stages = moved_all(self.stages(), moved);
        match self {
            Self::Stages(_) => Self::Stages(stages),
            Self::Everything { why, manual, .. } => Self::Everything {
                why: why.clone(),
                manual: *manual,
                rest: stages,
            },
        }
    }
}

pub(super) fn moved_all(stages: &Concerned, moved: impl Fn(usize) -> Option<usize>) -> Concerned {
    let stages = stages.iter();
    let moved = stages.filter_map(|(position, why)| Some((moved(*position)?, why.clone())));
    moved.collect()
}
