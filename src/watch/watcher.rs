//! Decides what is to be done next.

mod asked;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use super::due::{Due, Ended, Examined, Next, Start};
use super::git::Activity;
use super::loops::{Loops, Round, Verdict};
use super::run::Run;
use super::settle::Settle;
use super::stages::{Change, Concerned, Stages};
use crate::plan::OnBusy;
use crate::service::files;

/// The state of one watch. Time counts from any moment on.
#[derive(Debug)]
pub struct Watcher {
    on_busy: OnBusy,
    stages: Stages,
    settle: Settle,
    activity: Option<Activity>,
    paused: bool,
    due: Due,
    /// Whether a person asked for what is due: then nothing but an effect holds it.
    asked: bool,
    run: Option<Run>,
    /// What ran last, for whoever wants it again.
    last: Due,
    results: BTreeMap<usize, Ended>,
    loops: Loops,
    /// What is due waits until then: it may be due for ever.
    suspect_until: Option<Duration>,
}

impl Watcher {
    /// Begins with everything due, as `why` tells. The first run brings the stages.
    pub fn new(settle: Duration, on_busy: OnBusy, why: &str) -> Self {
        let due = Due::Everything {
            why: why.to_owned(),
            manual: false,
        };
        Self {
            on_busy,
            stages: Stages::default(),
            settle: Settle::new(settle),
            activity: None,
            paused: false,
            last: due.clone(),
            due,
            asked: false,
            run: None,
            results: BTreeMap::new(),
            loops: Loops::default(),
            suspect_until: None,
        }
    }

    pub fn stages(&self) -> &Stages {
        &self.stages
    }

    /// What will run next.
    pub fn due(&self) -> &Due {
        &self.due
    }

    pub fn activity(&self) -> Option<Activity> {
        self.activity
    }

    pub fn is_paused(&self) -> bool {
        self.paused
    }

    pub fn is_running(&self) -> bool {
        self.run.is_some()
    }

    /// The stages that failed when they ran last.
    pub fn failing(&self) -> impl Iterator<Item = &Arc<str>> {
        let failed = self
            .results
            .iter()
            .filter(|(_, ended)| **ended == Ended::Failed);
        failed.map(|(position, _)| self.stages.name(*position))
    }

    /// The stages that run now.
    pub fn running(&self) -> BTreeSet<Arc<str>> {
        let names = self.positions_running();
        names
            .map(|position| self.stages.name(position).clone())
            .collect()
    }

    /// The stages of the run whose turn has certainly not come.
    pub fn waiting(&self) -> BTreeSet<Arc<str>> {
        let waits = |run: &Run| {
            let all = run.started.keys().copied();
            let waiting = all.filter(|position| run.waits(*position, &self.stages));
            waiting
                .map(|position| self.stages.name(position).clone())
                .collect()
        };
        self.run.as_ref().map(waits).unwrap_or_default()
    }

    /// A file was touched.
    pub fn touch(&mut self, now: Duration) {
        self.settle.touch(now);
    }

    pub fn set_activity(&mut self, now: Duration, activity: Option<Activity>) {
        // What git leaves is looked at when it has been quiet after that.
        if self.activity.is_some() && activity.is_none() && self.settle.began().is_some() {
            self.settle.end();
            self.settle.touch(now);
        }
        self.activity = activity;
    }

    pub fn set_paused(&mut self, paused: bool) {
        self.paused = paused;
    }

    /// When [`Watcher::next`] has something to say although nothing happens; `unfinished` tells
    /// whether a file is being written or was just taken away.
    pub fn deadline(&self, unfinished: bool) -> Option<Duration> {
        let suspect = self.suspect_until.filter(|_| !self.due.is_nothing());
        let quiet = self.quiet(unfinished);
        [quiet, suspect.filter(|_| !self.is_held())]
            .into_iter()
            .flatten()
            .min()
    }

    /// When what was touched can be looked at.
    fn quiet(&self, unfinished: bool) -> Option<Duration> {
        self.settle.deadline(unfinished).filter(|_| !self.is_held())
    }

    fn is_held(&self) -> bool {
        self.paused || self.activity.is_some()
    }

    pub fn next(&mut self, now: Duration, unfinished: bool) -> Option<Next> {
        let quiet = self.quiet(unfinished);
        if quiet.is_some_and(|deadline| deadline <= now) {
            return Some(Next::Examine);
        }
        self.suspect_until = self.suspect_until.filter(|until| now < *until);
        let held = self.is_held() || self.suspect_until.is_some();
        if self.due.is_nothing() || held && !self.asked {
            return None;
        }
        if self.run.is_some() {
            return self.interrupt();
        }
        Some(Next::Start(self.start()))
    }

    /// What the files that were touched are now; only what is not as it was.
    pub fn examined(&mut self, now: Duration, changes: &[Change]) -> Examined {
        let began = self.settle.began().unwrap_or(now);
        self.settle.end();
        let mut concerned = self.concerned(changes);
        let mut repeated = None;
        match self.round(changes, &concerned, began) {
            Some((_, Verdict::Suspect(wait))) => self.suspect_until = Some(now + wait),
            Some((stage, Verdict::Found(files))) => {
                repeated = Some((stage, files));
                concerned = self.concerned(changes);
            }
            None => {}
        }
        let concerned = self.stages.with_dependants(concerned);
        let told = concerned.iter();
        let told = told.map(|(position, why)| (self.stages.name(*position).clone(), why.clone()));
        let examined = Examined {
            concerned: told.collect(),
            repeated,
        };
        self.due.add(concerned);
        examined
    }

    /// The script, or something it is made of, is not what it was.
    pub fn reload(&mut self, why: &str) {
        self.settle.end();
        self.loops = Loops::default();
        self.due = Due::Everything {
            why: why.to_owned(),
            manual: false,
        };
    }

    /// The run that was started has read the script, and these are its stages; those `chosen` will
    /// have their turn.
    pub fn loaded(&mut self, stages: Stages, chosen: &[Arc<str>]) {
        let old = std::mem::replace(&mut self.stages, stages);
        let moved = |position: usize| self.stages.position(old.name(position));
        self.results = std::mem::take(&mut self.results)
            .into_iter()
            .filter_map(|(position, ended)| Some((moved(position)?, ended)))
            .collect();
        let move_due = |due: &Due| match due {
            Due::Stages(stages) => Due::Stages(
                stages
                    .iter()
                    .filter_map(|(position, why)| Some((moved(*position)?, why.clone())))
                    .collect(),
            ),
            everything @ Due::Everything { .. } => everything.clone(),
        };
        self.due = move_due(&self.due);
        self.last = move_due(&self.last);
        if let Some(run) = &mut self.run {
            run.due = move_due(&run.due);
            let positions = chosen.iter().filter_map(|name| self.stages.position(name));
            run.started = positions.map(|position| (position, None)).collect();
        }
    }

    pub fn stage_started(&mut self, now: Duration, name: &str) {
        if let Some(position) = self.stages.position(name)
            && let Some(run) = &mut self.run
        {
            run.started.insert(position, Some(now));
        }
    }

    pub fn stage_ended(&mut self, name: &str, ended: Ended) {
        if let Some(position) = self.stages.position(name)
            && let Some(run) = &mut self.run
        {
            run.ended.insert(position, ended);
            if ended != Ended::Dropped {
                self.results.insert(position, ended);
            }
        }
    }

    /// The run is over, and nothing of it is left. What it did not come to, because it was told to
    /// stop, stays due.
    pub fn run_ended(&mut self) {
        let Some(run) = self.run.take() else {
            return;
        };
        if run.told.is_some() && !self.due.is_nothing() {
            match run.left() {
                Due::Stages(left) => self.due.add(left),
                everything @ Due::Everything { .. } => self.due = everything,
            }
        }
        // What was touched meanwhile may yet turn out to start it again.
        if self.due.is_nothing() && self.settle.began().is_none() {
            self.loops.break_off();
        }
    }

    fn positions_running(&self) -> impl Iterator<Item = usize> {
        self.run.iter().flat_map(Run::running)
    }

    fn concerned(&self, changes: &[Change]) -> Concerned {
        let mut concerned: BTreeMap<usize, Vec<files::Change>> = BTreeMap::new();
        for change in changes {
            let found = self
                .stages
                .concerned(change, |stage, path| self.loops.is_own(stage, path));
            for position in found {
                concerned.entry(position).or_default().push(files::Change {
                    path: change.path.clone(),
                    kind: change.kind,
                });
            }
        }
        let told = concerned.into_iter();
        told.map(|(position, changes)| (position, files::describe(&changes)))
            .collect()
    }

    /// Notes what changed during a run and starts another.
    fn round(
        &mut self,
        changes: &[Change],
        concerned: &Concerned,
        began: Duration,
    ) -> Option<(Arc<str>, Verdict)> {
        if concerned.is_empty() {
            if self.run.is_none() && self.due.is_nothing() {
                self.loops.break_off();
            }
            return None;
        }
        let Some(stage) = changes.iter().find_map(|change| change.during.first()) else {
            self.loops.break_off();
            self.suspect_until = None;
            return None;
        };
        let stage = stage.clone();
        let run = self.run.as_ref();
        let started = run.and_then(|run| run.start_of(&stage, &self.stages));
        let during = changes.iter().filter(|change| !change.during.is_empty());
        let verdict = self.loops.note(Round {
            stage: stage.clone(),
            paths: during.map(|change| change.path.clone()).collect(),
            offset: began.saturating_sub(started.unwrap_or(began)),
        })?;
        Some((stage, verdict))
    }

    /// What the run is told of what is due, unless it was already.
    fn interrupt(&mut self) -> Option<Next> {
        let policy = if self.asked {
            OnBusy::Restart
        } else {
            let own = |position| self.stages.on_busy(position).unwrap_or(self.on_busy);
            self.positions_running()
                .map(own)
                .max()
                .unwrap_or(self.on_busy)
        };
        let run = self.run.as_mut()?;
        let next = match policy {
            OnBusy::Restart => Next::Stop,
            OnBusy::Wait => Next::Drain,
            OnBusy::Queue => return None,
        };
        // To stop is more than to let end, and each is said once.
        if run.told.is_some_and(|told| told <= policy) {
            return None;
        }
        run.told = Some(policy);
        Some(next)
    }

    fn start(&mut self) -> Start {
        let due = std::mem::take(&mut self.due);
        let force = std::mem::take(&mut self.asked);
        let settled = match &due {
            Due::Everything { .. } => Vec::new(),
            Due::Stages(stages) => {
                let all = self.stages.with_needs(stages.keys().copied());
                let holds = |position: &usize| {
                    !stages.contains_key(position)
                        && matches!(
                            self.results.get(position),
                            Some(Ended::Passed | Ended::Held)
                        )
                };
                let settled = all.into_iter().filter(holds);
                settled
                    .map(|position| self.stages.name(position).clone())
                    .collect()
            }
        };
        self.last = due.clone();
        self.run = Some(Run::new(due.clone()));
        Start {
            due,
            force,
            settled,
        }
    }
}

#[cfg(test)]
mod tests;
