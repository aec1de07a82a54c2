//! Decides what is to be done next.

mod asked;
mod busy;
mod rounds;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use super::due::{Due, Ended, Examined, Next, Start, moved_all};
use super::git::Activity;
use super::loops::Loops;
use super::run::Run;
use super::settle::Settle;
use super::stages::{Change, Concerned, Stages};
use crate::plan::OnBusy;
use rounds::Suspicion;

/// The state of one watch. Time counts from any moment on.
#[derive(Debug)]
pub struct Watcher {
    on_busy: OnBusy,
    /// How many stages run at once.
    jobs: usize,
    stages: Stages,
    settle: Settle,
    activity: Option<Activity>,
    paused: bool,
    /// Whether there is no folder to run anything in.
    gone: bool,
    due: Due,
    /// Whether a person asked for what is due: then nothing but an effect holds it.
    asked: bool,
    /// What was to run and did not: it does with whatever runs next.
    left: Concerned,
    run: Option<Run>,
    /// What ran last, for whoever wants it again.
    last: Due,
    results: BTreeMap<usize, Ended>,
    loops: Loops,
    suspicion: Option<Suspicion>,
}

impl Watcher {
    /// Begins with everything due, as `why` tells. The first run brings the stages.
    pub fn new(settle: Duration, on_busy: OnBusy, jobs: usize, why: &str) -> Self {
        let mut due = Due::default();
        due.add_everything(why, false);
        Self {
            on_busy,
            jobs: jobs.max(1),
            gone: false,
            left: Concerned::new(),
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
            suspicion: None,
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

    /// The stages that were to run and did not, and run with whatever runs next.
    pub fn left(&self) -> impl Iterator<Item = &Arc<str>> {
        self.left.keys().map(|position| self.stages.name(*position))
    }

    /// The stages that run now.
    pub fn running(&self) -> BTreeSet<Arc<str>> {
        let names = self.positions_running();
        names
            .map(|position| self.stages.name(position).clone())
            .collect()
    }

    /// Whether a stage of the run runs, or waits for one that it needs.
    pub fn is_in_the_middle(&self) -> bool {
        self.run.as_ref().is_some_and(|run| {
            let mut all = run.started.keys();
            let waits = |one: &usize| run.waits(*one, &self.stages, self.jobs);
            run.running().next().is_some() || all.any(waits)
        })
    }

    /// The stages of the run whose turn has certainly not come, and which then look at files anew:
    /// those that keep what they came to before do not look, and where nothing has run until then,
    /// what was known when the run began still counts.
    pub fn waiting(&self) -> BTreeSet<Arc<str>> {
        let waits = |run: &Run| {
            let waiting = run.following(&self.stages, self.jobs).into_iter();
            let names = waiting.map(|position| self.stages.name(position));
            names
                .filter(|name| !run.settled.contains(name))
                .cloned()
                .collect()
        };
        self.run.as_ref().map(waits).unwrap_or_default()
    }

    /// A file was touched.
    pub fn touch(&mut self, now: Duration) {
        self.settle.touch(now);
    }

    pub fn set_activity(&mut self, now: Duration, activity: Option<Activity>) {
        if self.activity.is_some() && activity.is_none() {
            self.settle_again(now);
        }
        self.activity = activity;
    }

    /// What was touched meanwhile is looked at when it has been quiet after that.
    fn settle_again(&mut self, now: Duration) {
        if self.settle.began().is_some() {
            self.settle.end();
            self.settle.touch(now);
        }
    }

    pub fn set_paused(&mut self, paused: bool) {
        self.paused = paused;
    }

    /// There is nothing to run, and nowhere, until the folder is back.
    pub fn set_gone(&mut self, now: Duration, gone: bool) {
        if self.gone && !gone {
            self.settle_again(now);
        }
        self.gone = gone;
    }

    pub fn is_gone(&self) -> bool {
        self.gone
    }

    /// When [`Watcher::next`] has something to say although nothing happens; `unfinished` tells
    /// whether a file is being written or was just taken away.
    pub fn deadline(&self, unfinished: bool) -> Option<Duration> {
        // A suspicion holds back the next run, and none begins before this one ends.
        let waits = !self.due.is_nothing() && self.run.is_none();
        let suspicion = self.suspicion_ends().filter(|_| waits);
        let quiet = self.quiet(unfinished);
        [quiet, suspicion.filter(|_| !self.is_held())]
            .into_iter()
            .flatten()
            .min()
    }

    /// When what was touched can be looked at.
    fn quiet(&self, unfinished: bool) -> Option<Duration> {
        self.settle.deadline(unfinished).filter(|_| !self.is_held())
    }

    fn is_held(&self) -> bool {
        self.paused || self.gone || self.activity.is_some()
    }

    pub fn next(&mut self, now: Duration, unfinished: bool) -> Option<Next> {
        let quiet = self.quiet(unfinished);
        if quiet.is_some_and(|deadline| deadline <= now) {
            return Some(Next::Examine);
        }
        if self.due.is_nothing() || self.gone || self.is_held() && !self.asked {
            return None;
        }
        if self.run.is_some() {
            return self.interrupt();
        }
        // What is touched while nothing runs is looked at first: one run is enough for both.
        let waits = self.is_suspect(now) || self.settle.began().is_some();
        if waits && !self.asked {
            return None;
        }
        Some(Next::Start(self.start()))
    }

    /// What the files that were touched are now; only what is not as it was.
    pub fn examined(&mut self, now: Duration, changes: &[Change]) -> Examined {
        let began = self.settle.began().unwrap_or(now);
        self.settle.end();
        for change in changes {
            self.loops.see(change);
        }
        let mut found = self.found(changes);
        let repeated = self.round(&found, began);
        if !repeated.is_empty() {
            found = self.found(changes);
        }
        let concerned = self.stages.with_dependants(found.concerned());
        let told = concerned.iter();
        let told = told.map(|(position, why)| (self.stages.name(*position).clone(), why.clone()));
        let script = found.script();
        let examined = Examined {
            concerned: told.collect(),
            paths: found.paths(),
            script: script.is_some(),
            repeated,
        };
        self.due.add(concerned);
        if let Some(why) = script {
            self.reload(&why);
        }
        examined
    }

    /// The script, or something it is made of, is not what it was.
    pub fn reload(&mut self, why: &str) {
        self.due.add_everything(why, false);
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
        self.due = self.due.moved(moved);
        self.last = self.last.moved(moved);
        self.left = moved_all(&self.left, moved);
        if let Some(run) = &mut self.run {
            run.due = run.due.moved(moved);
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
        self.loops.stage_started(name);
    }

    pub fn stage_ended(&mut self, name: &str, ended: Ended) {
        if let Some(position) = self.stages.position(name)
            && let Some(run) = &mut self.run
        {
            run.ended.insert(position, ended);
            if !matches!(ended, Ended::Skipped | Ended::Dropped) {
                self.results.insert(position, ended);
            }
        }
        if matches!(ended, Ended::Passed | Ended::Failed) {
            self.loops.stage_ended(name);
        }
    }

    /// The run is over, and nothing of it is left. What it did not come to, because it was told to
    /// stop, stays due; what it did not come to for another reason runs with the next.
    pub fn run_ended(&mut self) {
        let Some(run) = self.run.take() else {
            return;
        };
        if run.is_cut_short() {
            self.due.add_due(run.left());
        } else {
            self.left = run.dropped(&self.stages);
        }
        // What was touched meanwhile may yet turn out to start it again.
        if self.due.is_nothing() && self.settle.began().is_none() {
            self.loops.break_off();
        }
    }

    fn positions_running(&self) -> impl Iterator<Item = usize> {
        self.run.iter().flat_map(Run::running)
    }

    fn start(&mut self) -> Start {
        let mut due = std::mem::take(&mut self.due);
        due.add(std::mem::take(&mut self.left));
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
        self.run = Some(Run::new(due.clone(), settled.clone()));
        Start {
            due,
            force,
            settled,
        }
    }
}

#[cfg(test)]
mod tests;
