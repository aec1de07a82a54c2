//! Statements that are used again and again: the connection keeps them prepared.

use rusqlite::{Connection, OptionalExtension, Params, Result};

pub(super) struct Prepared<'a> {
    connection: &'a Connection,
}

impl<'a> Prepared<'a> {
    pub(super) fn new(connection: &'a Connection) -> Self {
        Self { connection }
    }

    pub(super) fn execute(&self, sql: &str, params: impl Params) -> Result<()> {
        self.connection.prepare_cached(sql)?.execute(params)?;
        Ok(())
    }

    pub(super) fn number(&self, sql: &str, params: impl Params) -> Result<Option<i64>> {
        let found = self.connection.query_row(sql, params, |row| row.get(0));
        found.optional()
    }

    pub(super) fn last_id(&self) -> i64 {
        self.connection.last_insert_rowid()
    }

    /// Everything that `work` does, or nothing of it.
    pub(super) fn together<T, E: From<rusqlite::Error>>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, E>,
    ) -> Result<T, E> {
        self.execute("BEGIN IMMEDIATE", [])?;
        let done = work(self).and_then(|done| Ok(self.execute("COMMIT", []).map(|()| done)?));
        if done.is_err() {
            // What cannot even be taken back is not there at the next opening.
            let _ = self.connection.execute_batch("ROLLBACK");
        }
        done
    }
}
