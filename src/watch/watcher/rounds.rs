//! What changes come to, and whether the stages themselves make them again and again.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::Watcher;
use crate::service::files;
use crate::watch::loops::{Round, Verdict};
use crate::watch::stages::{Change, Concerned};

/// What is due may be so for ever: it waits.
#[derive(Clone, Copy, Debug)]
pub(super) enum Suspicion {
    /// So long, from when nothing runs.
    Of(Duration),
    Until(Duration),
}

/// The changes that concern anything, each with the stages that it does.
pub(super) struct Found<'a>(Vec<(&'a Change, Vec<usize>)>);

impl Found<'_> {
    /// The stages that they concern directly.
    pub(super) fn concerned(&self) -> Concerned {
        let mut concerned: BTreeMap<usize, Vec<files::Change>> = BTreeMap::new();
        for (change, stages) in &self.0 {
            for position in stages {
                let changes = concerned.entry(*position).or_default();
                changes.push(plain(change));
            }
        }
        let told = concerned.into_iter();
        told.map(|(position, changes)| (position, files::describe(&changes)))
            .collect()
    }

    pub(super) fn paths(&self) -> BTreeSet<PathBuf> {
        let changes = self.0.iter();
        changes.map(|(change, _)| change.path.clone()).collect()
    }

    /// What changed of the script, if anything did.
    pub(super) fn script(&self) -> Option<String> {
        let script = self.0.iter().filter(|(change, _)| change.script);
        let script: Vec<_> = script.map(|(change, _)| plain(change)).collect();
        (!script.is_empty()).then(|| files::describe(&script))
    }
}

impl Watcher {
    pub(super) fn found<'a>(&self, changes: &'a [Change]) -> Found<'a> {
        let found = changes.iter().filter_map(|change| {
            if self.loops.starts_nothing(change) {
                return None;
            }
            let is_own = |stage: &str| self.loops.is_own(stage, change);
            // A script that is made by what it describes is not read again for that.
            if change.script && change.during.iter().any(|stage| is_own(stage)) {
                return None;
            }
            let stages = self.stages.concerned(change, is_own);
            (change.script || !stages.is_empty()).then_some((change, stages))
        });
        Found(found.collect())
    }

    /// Notes what changed during a run and starts another. Gives what turned out to start itself.
    pub(super) fn round(
        &mut self,
        found: &Found<'_>,
        began: Duration,
    ) -> Vec<(Arc<str>, BTreeSet<PathBuf>)> {
        if found.0.is_empty() {
            if self.run.is_none() && self.due.is_nothing() {
                self.loops.break_off();
            }
            return Vec::new();
        }
        if found.0.iter().any(|(change, _)| change.during.is_empty()) {
            self.loops.break_off();
            self.suspicion = None;
            return Vec::new();
        }
        let mut round = Round::default();
        for (change, stages) in &found.0 {
            for writer in self.writers(change, stages) {
                let run = self.run.as_ref();
                let started = run.and_then(|run| run.start_of(writer, &self.stages));
                let offset = began.saturating_sub(started.unwrap_or(began));
                round.add(writer, change, offset);
            }
        }
        match self.loops.note(round) {
            Some(Verdict::Suspect(wait)) => {
                self.suspicion = Some(Suspicion::Of(wait));
                Vec::new()
            }
            Some(Verdict::Found(found)) => found.into_iter().collect(),
            None => Vec::new(),
        }
    }

    /// The stages that most likely wrote a file: of those that ran, the ones that it starts, and
    /// first those that have not asked for it.
    fn writers<'a>(&self, change: &'a Change, concerned: &[usize]) -> Vec<&'a Arc<str>> {
        let of = |accepted: &dyn Fn(usize) -> bool| -> Vec<_> {
            let during = change.during.iter();
            let fits = |name: &&Arc<str>| self.stages.position(name).is_some_and(accepted);
            during.filter(fits).collect()
        };
        let unasked = of(&|stage| concerned.contains(&stage) && !self.stages.has_inputs(stage));
        if !unasked.is_empty() {
            return unasked;
        }
        let own = of(&|stage| concerned.contains(&stage));
        if own.is_empty() {
            change.during.iter().collect()
        } else {
            own
        }
    }

    pub(super) fn is_suspect(&mut self, now: Duration) -> bool {
        if let Some(Suspicion::Of(wait)) = self.suspicion {
            self.suspicion = Some(Suspicion::Until(now + wait));
        }
        let ends = self.suspicion_ends();
        if ends.is_some_and(|until| until <= now) {
            self.suspicion = None;
        }
        self.suspicion.is_some()
    }

    pub(super) fn suspicion_ends(&self) -> Option<Duration> {
        match self.suspicion {
            Some(Suspicion::Until(until)) => Some(until),
            _ => None,
        }
    }
}

fn plain(change: &Change) -> files::Change {
    files::Change {
        path: change.path.clone(),
        kind: change.kind,
    }
}
