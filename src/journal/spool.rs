//! Runs that were over before it was worth opening the database, in a file beside it: each is a line
//! of its statements, until whoever opens the journal next takes them in.

use std::fs::OpenOptions;
use std::io::ErrorKind::{NotFound, PermissionDenied, ReadOnlyFilesystem};
use std::io::{self, Read, Write};
use std::path::Path;

use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, ToSql, TransactionBehavior, params_from_iter};
use serde::{Deserialize, Serialize};

use super::JournalError;
use super::recorder::{ACTION, RUN, RUN_FINISHED, STAGE, STAGE_FINISHED};
use super::success::{blob, set_blob};

const FILE: &str = "journal.spool";

/// A longer one is not appended to: to take it in shall take milliseconds.
const LONGEST: u64 = 64 << 10;

/// Under this name the journal keeps the last line that was taken in.
const TAKEN: &str = "spool";

/// What a spooled run may consist of, by the names that stand in the file. The first of a run gives
/// it its number, which is the first parameter of each that follows. A statement that changes takes
/// another name.
const KNOWN: [(&str, &str); 5] = [
    ("run", RUN),
    ("stage", STAGE),
    ("action", ACTION),
    ("stage ended", STAGE_FINISHED),
    ("run ended", RUN_FINISHED),
];

/// One change of a table.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Statement(String, Vec<Parameter>);

#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum Parameter {
    Null,
    Integer(i64),
    Text(String),
}

impl Statement {
    /// Nothing if it is none that is spooled.
    pub(super) fn new(sql: &str, parameters: &[&dyn ToSql]) -> Option<Self> {
        let (name, _) = KNOWN.iter().find(|(_, known)| *known == sql)?;
        let parameters = parameters.iter().map(|value| Parameter::of(*value));
        Some(Self((*name).to_owned(), parameters.collect::<Option<_>>()?))
    }

    /// `run` is the number of the run, if it has one.
    fn execute(&self, connection: &Connection, run: Option<i64>) -> rusqlite::Result<()> {
        let Self(name, parameters) = self;
        let known = KNOWN.iter().find(|(known, _)| known == name);
        let (_, sql) = known.ok_or_else(|| rusqlite::Error::InvalidParameterName(name.clone()))?;
        let own = parameters.iter().skip(usize::from(run.is_some()));
        let all = run
            .map(Value::Integer)
            .into_iter()
            .chain(own.map(Parameter::value));
        connection
            .prepare_cached(sql)?
            .execute(params_from_iter(all))?;
        Ok(())
    }
}

impl Parameter {
    fn of(value: &dyn ToSql) -> Option<Self> {
        let value = value.to_sql().ok()?;
        let value = match &value {
            ToSqlOutput::Borrowed(value) => *value,
            ToSqlOutput::Owned(value) => value.into(),
            _ => return None,
        };
        match value {
            ValueRef::Null => Some(Self::Null),
            ValueRef::Integer(number) => Some(Self::Integer(number)),
            ValueRef::Text(text) => Some(Self::Text(str::from_utf8(text).ok()?.to_owned())),
            ValueRef::Real(_) | ValueRef::Blob(_) => None,
        }
    }

    fn value(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Integer(number) => Value::Integer(*number),
            Self::Text(text) => Value::Text(text.clone()),
        }
    }
}

/// Appends a run to the spool in `folder`, unless that is long or in use. It begins a line of its own
/// whatever a dying machine left of the last one.
pub(super) fn append(folder: &Path, run: &[Statement]) -> io::Result<bool> {
    let mut line = vec![b'\n'];
    serde_json::to_writer(&mut line, run)?;
    line.push(b'\n');
    let path = folder.join(FILE);
    let mut file = OpenOptions::new().append(true).create(true).open(path)?;
    // Who takes in may have been stopped in the middle of it.
    if file.try_lock().is_err() {
        return Ok(false);
    }
    let length = file.metadata()?.len();
    if length > LONGEST {
        return Ok(false);
    }
    let written = file.write_all(&line);
    if written.is_err() {
        // Half a line would spoil the next one.
        file.set_len(length)?;
    }
    written.map(|()| true)
}

/// Takes the runs in that were spooled in `folder`.
pub(super) fn take_in(connection: &mut Connection, folder: &Path) -> Result<(), JournalError> {
    let path = folder.join(FILE);
    let mut file = match OpenOptions::new().read(true).write(true).open(path) {
        // Where it cannot be emptied it stays for who can.
        Err(error)
            if matches!(
                error.kind(),
                NotFound | PermissionDenied | ReadOnlyFilesystem
            ) =>
        {
            return Ok(());
        }
        opened => opened?,
    };
    if file.metadata()?.len() == 0 {
        return Ok(());
    }
    file.lock()?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    let lines = bytes.split(|byte| *byte == b'\n');
    let lines: Vec<_> = lines.filter(|line| !line.is_empty()).collect();
    let Some(last) = lines.last() else {
        return Ok(());
    };
    let mut transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let taken = blob(&transaction, TAKEN)?;
    // Whoever took them in may have been ended before it could empty the file.
    let known = lines
        .iter()
        .position(|line| Some(*line) == taken.as_deref());
    for line in &lines[known.map_or(0, |known| known + 1)..] {
        // What a dying machine wrote by halves is no run.
        let Ok(run) = serde_json::from_slice::<Vec<Statement>>(line) else {
            continue;
        };
        let savepoint = transaction.savepoint()?;
        match insert(&savepoint, &run).map_err(JournalError::from) {
            Ok(()) => savepoint.commit()?,
            Err(error) if error.is_of_writing() => return Err(error),
            // Of another wharf.
            Err(_) => savepoint.finish()?,
        }
    }
    set_blob(&transaction, TAKEN, last)?;
    transaction.commit()?;
    Ok(file.set_len(0)?)
}

fn insert(connection: &Connection, run: &[Statement]) -> rusqlite::Result<()> {
    let mut number = None;
    for statement in run {
        statement.execute(connection, number)?;
        number = number.or_else(|| Some(connection.last_insert_rowid()));
    }
    Ok(())
}
