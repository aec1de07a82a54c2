//! What was run.

use rusqlite::{OptionalExtension, Params, Row, params};
use serde_json::Value;

use super::model::{Action, Attempt, Run, RunOutcome, Stage};
use super::row::{duration, json, json_if, name, time};
use super::{Journal, JournalError};
use crate::service::process::Identity;

impl Journal {
    /// The last runs, the newest first.
    pub fn runs(&self, limit: usize) -> Result<Vec<Run>, JournalError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.all("SELECT * FROM runs ORDER BY id DESC LIMIT ?1", [limit], run)
    }

    pub fn run(&self, id: i64) -> Result<Option<Run>, JournalError> {
        let mut statement = self
            .connection
            .prepare("SELECT * FROM runs WHERE id = ?1")?;
        Ok(statement.query_row([id], run).optional()?)
    }

    /// The stages of a run, in the order in which they were considered.
    pub fn stages(&self, run: i64) -> Result<Vec<Stage>, JournalError> {
        self.all(
            "SELECT * FROM stages WHERE run = ?1 ORDER BY position",
            [run],
            stage,
        )
    }

    /// The newest run that continues `run`.
    pub fn resumed_by(&self, run: i64) -> Result<Option<Run>, JournalError> {
        let mut statement = self
            .connection
            .prepare("SELECT * FROM runs WHERE resumed = ?1 ORDER BY id DESC LIMIT 1")?;
        Ok(statement.query_row([run], self::run).optional()?)
    }

    /// The result of the stage in the newest run that it passed in, or that kept it, and that run;
    /// those of rehearsals only if they are `rehearsed`.
    pub fn last_passed(
        &self,
        stage: &str,
        rehearsed: bool,
    ) -> Result<Option<(Run, Value)>, JournalError> {
        let mut statement = self.connection.prepare(
            "SELECT runs.*, stages.result FROM stages JOIN runs ON runs.id = stages.run \
             WHERE stages.name = ?1 AND stages.result IS NOT NULL AND runs.rehearsal <= ?2 \
             ORDER BY runs.id DESC LIMIT 1",
        )?;
        let found = statement.query_row(params![stage, rehearsed], |row| {
            Ok((run(row)?, json(row, "result")?))
        });
        Ok(found.optional()?)
    }

    /// All that the last success of the stage followed from.
    pub fn last_parts(&self, stage: &str) -> Result<Option<Value>, JournalError> {
        let mut statement = self.connection.prepare(
            "SELECT parts FROM stages WHERE name = ?1 AND parts IS NOT NULL \
             AND state <> 'excused' ORDER BY run DESC LIMIT 1",
        )?;
        let found = statement.query_row([stage], |row| json(row, "parts"));
        Ok(found.optional()?)
    }

    /// The attempts at the stages of a run. Of one that is not noted, as it was the only one or did
    /// not end, the stage tells.
    pub fn attempts(&self, run: i64) -> Result<Vec<Attempt>, JournalError> {
        self.all(
            "SELECT stage, attempt, started, took, state, failure FROM attempts WHERE run = ?1 \
             UNION ALL \
             SELECT name, attempts, iif(attempts = 1, started, NULL), \
                 iif(attempts = 1, took, NULL), \
                 iif(state = 'excused', 'failed', state), failure \
             FROM stages WHERE run = ?1 AND attempts > 0 AND NOT EXISTS ( \
                 SELECT * FROM attempts AS noted WHERE noted.run = ?1 \
                 AND noted.stage = stages.name AND noted.attempt = stages.attempts) \
             ORDER BY stage, attempt",
            [run],
            attempt,
        )
    }

    /// The calls of actions in a run, in the order in which they began.
    pub fn actions(&self, run: i64) -> Result<Vec<Action>, JournalError> {
        self.all(
            "SELECT * FROM actions WHERE run = ?1 ORDER BY started, stage, attempt, number",
            [run],
            action,
        )
    }

    fn all<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, JournalError> {
        let mut statement = self.connection.prepare(sql)?;
        let rows = statement.query_map(params, read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

fn run(row: &Row<'_>) -> rusqlite::Result<Run> {
    let process = Identity {
        id: row.get("pid")?,
        start: row.get("pid_start")?,
    };
    let outcome = match name(row, "outcome")? {
        RunOutcome::Running if !process.is_alive() => RunOutcome::Interrupted,
        outcome => outcome,
    };
    Ok(Run {
        id: row.get("id")?,
        started: time(row.get("started")?),
        ended: row.get::<_, Option<i64>>("ended")?.map(time),
        outcome,
        failure: row.get("failure")?,
        who: row.get("who")?,
        commit: row.get("sha")?,
        branch: row.get("branch")?,
        arguments: json(row, "arguments")?,
        rehearsal: row.get("rehearsal")?,
        resumed: row.get("resumed")?,
        process,
    })
}

fn stage(row: &Row<'_>) -> rusqlite::Result<Stage> {
    Ok(Stage {
        name: row.get("name")?,
        needs: json(row, "needs")?,
        environment: row.get("environment")?,
        state: name(row, "state")?,
        why: row.get("why")?,
        started: row.get::<_, Option<i64>>("started")?.map(time),
        took: row.get::<_, Option<i64>>("took")?.map(duration),
        attempts: row.get("attempts")?,
        result: json_if(row, "result")?,
        failure: row.get("failure")?,
        parts: json_if(row, "parts")?,
    })
}

fn attempt(row: &Row<'_>) -> rusqlite::Result<Attempt> {
    Ok(Attempt {
        stage: row.get("stage")?,
        number: row.get("attempt")?,
        started: row.get::<_, Option<i64>>("started")?.map(time),
        took: row.get::<_, Option<i64>>("took")?.map(duration),
        state: name(row, "state")?,
        failure: row.get("failure")?,
    })
}

fn action(row: &Row<'_>) -> rusqlite::Result<Action> {
    Ok(Action {
        stage: row.get("stage")?,
        attempt: row.get("attempt")?,
        number: row.get("number")?,
        action: row.get("action")?,
        effect: name(row, "effect")?,
        options: row.get("options")?,
        state: name(row, "state")?,
        started: time(row.get("started")?),
        took: row.get::<_, Option<i64>>("took")?.map(duration),
        result: json_if(row, "result")?,
        message: row.get("message")?,
    })
}
