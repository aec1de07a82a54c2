//! What is left of a wharf that was ended in the middle of a run.

use std::fmt;

use rusqlite::params;

use super::{Journal, JournalError};
use crate::service::process::{Identity, stop_groups};

impl Journal {
    /// Marks the runs whose wharf is gone. When it went nobody knows, so they have no end.
    pub(super) fn mark_interrupted(&self) -> Result<(), JournalError> {
        for run in self.abandoned()? {
            self.connection.execute_batch("BEGIN IMMEDIATE")?;
            let marked = self.mark(run);
            let end = if marked.is_ok() { "COMMIT" } else { "ROLLBACK" };
            self.connection.execute_batch(end)?;
            marked?;
        }
        Ok(())
    }

    fn abandoned(&self) -> Result<Vec<i64>, JournalError> {
        let mut statement = self
            .connection
            .prepare("SELECT id, pid, pid_start FROM runs WHERE outcome = 'running'")?;
        let running = statement.query_map([], |row| {
            Ok((
                row.get(0)?,
                Identity {
                    id: row.get(1)?,
                    start: row.get(2)?,
                },
            ))
        })?;
        let running = running.collect::<Result<Vec<(i64, _)>, _>>()?;
        let gone = running.iter().filter(|(_, process)| !process.is_alive());
        Ok(gone.map(|(run, _)| *run).collect())
    }

    fn mark(&self, run: i64) -> Result<(), JournalError> {
        for sql in [
            "UPDATE stages SET state = 'cancelled' WHERE run = ?1 AND state = 'running'",
            "UPDATE runs SET outcome = 'interrupted' WHERE id = ?1 AND outcome = 'running'",
        ] {
            self.connection.execute(sql, [run])?;
        }
        Ok(())
    }

    /// Notes that `run` started the process group that `leader` leads.
    pub fn spawned(&self, run: i64, leader: &Identity) -> Result<(), JournalError> {
        self.connection
            .execute(SPAWNED, params![run, leader.id, leader.start])?;
        Ok(())
    }

    /// Forgets the group again.
    pub fn ended(&self, run: i64, leader: i32) -> Result<(), JournalError> {
        self.connection.execute(ENDED, params![run, leader])?;
        Ok(())
    }

    /// Ends the process groups that runs left behind whose wharf is gone. Nothing if there were none.
    pub fn stop_orphans(&self) -> Result<Option<Stopped>, JournalError> {
        let mut statement = self.connection.prepare(
            "SELECT run, pgid, start FROM processes \
             WHERE run NOT IN (SELECT id FROM runs WHERE outcome = 'running')",
        )?;
        let orphans = statement.query_map([], |row| {
            let leader = Identity {
                id: row.get(1)?,
                start: row.get(2)?,
            };
            Ok((row.get(0)?, leader))
        })?;
        let orphans = orphans.collect::<Result<Vec<(i64, _)>, _>>()?;
        if orphans.is_empty() {
            return Ok(None);
        }
        let leaders = orphans.iter().map(|(_, leader)| leader.clone()).collect();
        let stopped = stop_groups(leaders);
        for (run, leader) in &orphans {
            self.ended(*run, leader.id)?;
        }
        let mut runs: Vec<_> = orphans
            .into_iter()
            .filter(|(_, leader)| stopped.contains(leader))
            .map(|(run, _)| run)
            .collect();
        runs.dedup();
        Ok((!runs.is_empty()).then_some(Stopped(runs)))
    }
}

/// The runs whose processes were ended, as a person is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stopped(Vec<i64>);

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.0.iter().map(|run| format!("run {run}")).collect();
        write!(f, "stopped what {} had left running", names.join(" and "))
    }
}

pub(super) const SPAWNED: &str =
    "INSERT OR REPLACE INTO processes (run, pgid, start) VALUES (?1, ?2, ?3)";
pub(super) const ENDED: &str = "DELETE FROM processes WHERE run = ?1 AND pgid = ?2";
