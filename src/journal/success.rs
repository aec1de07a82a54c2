//! The last success of each stage, by which a later run knows that it need not repeat it, and what
//! else is worth remembering from run to run.

use std::time::SystemTime;

use rusqlite::{Connection, OptionalExtension, params};
use serde_json::Value;

use super::row::{json, name, stamp, time};
use super::{Journal, JournalError, StageState};

/// A stage that passed, and all that its result followed from.
#[derive(Clone, Debug, PartialEq)]
pub struct Success {
    pub parts: Value,
    pub result: Value,
    pub run: i64,
    pub finished: SystemTime,
}

/// How a stage ended in an earlier run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LastEnd {
    pub run: i64,
    pub state: StageState,
    /// Whether its result held a secret.
    pub is_masked: bool,
}

/// How many runs are looked through for a stage.
const RECENT: u32 = 20;

impl Journal {
    /// How the stage ended in the last few runs it ended in.
    pub fn last_end(&self, stage: &str) -> Result<Option<LastEnd>, JournalError> {
        let mut statement = self.connection.prepare(
            "SELECT run, state, result FROM stages \
             WHERE name = ?1 AND run IN (SELECT id FROM runs ORDER BY id DESC LIMIT ?2) \
             AND state IN ('passed', 'failed', 'excused', 'cancelled') ORDER BY run DESC LIMIT 1",
        )?;
        let found = statement.query_row(params![stage, RECENT], |row| {
            let result: Option<String> = row.get("result")?;
            Ok(LastEnd {
                run: row.get("run")?,
                state: name(row, "state")?,
                is_masked: result.is_some_and(|result| result.contains("***")),
            })
        });
        Ok(found.optional()?)
    }

    /// Keeps the success in place of an earlier one. Nothing in it is masked here.
    pub fn record_success(&self, stage: &str, success: &Success) -> Result<(), JournalError> {
        self.connection.execute(
            "INSERT OR REPLACE INTO successes (stage, parts, result, run, finished) \
             VALUES (?1, ?2, ?3, ?4, ?5)",
            params![
                stage,
                success.parts.to_string(),
                success.result.to_string(),
                success.run,
                stamp(success.finished)
            ],
        )?;
        Ok(())
    }

    pub fn last_success(&self, stage: &str) -> Result<Option<Success>, JournalError> {
        let mut statement = self
            .connection
            .prepare("SELECT * FROM successes WHERE stage = ?1")?;
        let found = statement.query_row([stage], |row| {
            Ok(Success {
                parts: json(row, "parts")?,
                result: json(row, "result")?,
                run: row.get("run")?,
                finished: time(row.get("finished")?),
            })
        });
        Ok(found.optional()?)
    }

    /// Lets the stage run again whatever it was.
    pub fn forget(&self, stage: &str) -> Result<(), JournalError> {
        self.connection
            .execute("DELETE FROM successes WHERE stage = ?1", [stage])?;
        Ok(())
    }

    /// What was kept under `name`.
    pub fn blob(&self, name: &str) -> Result<Option<Vec<u8>>, JournalError> {
        Ok(blob(&self.connection, name)?)
    }

    pub fn set_blob(&self, name: &str, bytes: &[u8]) -> Result<(), JournalError> {
        Ok(set_blob(&self.connection, name, bytes)?)
    }
}

pub(super) fn blob(connection: &Connection, name: &str) -> rusqlite::Result<Option<Vec<u8>>> {
    let mut statement = connection.prepare("SELECT bytes FROM blobs WHERE name = ?1")?;
    statement.query_row([name], |row| row.get(0)).optional()
}

pub(super) fn set_blob(connection: &Connection, name: &str, bytes: &[u8]) -> rusqlite::Result<()> {
    connection.execute(
        "INSERT OR REPLACE INTO blobs (name, bytes) VALUES (?1, ?2)",
        params![name, bytes],
    )?;
    Ok(())
}
