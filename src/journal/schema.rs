//! The tables, and the way to them from every version that was ever written.

use std::cmp::Ordering;
use std::fs::File;
use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use super::JournalError;

/// Each brings a journal from the version that is its index to the next. What stands here is
/// written in journals out there: a change is a new entry, never an edit. Times are microseconds,
/// those of the day since 1970.
const MIGRATIONS: &[&str] = &[
    include_str!("schema/1.sql"),
    include_str!("schema/2.sql"),
    include_str!("schema/3.sql"),
];

/// Applies what is missing.
pub(super) fn bring_up_to_date(
    connection: &mut Connection,
    folder: &Path,
) -> Result<(), JournalError> {
    if version(connection)? == MIGRATIONS.len() {
        return Ok(());
    }
    // One at a time: the change of the journal mode does not wait for others by itself.
    let lock = File::create(folder.join("journal.lock"))?;
    lock.lock()?;
    migrate(connection, MIGRATIONS)
}

fn migrate(connection: &mut Connection, migrations: &[&str]) -> Result<(), JournalError> {
    let found = version(connection)?;
    let missing = migrations.get(found..).ok_or(JournalError::Newer {
        found,
        known: migrations.len(),
    })?;
    if missing.is_empty() {
        return Ok(());
    }
    // Where the file system cannot do that another mode stays, which is slower and no less safe.
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for migration in missing {
        transaction.execute_batch(migration)?;
    }
    let newest = i64::try_from(migrations.len()).unwrap_or(i64::MAX);
    transaction.pragma_update(None, "user_version", newest)?;
    transaction.commit()?;
    Ok(())
}

/// Whether a journal that is only read has the tables of this wharf.
pub(super) fn check(connection: &Connection) -> Result<(), JournalError> {
    let (found, known) = (version(connection)?, MIGRATIONS.len());
    match found.cmp(&known) {
        Ordering::Greater => Err(JournalError::Newer { found, known }),
        Ordering::Less => Err(JournalError::Older),
        Ordering::Equal => Ok(()),
    }
}

fn version(connection: &Connection) -> Result<usize, JournalError> {
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    Ok(usize::try_from(version).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::{MIGRATIONS, bring_up_to_date, migrate, version};

    fn tables(connection: &Connection) -> String {
        let mut statement = connection
            .prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name")
            .expect("a statement");
        let rows = statement
            .query_map([], |row| row.get::<_, String>(0))
            .expect("rows");
        rows.map(|row| row.expect("a row") + "\n").collect()
    }

    #[test]
    fn every_older_version_becomes_the_newest() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut newest = Connection::open_in_memory().expect("a database");
        migrate(&mut newest, MIGRATIONS).expect("migrations that work");
        for older in 0..=MIGRATIONS.len() {
            let path = folder.path().join(format!("{older}.db"));
            let mut connection = Connection::open(path).expect("a database");
            migrate(&mut connection, &MIGRATIONS[..older]).expect("migrations that work");
            assert_eq!(version(&connection).expect("a version"), older);
            bring_up_to_date(&mut connection, folder.path()).expect("migrations that work");
            assert_eq!(version(&connection).expect("a version"), MIGRATIONS.len());
            assert_eq!(tables(&connection), tables(&newest));
        }
    }

    #[test]
    fn a_newer_version_is_refused_by_name() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut connection = Connection::open_in_memory().expect("a database");
        connection
            .pragma_update(None, "user_version", 4711)
            .expect("a version");
        let error = bring_up_to_date(&mut connection, folder.path()).expect_err("no journal");
        assert_eq!(
            error.to_string(),
            format!(
                "it was written by a newer wharf: its version is 4711, and this one knows {}",
                MIGRATIONS.len()
            )
        );
    }
}
