//! The run that goes on, as far as it is known.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::due::{Due, Ended};
use super::stages::Stages;
use crate::plan::OnBusy;

#[derive(Debug)]
pub(super) struct Run {
    pub(super) due: Due,
    /// All stages of the run, and when each started; none before the script was read.
    pub(super) started: BTreeMap<usize, Option<Duration>>,
    pub(super) ended: BTreeMap<usize, Ended>,
    /// What it was told already.
    pub(super) told: Option<OnBusy>,
}

impl Run {
    pub(super) fn new(due: Due) -> Self {
        Self {
            due,
            started: BTreeMap::new(),
            ended: BTreeMap::new(),
            told: None,
        }
    }

    pub(super) fn running(&self) -> impl Iterator<Item = usize> {
        let started = self.started.iter();
        let running =
            started.filter(|(position, at)| at.is_some() && !self.ended.contains_key(position));
        running.map(|(position, _)| *position)
    }

    /// Whether the turn of a stage has certainly not come: what it needs is not over.
    pub(super) fn waits(&self, position: usize, stages: &Stages) -> bool {
        let over =
            |need: usize| !self.started.contains_key(&need) || self.ended.contains_key(&need);
        self.started.get(&position) == Some(&None)
            && !self.ended.contains_key(&position)
            && stages.waits(position, over)
    }

    /// What was due and did not come to a good end.
    pub(super) fn left(mut self) -> Due {
        let ended = std::mem::take(&mut self.ended);
        // What failed may have been stopped in the middle.
        let is_left =
            |position: &usize| !matches!(ended.get(position), Some(Ended::Passed | Ended::Held));
        match self.due {
            Due::Stages(mut stages) => {
                stages.retain(|position, _| is_left(position));
                Due::Stages(stages)
            }
            Due::Everything { .. } if self.started.is_empty() => self.due,
            Due::Everything { why, .. } => {
                let all = self.started.into_keys().filter(is_left);
                Due::Stages(all.map(|position| (position, why.clone())).collect())
            }
        }
    }

    /// When a stage started.
    pub(super) fn start_of(&self, name: &Arc<str>, stages: &Stages) -> Option<Duration> {
        *self.started.get(&stages.position(name)?)?
    }
}
