//! Forgetting old runs.

use std::fs;
use std::io::ErrorKind;

use rusqlite::{Connection, TransactionBehavior};

use super::{Journal, JournalError, logs};

/// What was done to the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pruned {
    pub removed: usize,
    pub kept: usize,
}

impl Journal {
    /// Removes all but the last `keep` runs with their logs. One that runs stays, and so does one that
    /// another of these continues.
    pub fn prune(&mut self, keep: usize) -> Result<Pruned, JournalError> {
        let keep = i64::try_from(keep).unwrap_or(i64::MAX);
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let removed = transaction.execute(
            "WITH RECURSIVE kept (id) AS ( \
                 SELECT id FROM (SELECT id FROM runs ORDER BY id DESC LIMIT ?1) \
                 UNION SELECT resumed FROM runs JOIN kept USING (id) WHERE resumed IS NOT NULL \
             ) \
             DELETE FROM runs WHERE outcome <> 'running' AND id NOT IN (SELECT id FROM kept)",
            [keep],
        )?;
        for table in ["stages", "attempts", "actions", "processes"] {
            transaction.execute(
                &format!("DELETE FROM {table} WHERE run NOT IN (SELECT id FROM runs)"),
                [],
            )?;
        }
        let kept = ids(&transaction, "SELECT id FROM runs")?;
        let last = ids(
            &transaction,
            "SELECT seq FROM sqlite_sequence WHERE name = 'runs'",
        )?;
        transaction.commit()?;
        // A number above the last belongs to a run that began since.
        let last = last.first().copied().unwrap_or_default();
        self.remove_logs(|run| run <= last && !kept.contains(&run))?;
        Ok(Pruned {
            removed,
            kept: kept.len(),
        })
    }

    fn remove_logs(&self, unwanted: impl Fn(i64) -> bool) -> Result<(), JournalError> {
        let entries = match fs::read_dir(logs::all(&self.folder)) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        for entry in entries {
            let entry = entry?;
            let run = entry
                .file_name()
                .to_str()
                .and_then(|name| name.parse().ok());
            if run.is_some_and(&unwanted) {
                fs::remove_dir_all(entry.path())?;
            }
        }
        Ok(())
    }
}

fn ids(connection: &Connection, sql: &str) -> Result<Vec<i64>, JournalError> {
    let mut statement = connection.prepare(sql)?;
    let ids = statement.query_map([], |row| row.get(0))?;
    Ok(ids.collect::<Result<_, _>>()?)
}
