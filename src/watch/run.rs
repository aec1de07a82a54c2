//! The run that goes on, as far as it is known.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use super::due::{Due, Ended};
use super::stages::{Concerned, Stages};
use crate::plan::OnBusy;

#[derive(Debug)]
pub(super) struct Run {
    pub(super) due: Due,
    /// The stages that keep what they came to before.
    pub(super) settled: Vec<Arc<str>>,
    /// All stages of the run, and when each started; none before the script was read.
    pub(super) started: BTreeMap<usize, Option<Duration>>,
    pub(super) ended: BTreeMap<usize, Ended>,
    /// What it was told already.
    pub(super) told: Option<OnBusy>,
}

/// The why of a stage that was to run and did not.
const LEFT: &str = "its turn did not come";

impl Run {
    pub(super) fn new(due: Due, settled: Vec<Arc<str>>) -> Self {
        Self {
            due,
            settled,
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

    /// Whether the turn of a stage has certainly not come: what it needs is not over, or as many
    /// run as there are `jobs`.
    pub(super) fn waits(&self, position: usize, stages: &Stages, jobs: usize) -> bool {
        let over =
            |need: usize| !self.started.contains_key(&need) || self.ended.contains_key(&need);
        self.started.get(&position) == Some(&None)
            && !self.ended.contains_key(&position)
            && (stages.waits(position, over) || self.running().count() >= jobs)
    }

    /// The stages whose turn comes only when one is over that runs now: all that is known of files
    /// is forgotten then.
    pub(super) fn following(&self, stages: &Stages, jobs: usize) -> BTreeSet<usize> {
        let running: BTreeSet<_> = self.running().collect();
        let mut following = BTreeSet::new();
        for position in self.started.keys().copied() {
            let mut needs = stages.needs(position).iter();
            let follows = running.len() >= jobs
                || needs.any(|need| running.contains(need) || following.contains(need));
            if follows && self.waits(position, stages, jobs) {
                following.insert(position);
            }
        }
        following
    }

    /// Whether a stage may be in the middle of its turn.
    pub(super) fn may_run(&self, position: usize, stages: &Stages, jobs: usize) -> bool {
        self.started.contains_key(&position)
            && !self.ended.contains_key(&position)
            && !self.waits(position, stages, jobs)
    }

    /// Whether it was told to end before its time.
    pub(super) fn is_cut_short(&self) -> bool {
        matches!(self.told, Some(OnBusy::Restart | OnBusy::Wait))
    }

    /// What was due and did not come to a good end in a run that was cut short.
    pub(super) fn left(mut self) -> Due {
        let ended = std::mem::take(&mut self.ended);
        // What failed may have been stopped in the middle.
        let failed_is_left = self.told == Some(OnBusy::Restart);
        let is_left = |position: &usize| match ended.get(position) {
            Some(Ended::Passed | Ended::Held | Ended::Skipped) => false,
            Some(Ended::Failed) => failed_is_left,
            Some(Ended::Dropped) | None => true,
        };
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

    /// What did not have its turn in a run that came to its end, but for what waits for a stage
    /// that failed: that runs when the other does.
    pub(super) fn dropped(&self, stages: &Stages) -> Concerned {
        if self.started.is_empty() {
            return self.due.stages().clone();
        }
        let mut blocked = BTreeMap::new();
        let mut dropped = Concerned::new();
        for position in self.started.keys().copied() {
            let end = self.ended.get(&position);
            let mut needs = stages.needs(position).iter();
            let is_blocked = end == Some(&Ended::Failed)
                || end != Some(&Ended::Passed)
                    && needs.any(|need| blocked.get(need).is_some_and(|is| *is));
            blocked.insert(position, is_blocked);
            if matches!(end, Some(Ended::Dropped) | None) && !is_blocked {
                dropped.insert(position, LEFT.to_owned());
            }
        }
        dropped
    }

    /// When a stage started.
    pub(super) fn start_of(&self, name: &Arc<str>, stages: &Stages) -> Option<Duration> {
        *self.started.get(&stages.position(name)?)?
    }
}
