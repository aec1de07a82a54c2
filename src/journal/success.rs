//! The last success of each stage, by which a later run knows that it need not repeat it, and what
//! else is worth remembering from run to run.

use std::time::SystemTime;

use rusqlite::{OptionalExtension, params};
use serde_json::Value;

use super::row::{json, stamp, time};
use super::{Journal, JournalError};

/// A stage that passed, and all that its result followed from.
#[derive(Clone, Debug, PartialEq)]
pub struct Success {
    pub parts: Value,
    pub result: Value,
    pub run: i64,
    pub finished: SystemTime,
}

impl Journal {
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
        let mut statement = self
            .connection
            .prepare("SELECT bytes FROM blobs WHERE name = ?1")?;
        Ok(statement.query_row([name], |row| row.get(0)).optional()?)
    }

    pub fn set_blob(&self, name: &str, bytes: &[u8]) -> Result<(), JournalError> {
        self.connection.execute(
            "INSERT OR REPLACE INTO blobs (name, bytes) VALUES (?1, ?2)",
            params![name, bytes],
        )?;
        Ok(())
    }
}
