//! Events as changes of tables.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::SystemTime;

use rusqlite::{Result, params};
use serde_json::Value;

use super::Origin;
use super::attempts::Again;
use super::begun::{ACTION_FINISHED, Begun, STAGE_FINISHED};
use super::masked::masked;
use super::prepared::Prepared;
use crate::event::{Call, Event, Listed};
use crate::failure::{Failure, Kind};
use crate::journal::JournalError;
use crate::journal::model::RunOutcome;
use crate::journal::row::stamp;
use crate::secret::Secrets;
use crate::service::git::Head;
use crate::service::process::Identity;

const RESUMED_BY: &str = "SELECT id FROM runs WHERE resumed = ?1 ORDER BY id DESC LIMIT 1";
pub(in crate::journal) const RUN: &str = "INSERT INTO runs \
     (started, outcome, who, sha, branch, arguments, rehearsal, pid, pid_start, resumed) \
     VALUES (?1, 'running', ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
pub(in crate::journal) const STAGE: &str = "INSERT INTO stages (run, position, name, needs, environment, state) \
     VALUES (?1, ?2, ?3, ?4, ?5, 'waiting')";
pub(in crate::journal) const RUN_FINISHED: &str =
    "UPDATE runs SET outcome = ?2, ended = ?3, failure = ?4 WHERE id = ?1";

/// What nearly every run comes to in the end.
pub(super) const LAST: [&str; 3] = [ACTION_FINISHED, STAGE_FINISHED, RUN_FINISHED];

/// A run that has no number yet.
pub(super) struct Begin<'a> {
    pub(super) origin: &'a Origin,
    pub(super) head: Head,
    pub(super) own: Identity,
    pub(super) at: SystemTime,
}

impl Begin<'_> {
    /// Gives the number; two that continue the same run do not both get one.
    pub(super) fn write(
        self,
        stages: &[Listed],
        rehearsal: bool,
        prepared: &Prepared<'_>,
        secrets: &Secrets,
    ) -> Result<i64, JournalError> {
        let arguments = Value::from(self.origin.arguments.clone());
        if let Some(run) = self.origin.resumed
            && let Some(by) = prepared.number(RESUMED_BY, [run])?
        {
            return Err(JournalError::Resumed { run, by });
        }
        prepared.execute(
            RUN,
            params![
                stamp(self.at),
                secrets.mask(&self.origin.who),
                self.head.commit,
                self.head.branch.map(|branch| secrets.mask(&branch)),
                masked(&arguments, secrets).to_string(),
                rehearsal,
                self.own.id,
                self.own.start,
                self.origin.resumed
            ],
        )?;
        let run = prepared.last_id();
        for (position, stage) in (0_i64..).zip(stages) {
            let needs: Value = stage
                .needs
                .iter()
                .map(|need| Value::from(&**need))
                .collect();
            let environment = stage.environment.as_deref();
            prepared.execute(
                STAGE,
                params![
                    run,
                    position,
                    secrets.mask(&stage.name),
                    masked(&needs, secrets).to_string(),
                    environment.map(|name| secrets.mask(name))
                ],
            )?;
        }
        Ok(run)
    }
}

/// The text of a longer result of an action is not kept, in bytes.
const LONGEST: usize = 64 << 10;

/// Whether an event changes a table.
pub(super) fn are_of(event: &Event) -> bool {
    match event {
        Event::StageStarted { .. }
        | Event::StageSkipped { .. }
        | Event::StageHeld { .. }
        | Event::StageDropped { .. }
        | Event::StageRetried { .. }
        | Event::StageFinished { .. }
        | Event::ActionStarted { .. }
        | Event::ActionFinished { .. }
        | Event::RunFinished { .. } => true,
        Event::RunStarted { .. }
        | Event::Output { .. }
        | Event::OutputEnded { .. }
        | Event::Printed { .. }
        | Event::Said { .. }
        | Event::Warned { .. }
        | Event::Progress { .. }
        | Event::Asking { .. }
        | Event::Answered { .. }
        | Event::Watched(_)
        | Event::Rehearsed { .. } => false,
    }
}

/// The rows of one run.
pub(super) struct Rows<'a, 'c, 'e> {
    pub(super) prepared: &'a Prepared<'c>,
    pub(super) run: i64,
    pub(super) secrets: &'a Secrets,
    /// Which attempt of each stage this is, where it is not the first.
    pub(super) attempts: &'a mut HashMap<Arc<str>, Again>,
    pub(super) begun: Begun<'e>,
}

impl<'e> Rows<'_, '_, 'e> {
    pub(super) fn event(&mut self, event: &'e Event, at: SystemTime) -> Result<()> {
        if matches!(
            event,
            Event::StageRetried { .. }
                | Event::StageSkipped { .. }
                | Event::StageHeld { .. }
                | Event::StageDropped { .. }
        ) {
            self.settle()?;
        }
        match event {
            Event::StageStarted { stage, why } => {
                self.stage_started(stage, why, at);
                Ok(())
            }
            Event::StageSkipped {
                stage,
                reason,
                result,
            } => self.prepared.execute(
                "UPDATE stages SET state = 'skipped', why = ?3, result = ?4 \
                 WHERE run = ?1 AND name = ?2",
                params![
                    self.run,
                    self.secrets.mask(stage),
                    self.secrets.mask(reason),
                    result.as_ref().map(|result| self.json(result))
                ],
            ),
            Event::StageHeld { stage, what } => self.prepared.execute(
                "UPDATE stages SET state = 'held', why = ?3 WHERE run = ?1 AND name = ?2",
                params![self.run, self.secrets.mask(stage), self.secrets.mask(what)],
            ),
            Event::StageDropped { stage, reason } => self.prepared.execute(
                "UPDATE stages SET why = ?3 WHERE run = ?1 AND name = ?2",
                params![
                    self.run,
                    self.secrets.mask(stage),
                    self.secrets.mask(reason)
                ],
            ),
            Event::StageRetried {
                stage,
                attempt,
                took,
                wait,
                failure,
                ..
            } => self.retried(stage, *attempt, (at, *took, *wait), failure),
            Event::StageFinished {
                stage,
                outcome,
                took,
                result,
            } => {
                self.last_attempt(stage, outcome, at)?;
                self.stage_finished(stage, outcome, *took, result)
            }
            Event::ActionStarted { stage, call } => {
                self.call_started(stage, call, at);
                Ok(())
            }
            Event::ActionFinished {
                stage,
                call,
                took,
                result,
                unfinished,
                ..
            } => {
                let (state, result, message) = match result {
                    Ok(result) => ("passed", self.result(call, result), None),
                    Err(message) if *unfinished => ("started", None, Some(message)),
                    Err(message) => ("failed", None, Some(message)),
                };
                let message = message.map(|message| self.secrets.mask(message));
                let standing = (state, Some(*took), result, message);
                self.call_finished(stage, call, standing)
            }
            Event::RunFinished { failure, .. } => {
                let outcome = match failure.as_ref().map(|failure| failure.kind) {
                    None => RunOutcome::Passed,
                    Some(Kind::Interrupted) => RunOutcome::Interrupted,
                    Some(_) => RunOutcome::Failed,
                };
                self.prepared.execute(
                    RUN_FINISHED,
                    params![
                        self.run,
                        outcome.name(),
                        stamp(at),
                        self.message(failure.as_deref())
                    ],
                )
            }
            _ => Ok(()),
        }
    }

    /// What a command on this machine printed is in its log, and may be endless.
    fn result(&self, call: &Call, result: &Value) -> Option<String> {
        let kept = call.effect.leaves_the_machine() || length(result) <= LONGEST;
        kept.then(|| self.json(result))
    }

    pub(super) fn attempt(&self, stage: &Arc<str>) -> u32 {
        self.attempts.get(stage).map_or(1, |again| again.number)
    }

    pub(super) fn json(&self, value: &Value) -> String {
        masked(value, self.secrets).to_string()
    }

    pub(super) fn message(&self, failure: Option<&Failure>) -> Option<String> {
        failure.map(|failure| self.secrets.mask(&failure.to_string()))
    }
}

/// How much text is in `value`.
fn length(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        Value::Array(values) => values.iter().map(length).sum(),
        Value::Object(map) => map.values().map(length).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) => 1,
    }
}
