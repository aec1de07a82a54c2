//! What became of a run: what a report written at its end is made of.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use serde_json::Value;

use super::line::Line;
use super::log::Log;
use crate::event::{Event, Listed, Outcome};
use crate::failure::Failure;

/// A run so far. Nothing in it is masked but the logs.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) began: SystemTime,
    clock: Instant,
    pub(super) rehearsal: bool,
    /// In the order of the run; after them those that are none of it but speak, such as hooks.
    pub(super) stages: Vec<Stage>,
    places: HashMap<Arc<str>, usize>,
    /// How long it took and why it failed, once it has ended.
    pub(super) ended: Option<(Duration, Option<Arc<Failure>>)>,
    /// How many bytes of each stage's output to keep.
    room: usize,
}

#[derive(Debug)]
pub(super) struct Stage {
    pub(super) name: Arc<str>,
    pub(super) needs: Vec<Arc<str>>,
    /// What it changes, such as `production`.
    pub(super) environment: Option<String>,
    /// Whether it is a stage of the run.
    pub(super) listed: bool,
    /// Why it ran.
    pub(super) why: String,
    pub(super) state: State,
    /// Since the run began.
    pub(super) start: Duration,
    pub(super) took: Duration,
    pub(super) attempts: u32,
    pub(super) calls: Vec<Call>,
    pub(super) log: Log,
}

#[derive(Clone, Debug)]
pub(super) enum State {
    /// Not started, or never.
    Waiting,
    Running,
    /// Why.
    Skipped(String),
    /// It came to an effect that is held; what it would have done.
    Held(String),
    /// Its turn never came; why.
    Dropped(String),
    Ended(Outcome),
}

/// One call of an action that ended.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) action: &'static str,
    pub(super) took: Duration,
    /// The message, if it failed.
    pub(super) failed: Option<String>,
    /// What it found, failed or not.
    pub(super) value: Arc<Value>,
}

impl Record {
    pub(super) fn new(room: usize) -> Self {
        Self {
            began: SystemTime::now(),
            clock: Instant::now(),
            rehearsal: false,
            stages: Vec::new(),
            places: HashMap::new(),
            ended: None,
            room,
        }
    }

    pub(super) fn stage(&self, name: &str) -> Option<&Stage> {
        self.places.get(name).map(|index| &self.stages[*index])
    }

    /// The stages of the run.
    pub(super) fn listed(&self) -> impl Iterator<Item = &Stage> {
        self.stages.iter().filter(|stage| stage.listed)
    }

    /// Lines of one stage.
    pub(super) fn lines(&mut self, stage: &Arc<str>, lines: &[Line<'_>]) {
        self.entry(stage).log.extend(lines);
    }

    pub(super) fn event(&mut self, event: &Event) {
        match event {
            Event::RunStarted { stages, rehearsal } => {
                self.began = SystemTime::now();
                self.clock = Instant::now();
                self.rehearsal = *rehearsal;
                self.list(stages);
            }
            Event::StageStarted { stage, why } => {
                let start = self.clock.elapsed();
                let stage = self.entry(stage);
                stage.why.clone_from(why);
                stage.start = start;
                stage.attempts = 1;
                stage.state = State::Running;
            }
            Event::StageSkipped { stage, reason, .. } => {
                self.entry(stage).state = State::Skipped(reason.clone());
            }
            Event::StageHeld { stage, what } => {
                self.entry(stage).state = State::Held(what.clone());
            }
            Event::StageDropped { stage, reason } => {
                self.entry(stage).state = State::Dropped(reason.clone());
            }
            Event::StageRetried { stage, attempt, .. } => {
                let stage = self.entry(stage);
                stage.attempts = attempt + 1;
                // What counts is what the last attempt finds.
                stage.calls.clear();
            }
            Event::ActionFinished {
                stage,
                call,
                took,
                result,
                found,
                ..
            } => {
                let value = result.as_ref().ok().or(found.as_ref()).cloned();
                self.entry(stage).calls.push(Call {
                    action: call.action,
                    took: *took,
                    failed: result.as_ref().err().cloned(),
                    value: value.unwrap_or_default(),
                });
            }
            Event::StageFinished {
                stage,
                outcome,
                took,
                ..
            } => {
                let stage = self.entry(stage);
                stage.took = *took;
                stage.state = State::Ended(outcome.clone());
            }
            Event::RunFinished { took, failure, .. } => {
                self.ended = Some((*took, failure.clone()));
            }
            Event::Output { .. }
            | Event::OutputEnded { .. }
            | Event::Printed { .. }
            | Event::Said { .. }
            | Event::Warned { .. }
            | Event::Progress { .. }
            | Event::Asking { .. }
            | Event::Answered { .. }
            | Event::ActionStarted { .. }
            | Event::Watched(_)
            | Event::Rehearsed { .. } => {}
        }
    }

    /// How many stages ended how, such as `3 passed, 1 skipped`.
    pub(super) fn counts(&self) -> String {
        let words = [
            "passed",
            "failed",
            "failed (allowed)",
            "cancelled",
            "skipped",
            "held",
            "not run",
        ];
        let counts = words.map(|word| {
            let count = self.listed().filter(|stage| stage.word() == word).count();
            (count, word)
        });
        let told = counts.iter().filter(|(count, _)| *count > 0);
        let told: Vec<_> = told
            .map(|(count, word)| format!("{count} {word}"))
            .collect();
        told.join(", ")
    }

    fn list(&mut self, stages: &[Listed]) {
        let others = std::mem::take(&mut self.stages);
        self.places.clear();
        for listed in stages {
            let stage = self.entry(&listed.name);
            stage.listed = true;
            stage.needs.clone_from(&listed.needs);
            stage.environment.clone_from(&listed.environment);
        }
        // What spoke before the run, such as the top level of a script with one stage.
        for other in others {
            self.entry(&other.name).log = other.log;
        }
    }

    fn entry(&mut self, name: &Arc<str>) -> &mut Stage {
        let index = self.places.get(name).copied().unwrap_or_else(|| {
            self.places.insert(name.clone(), self.stages.len());
            self.stages.push(Stage::new(name.clone(), self.room));
            self.stages.len() - 1
        });
        &mut self.stages[index]
    }
}

impl Stage {
    fn new(name: Arc<str>, room: usize) -> Self {
        Self {
            name,
            needs: Vec::new(),
            environment: None,
            listed: false,
            why: String::new(),
            state: State::Waiting,
            start: Duration::ZERO,
            took: Duration::ZERO,
            attempts: 0,
            calls: Vec::new(),
            log: Log::new(room),
        }
    }

    /// Whether it ran, to whatever end.
    pub(super) fn ran(&self) -> bool {
        matches!(self.state, State::Running | State::Ended(_))
    }

    /// Why it did not do what it should, where that is so.
    pub(super) fn failure(&self) -> Option<&Arc<Failure>> {
        match &self.state {
            State::Ended(Outcome::Failed(failure) | Outcome::Excused(failure)) => Some(failure),
            _ => None,
        }
    }

    /// One word for what became of it.
    pub(super) fn word(&self) -> &'static str {
        match &self.state {
            State::Waiting => "not run",
            State::Running => "did not end",
            State::Skipped(_) => "skipped",
            State::Held(_) => "held",
            State::Dropped(_) => "not run",
            State::Ended(Outcome::Passed) => "passed",
            State::Ended(Outcome::Failed(_)) => "failed",
            State::Ended(Outcome::Excused(_)) => "failed (allowed)",
            State::Ended(Outcome::Cancelled) => "cancelled",
        }
    }
}
