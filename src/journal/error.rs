//! Why the journal cannot be read or written.

use std::io::{self, ErrorKind};

/// Completes “the journal cannot be used: …”.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    #[error("it was written by a newer wharf: its version is {found}, and this one knows {known}")]
    Newer { found: usize, known: usize },
    #[error("it was written by an older wharf, and cannot be brought up to date where it is")]
    Older,
    #[error("run {run} was resumed by run {by}")]
    Resumed { run: i64, by: i64 },
    #[error(transparent)]
    Database(#[from] rusqlite::Error),
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl JournalError {
    /// What a person can do about it.
    pub fn hint(&self) -> Option<&'static str> {
        use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};

        match self {
            Self::Newer { .. } => Some("update this wharf"),
            Self::Database(error) => matches!(
                error.sqlite_error_code(),
                Some(DatabaseCorrupt | NotADatabase)
            )
            .then_some("move `.wharf/journal.db` away to begin a new one"),
            Self::Older | Self::Resumed { .. } | Self::Io(_) => None,
        }
    }

    /// Whether only writing is what does not work: on a full disk, or one that may not be written.
    pub fn is_of_writing(&self) -> bool {
        use rusqlite::ErrorCode::{
            CannotOpen, DiskFull, PermissionDenied, ReadOnly, SystemIoFailure,
        };

        match self {
            Self::Newer { .. } | Self::Older | Self::Resumed { .. } => false,
            Self::Database(error) => matches!(
                error.sqlite_error_code(),
                Some(CannotOpen | DiskFull | PermissionDenied | ReadOnly | SystemIoFailure)
            ),
            Self::Io(error) => matches!(
                error.kind(),
                ErrorKind::PermissionDenied
                    | ErrorKind::ReadOnlyFilesystem
                    | ErrorKind::StorageFull
            ),
        }
    }
}
