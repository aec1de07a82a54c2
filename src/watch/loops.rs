//! Tells a pipeline that starts itself from a person who saves often.

mod suspects;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::stages::Change;
use crate::service::files::Changed;

/// What changed during a run and would start another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Round(BTreeMap<(Arc<str>, PathBuf), Write>);

/// A file that changed while a stage ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Write {
    /// From the start of the stage to the change.
    pub(super) offset: Duration,
    /// Whether there was no such file before.
    pub(super) added: bool,
}

/// Rounds in a row, and the files that stages were found to write each time.
#[derive(Clone, Debug, Default)]
pub(super) struct Loops {
    rounds: Vec<Round>,
    /// How often the rounds looked like a loop.
    suspicions: usize,
    own: BTreeMap<(Arc<str>, Files), Own>,
}

/// What a stage writes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Files {
    One(PathBuf),
    /// Files of ever new names below a folder.
    NewBelow(PathBuf),
}

/// What is known of files that a stage writes.
#[derive(Clone, Copy, Debug)]
struct Own {
    /// Whether they start no stage at all, as they would come back to this one through others.
    starts_nothing: bool,
    /// Whether they changed while the stage ran last.
    seen: bool,
    /// Whether it came to its end.
    complete: bool,
}

/// What rounds tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It looks like a loop: once nothing runs the next run waits this long. What changes meanwhile
    /// is somebody else's doing.
    Suspect(Duration),
    /// These files change whenever the stage runs, and only then: from now on they are its own.
    Found(BTreeMap<Arc<str>, BTreeSet<PathBuf>>),
}

/// How long runs wait that would confirm a suspicion.
const WAITS: [Duration; 2] = [Duration::from_millis(500), Duration::from_secs(1)];

/// Rounds without an end are forgotten but for the last.
const KEPT: usize = 64;

impl Round {
    pub(super) fn add(&mut self, stage: &Arc<str>, change: &Change, offset: Duration) {
        let added = change.kind == Changed::Added;
        let place = (stage.clone(), change.path.clone());
        self.0.insert(place, Write { offset, added });
    }
}

impl Loops {
    /// Another round.
    pub(super) fn note(&mut self, round: Round) -> Option<Verdict> {
        self.rounds.push(round);
        let extra = self.rounds.len().saturating_sub(KEPT);
        self.rounds.drain(..extra);
        let found = suspects::find(&self.rounds);
        if found.is_empty() {
            return None;
        }
        if let Some(wait) = WAITS.get(self.suspicions) {
            self.suspicions += 1;
            return Some(Verdict::Suspect(*wait));
        }
        let mut told: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for (stage, files) in found {
            let paths = told.entry(stage.clone()).or_default();
            paths.extend(self.told(&stage, &files));
            // That it is known to be its own did not end the loop.
            let starts_nothing = self.own.contains_key(&(stage.clone(), files.clone()));
            let own = Own {
                starts_nothing,
                seen: true,
                complete: false,
            };
            self.own.insert((stage, files), own);
        }
        self.break_off();
        Some(Verdict::Found(told))
    }

    /// A run went by without such a change, or a file changed while none went on.
    pub(super) fn break_off(&mut self) {
        self.rounds.clear();
        self.suspicions = 0;
    }

    /// Whether `stage` was found to write this file itself.
    pub(super) fn is_own(&self, stage: &str, change: &Change) -> bool {
        self.of(stage, change).next().is_some()
    }

    /// Whether that starts nothing at all.
    pub(super) fn starts_nothing(&self, change: &Change) -> bool {
        let mut all = change.during.iter().flat_map(|one| self.of(one, change));
        all.any(|own| own.starts_nothing)
    }

    /// A file changed while these stages ran.
    pub(super) fn see(&mut self, change: &Change) {
        for ((stage, files), own) in &mut self.own {
            own.seen |= change.during.contains(stage) && files.mean(change);
        }
    }

    /// A stage starts: what it did not write although it came to its end is not its own.
    pub(super) fn stage_started(&mut self, stage: &str) {
        self.own.retain(|(known, _), own| {
            let is_it = **known == *stage;
            let kept = !is_it || own.seen || !own.complete;
            if is_it {
                (own.seen, own.complete) = (false, false);
            }
            kept
        });
    }

    pub(super) fn stage_ended(&mut self, stage: &str) {
        for ((known, _), own) in &mut self.own {
            own.complete |= **known == *stage;
        }
    }

    fn of(&self, stage: &str, change: &Change) -> impl Iterator<Item = &Own> {
        let own = self.own.iter();
        own.filter(move |((known, files), _)| **known == *stage && files.mean(change))
            .map(|(_, own)| own)
    }

    /// The files to name to a person.
    fn told(&self, stage: &Arc<str>, files: &Files) -> Vec<PathBuf> {
        let last = match files {
            Files::One(path) => return vec![path.clone()],
            Files::NewBelow(_) => self.rounds.last(),
        };
        let writes = last.into_iter().flat_map(|round| &round.0);
        let added = writes.filter(|((writer, _), write)| writer == stage && write.added);
        added.map(|((_, path), _)| path.clone()).collect()
    }
}

impl Files {
    fn mean(&self, change: &Change) -> bool {
        match self {
            Self::One(path) => *path == change.path,
            Self::NewBelow(folder) => {
                change.kind != Changed::Changed && Path::new(&change.path).starts_with(folder)
            }
        }
    }
}

#[cfg(test)]
mod tests;
