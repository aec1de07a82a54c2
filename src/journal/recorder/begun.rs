//! What begins and ends in one batch is written once: a short stage is two statements.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rusqlite::{Result, params};
use serde_json::Value;

use super::rows::Rows;
use crate::event::{Call, Outcome};
use crate::failure::Failure;
use crate::journal::model::StageState;
use crate::journal::row::{micros, stamp};

const STAGE_STARTED: &str = "UPDATE stages SET state = 'running', why = ?3, started = ?4, attempts = 1 \
     WHERE run = ?1 AND name = ?2";
pub(in crate::journal) const STAGE_FINISHED: &str = "UPDATE stages SET state = ?3, took = ?4, result = ?5, failure = ?6, \
     why = coalesce(?7, why), started = coalesce(?8, started), attempts = coalesce(?9, attempts), \
     parts = coalesce(?10, parts) WHERE run = ?1 AND name = ?2";
const PARTS: &str = "UPDATE stages SET parts = ?3 WHERE run = ?1 AND name = ?2";
pub(in crate::journal) const ACTION: &str = "INSERT OR REPLACE INTO actions \
     (run, stage, attempt, number, action, effect, options, state, started, took, result, message) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
pub(super) const ACTION_FINISHED: &str = "UPDATE actions SET state = ?5, took = ?6, result = ?7, message = ?8 \
     WHERE run = ?1 AND stage = ?2 AND attempt = ?3 AND number = ?4";

/// What a batch tells and its transaction does not hold yet.
#[derive(Default)]
pub(super) struct Begun<'e> {
    stages: BTreeMap<&'e Arc<str>, Stage<'e>>,
    calls: BTreeMap<(&'e Arc<str>, u32), (&'e Call, SystemTime)>,
}

#[derive(Default)]
struct Stage<'e> {
    /// Why, and when.
    started: Option<(&'e str, SystemTime)>,
    parts: Option<&'e str>,
}

/// How an action stands: its state, how long it took, its result and what went wrong.
type Standing = (
    &'static str,
    Option<Duration>,
    Option<String>,
    Option<String>,
);

impl<'e> Rows<'_, '_, 'e> {
    pub(super) fn stage_started(&mut self, stage: &'e Arc<str>, why: &'e str, at: SystemTime) {
        self.begun.stages.entry(stage).or_default().started = Some((why, at));
    }

    /// All that the success of `stage` followed from.
    pub(super) fn parts(&mut self, stage: &'e Arc<str>, parts: &'e str) {
        self.begun.stages.entry(stage).or_default().parts = Some(parts);
    }

    pub(super) fn stage_finished(
        &mut self,
        stage: &'e Arc<str>,
        outcome: &Outcome,
        took: Duration,
        result: &Value,
    ) -> Result<()> {
        let begun = self.begun.stages.remove(stage).unwrap_or_default();
        let (state, failure) = ended(outcome);
        let result = (state == StageState::Passed).then(|| self.json(result));
        let why = begun.started.map(|(why, _)| self.secrets.mask(why));
        self.prepared.execute(
            STAGE_FINISHED,
            params![
                self.run,
                self.secrets.mask(stage),
                state.name(),
                micros(took),
                result,
                self.message(failure),
                why,
                begun.started.map(|(_, at)| stamp(at)),
                begun.started.map(|_| 1),
                begun.parts
            ],
        )
    }

    pub(super) fn call_started(&mut self, stage: &'e Arc<str>, call: &'e Call, at: SystemTime) {
        self.begun.calls.insert((stage, call.number), (call, at));
    }

    pub(super) fn call_finished(
        &mut self,
        stage: &'e Arc<str>,
        call: &Call,
        standing: Standing,
    ) -> Result<()> {
        if let Some((_, at)) = self.begun.calls.remove(&(stage, call.number)) {
            return self.call(stage, (call, at), standing);
        }
        let (state, took, result, message) = standing;
        self.prepared.execute(
            ACTION_FINISHED,
            params![
                self.run,
                self.secrets.mask(stage),
                self.attempt(stage),
                call.number,
                state,
                took.map(micros),
                result,
                message
            ],
        )
    }

    /// Writes what has begun and not ended.
    pub(super) fn settle(&mut self) -> Result<()> {
        let Begun { stages, calls } = std::mem::take(&mut self.begun);
        for (stage, begun) in stages {
            let name = self.secrets.mask(stage);
            if let Some((why, at)) = begun.started {
                let why = self.secrets.mask(why);
                self.prepared
                    .execute(STAGE_STARTED, params![self.run, name, why, stamp(at)])?;
            }
            if let Some(parts) = begun.parts {
                self.prepared
                    .execute(PARTS, params![self.run, name, parts])?;
            }
        }
        for ((stage, _), begun) in calls {
            self.call(stage, begun, ("started", None, None, None))?;
        }
        Ok(())
    }

    fn call(
        &self,
        stage: &Arc<str>,
        (call, at): (&Call, SystemTime),
        (state, took, result, message): Standing,
    ) -> Result<()> {
        self.prepared.execute(
            ACTION,
            params![
                self.run,
                self.secrets.mask(stage),
                self.attempt(stage),
                call.number,
                call.action,
                call.effect.name(),
                call.options,
                state,
                stamp(at),
                took.map(micros),
                result,
                message
            ],
        )
    }
}

fn ended(outcome: &Outcome) -> (StageState, Option<&Failure>) {
    match outcome {
        Outcome::Passed => (StageState::Passed, None),
        Outcome::Failed(failure) => (StageState::Failed, Some(failure)),
        Outcome::Excused(failure) => (StageState::Excused, Some(failure)),
        Outcome::Cancelled => (StageState::Cancelled, None),
    }
}
