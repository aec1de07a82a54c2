//! What was run, at rest: `.wharf/journal.db` and, beside it, `.wharf/logs/RUN/STAGE.log`. It
//! survives the death of whoever writes it, and two may write it at once.

mod ago;
mod error;
mod logs;
mod model;
mod orphans;
mod prune;
mod query;
mod recorder;
mod row;
mod schema;
mod spool;
mod success;
#[cfg(test)]
mod tests;
mod unfinished;

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use percent_encoding::{AsciiSet, CONTROLS, percent_encode};
use rusqlite::{Connection, OpenFlags};

use crate::service::state;

pub use ago::ago;
pub use error::JournalError;
pub use model::{Action, ActionState, Attempt, Run, RunOutcome, Stage, StageState};
pub use orphans::Stopped;
pub use prune::Pruned;
pub use recorder::{Origin, Recorder};
pub use success::{LastEnd, Success};

const FILE: &str = "journal.db";

/// How long another's commit may take. It takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(5);

/// The journal of one repository.
pub struct Journal {
    connection: Connection,
    folder: PathBuf,
}

impl Journal {
    /// The journal of the repository in `root`, made if there is none. Runs whose wharf is gone are
    /// marked as interrupted.
    pub fn open(root: &Path) -> Result<Self, JournalError> {
        let folder = state::make(root)?;
        let mut connection = Connection::open(folder.join(FILE))?;
        connection.busy_timeout(PATIENCE)?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        schema::bring_up_to_date(&mut connection, &folder)?;
        spool::take_in(&mut connection, &folder)?;
        let journal = Self { connection, folder };
        journal.mark_interrupted()?;
        Ok(journal)
    }

    /// The same, or nothing where nothing was ever run. Where it cannot be written it can still be
    /// read.
    pub fn open_existing(root: &Path) -> Result<Option<Self>, JournalError> {
        if !Self::is_in(root) {
            return Ok(None);
        }
        match Self::open(root) {
            Err(error) if error.is_of_writing() => Self::open_to_read(root).map(Some),
            opened => opened.map(Some),
        }
    }

    /// Nothing is brought up to date, and nothing marked.
    fn open_to_read(root: &Path) -> Result<Self, JournalError> {
        let folder = root.join(state::FOLDER);
        let path = folder.join(FILE);
        let read = |uri: &str| {
            let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
            let connection = Connection::open_with_flags(uri, flags)?;
            schema::check(&connection)?;
            Ok::<_, JournalError>(connection)
        };
        let uri = uri(&path);
        // The log beside it can only be read where its index can be made; without it the last runs
        // may be missing, which is better than nothing.
        let connection = read(&uri).or_else(|_| read(&format!("{uri}?immutable=1")))?;
        Ok(Self { connection, folder })
    }

    fn is_in(root: &Path) -> bool {
        root.join(state::FOLDER).join(FILE).exists()
    }
}

/// As `SQLite` takes it.
fn uri(path: &Path) -> String {
    let bytes = path.as_os_str().as_encoded_bytes();
    format!("file:{}", percent_encode(bytes, IN_URI))
}

/// What means something in a URI.
const IN_URI: &AsciiSet = &CONTROLS.add(b'%').add(b'?').add(b'#').add(b' ');

impl fmt::Debug for Journal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Journal").field(&self.folder).finish()
    }
}
