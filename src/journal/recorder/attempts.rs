//! The attempts at stages that are tried again.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rusqlite::{Result, params};

use super::rows::Rows;
use crate::event::Outcome;
use crate::failure::Failure;
use crate::journal::model::StageState;
use crate::journal::row::{micros, stamp};

const ATTEMPTS: &str = "UPDATE stages SET attempts = ?3 WHERE run = ?1 AND name = ?2";
const ATTEMPTED: &str = "INSERT OR REPLACE INTO attempts (run, stage, attempt, started, took, state, failure) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";

/// An attempt after the first.
pub(super) struct Again {
    pub(super) number: u32,
    /// When it starts.
    at: SystemTime,
}

/// An attempt that has ended.
struct Ended<'a> {
    number: u32,
    started: SystemTime,
    took: Duration,
    state: StageState,
    failure: Option<&'a Failure>,
}

impl Rows<'_, '_, '_> {
    /// Attempt `number` failed at `at`, and there is another after `wait`.
    pub(super) fn retried(
        &mut self,
        stage: &Arc<str>,
        number: u32,
        (at, took, wait): (SystemTime, Duration, Duration),
        failure: &Failure,
    ) -> Result<()> {
        let next = Again {
            number: number + 1,
            at: at + wait,
        };
        self.attempts.insert(stage.clone(), next);
        self.attempted(
            stage,
            &Ended {
                number,
                started: at.checked_sub(took).unwrap_or(at),
                took,
                state: StageState::Failed,
                failure: Some(failure),
            },
        )?;
        self.count(stage, number + 1)
    }

    /// The stage ended at `at`, and its last attempt with it, if that is not the only one.
    pub(super) fn last_attempt(
        &mut self,
        stage: &Arc<str>,
        outcome: &Outcome,
        at: SystemTime,
    ) -> Result<()> {
        let Some(Again {
            number,
            at: started,
        }) = self.attempts.get(stage)
        else {
            return Ok(());
        };
        let (number, started) = (*number, *started);
        let (state, failure) = match outcome {
            // It was stopped before its time came.
            Outcome::Cancelled if at < started => return self.count(stage, number - 1),
            Outcome::Cancelled => (StageState::Cancelled, None),
            Outcome::Passed => (StageState::Passed, None),
            // To be excused is the stage's privilege.
            Outcome::Failed(failure) | Outcome::Excused(failure) => {
                (StageState::Failed, Some(&**failure))
            }
        };
        self.attempted(
            stage,
            &Ended {
                number,
                started,
                took: at.duration_since(started).unwrap_or_default(),
                state,
                failure,
            },
        )
    }

    fn attempted(&mut self, stage: &str, ended: &Ended<'_>) -> Result<()> {
        let failure = self.message(ended.failure);
        self.prepared.execute(
            ATTEMPTED,
            params![
                self.run,
                self.secrets.mask(stage),
                ended.number,
                stamp(ended.started),
                micros(ended.took),
                ended.state.name(),
                failure
            ],
        )
    }

    fn count(&mut self, stage: &str, attempts: u32) -> Result<()> {
        let stage = self.secrets.mask(stage);
        self.prepared
            .execute(ATTEMPTS, params![self.run, stage, attempts])
    }
}
