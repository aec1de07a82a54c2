//! Which stage can start when, as pure state: no threads, no clock.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use crate::plan::Stage;

/// The stages of one run, by their position in its order.
#[derive(Debug)]
pub(super) struct Queue {
    /// Of each stage, the needs that are part of the run.
    needs: Vec<Vec<usize>>,
    dependants: Vec<Vec<usize>>,
    always: Vec<bool>,
    /// How many needs of each are not over.
    missing: Vec<usize>,
    ends: Vec<Option<End>>,
    /// All whose needs are over, first in order first.
    ready: BTreeSet<usize>,
    running: usize,
    stopped: bool,
}

/// What became of a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// What needs it can run: it passed, its earlier result was kept, or its failure is allowed.
    Passed,
    Skipped,
    /// It came to an effect that does not happen.
    Held,
    Failed,
    /// It was stopped before its end.
    Cancelled,
    /// It never started, because of another's failure or an interrupt.
    Dropped,
}

/// What to do with a stage whose turn it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    Start(usize),
    /// A need of it was skipped.
    Skip {
        stage: usize,
        need: usize,
    },
    /// A need of it was held.
    Hold {
        stage: usize,
        need: usize,
    },
    /// It is not to start any more: because of a need, or because the run was stopped.
    Drop {
        stage: usize,
        need: Option<usize>,
    },
}

impl Queue {
    /// `stages` in the order of the run: each after all it needs. Needs outside of it count as met.
    pub(super) fn new(stages: &[&Stage]) -> Self {
        let positions: HashMap<&Arc<str>, usize> = stages
            .iter()
            .enumerate()
            .map(|(position, stage)| (&stage.name, position))
            .collect();
        let needs: Vec<Vec<usize>> = stages
            .iter()
            .map(|stage| {
                let needs = stage.needs.iter();
                let known: BTreeSet<_> = needs
                    .filter_map(|need| positions.get(&need.stage).copied())
                    .collect();
                known.into_iter().collect()
            })
            .collect();
        let mut dependants = vec![Vec::new(); stages.len()];
        for (position, needs) in needs.iter().enumerate() {
            for need in needs {
                dependants[*need].push(position);
            }
        }
        let missing: Vec<_> = needs.iter().map(Vec::len).collect();
        Self {
            ready: (0..stages.len())
                .filter(|index| missing[*index] == 0)
                .collect(),
            always: stages.iter().map(|stage| stage.always).collect(),
            ends: vec![None; stages.len()],
            needs,
            dependants,
            missing,
            running: 0,
            stopped: false,
        }
    }

    /// The next turn, unless nothing can be done before something ends. A stage that is started is
    /// running from now on, the others are over.
    pub(super) fn next(&mut self, jobs: usize) -> Option<Turn> {
        let stage = *self.ready.first()?;
        let turn = self.turn(stage);
        match turn {
            Turn::Start(_) if self.running >= jobs => return None,
            Turn::Start(_) => {
                self.ready.remove(&stage);
                self.running += 1;
            }
            Turn::Skip { .. } => self.over(stage, End::Skipped),
            Turn::Hold { .. } => self.over(stage, End::Held),
            Turn::Drop { .. } => self.over(stage, End::Dropped),
        }
        Some(turn)
    }

    fn turn(&self, stage: usize) -> Turn {
        if self.always[stage] {
            return Turn::Start(stage);
        }
        let need = |wanted: End| {
            let mut needs = self.needs[stage].iter().copied();
            needs.find(|need| self.ends[*need] == Some(wanted))
        };
        // What happened first is what is told.
        let ends = [End::Failed, End::Cancelled, End::Dropped];
        let need_dropped = ends.into_iter().find_map(need);
        if self.stopped || need_dropped.is_some() {
            return Turn::Drop {
                stage,
                need: need_dropped,
            };
        }
        if let Some(need) = need(End::Held) {
            return Turn::Hold { stage, need };
        }
        match need(End::Skipped) {
            Some(need) => Turn::Skip { stage, need },
            None => Turn::Start(stage),
        }
    }

    /// A stage that was started has ended.
    pub(super) fn ended(&mut self, stage: usize, end: End) {
        self.running -= 1;
        self.over(stage, end);
    }

    fn over(&mut self, stage: usize, end: End) {
        self.ready.remove(&stage);
        self.ends[stage] = Some(end);
        for dependant in &self.dependants[stage] {
            self.missing[*dependant] -= 1;
            if self.missing[*dependant] == 0 {
                self.ready.insert(*dependant);
            }
        }
    }

    /// From now on only stages that always run are started.
    pub(super) fn stop(&mut self) {
        self.stopped = true;
    }

    /// Whether anything else could start while a stage that starts now runs.
    pub(super) fn is_lone(&self) -> bool {
        self.running == 1 && self.ready.is_empty()
    }

    pub(super) fn end(&self, stage: usize) -> Option<End> {
        self.ends[stage]
    }

    pub(super) fn count(&self, wanted: End) -> usize {
        self.ends.iter().filter(|end| **end == Some(wanted)).count()
    }
}

#[cfg(test)]
mod tests;
