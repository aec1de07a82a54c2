//! Why the journal cannot be read or written.

use std::io;

/// Completes “the journal cannot be used: …”.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    #[error("it was written by a newer wharf: its version is {found}, and this one knows {known}")]
    Newer { found: usize, known: usize },
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
            Self::Io(_) => None,
        }
    }
}
