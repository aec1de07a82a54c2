//! Statements that are used again and again: the connection keeps them prepared. Or what a run comes
//! to is gathered, to be spooled.

use std::cell::RefCell;

use rusqlite::{Connection, OptionalExtension, Params, Result, ToSql};

use crate::journal::spool::Statement;

pub(super) enum Prepared<'a> {
    On(&'a Connection),
    /// Nothing where something of it cannot be spooled.
    Gathered(RefCell<Option<Vec<Statement>>>),
}

impl<'a> Prepared<'a> {
    pub(super) fn new(connection: &'a Connection) -> Self {
        Self::On(connection)
    }

    pub(super) fn gathered() -> Self {
        Self::Gathered(RefCell::new(Some(Vec::new())))
    }

    /// What was gathered.
    pub(super) fn into_statements(self) -> Option<Vec<Statement>> {
        match self {
            Self::On(_) => None,
            Self::Gathered(statements) => statements.into_inner(),
        }
    }

    pub(super) fn execute(&self, sql: &str, parameters: &[&dyn ToSql]) -> Result<()> {
        match self {
            Self::On(connection) => {
                connection.prepare_cached(sql)?.execute(parameters)?;
            }
            Self::Gathered(statements) => {
                let mut statements = statements.borrow_mut();
                match (&mut *statements, Statement::new(sql, parameters)) {
                    (Some(statements), Some(statement)) => statements.push(statement),
                    _ => *statements = None,
                }
            }
        }
        Ok(())
    }

    pub(super) fn number(&self, sql: &str, params: impl Params) -> Result<Option<i64>> {
        match self {
            Self::On(connection) => {
                let found = connection.query_row(sql, params, |row| row.get(0));
                found.optional()
            }
            Self::Gathered(_) => Ok(None),
        }
    }

    /// Of the row that was inserted last; 0 where it has none yet.
    pub(super) fn last_id(&self) -> i64 {
        match self {
            Self::On(connection) => connection.last_insert_rowid(),
            Self::Gathered(_) => 0,
        }
    }

    /// Everything that `work` does, or nothing of it.
    pub(super) fn together<T, E: From<rusqlite::Error>>(
        connection: &'a Connection,
        work: impl FnOnce(&Self) -> Result<T, E>,
    ) -> Result<T, E> {
        let prepared = Self::new(connection);
        prepared.execute("BEGIN IMMEDIATE", &[])?;
        let done =
            work(&prepared).and_then(|done| Ok(prepared.execute("COMMIT", &[]).map(|()| done)?));
        if done.is_err() {
            // What cannot even be taken back is not there at the next opening.
            let _ = connection.execute_batch("ROLLBACK");
        }
        done
    }
}
