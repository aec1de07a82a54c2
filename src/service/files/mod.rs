//! The files of a repository: which ones globs mean, and whether they are what they were.

mod content;
mod difference;
mod fingerprint;
mod folder;
mod globs;
mod ignored;
mod index;
mod link;
mod manifest;
mod names;
mod queue;
mod sealed;
pub(in crate::service) mod stamp;
#[cfg(test)]
mod tests;
mod text;
mod walk;
mod whole;

use std::io;
use std::path::PathBuf;
use std::sync::OnceLock;

use rustix::io::Errno;

use crate::failure::{self, Failure};
use folder::{Entry, Folder};
use globs::path;

pub use difference::{Change, Changed, describe, differences};
pub use fingerprint::{Files, Fingerprint};
pub use globs::{Globs, unmatched};
pub(in crate::service) use ignored::Rules;
pub use index::Index;
pub use manifest::{File, Kind, Manifest};
pub use text::read_text;
pub use whole::{draft, replace};

#[derive(Debug, thiserror::Error)]
pub enum FilesError {
    #[error("`{glob}` is no glob")]
    Glob { glob: String, reason: String },
    #[error("`{0}` leads out of the pipeline's folder")]
    Outside(String),
    #[error("`{0}` only excludes, and there is no glob that includes")]
    OnlyExcludes(String),
    #[error("these globs are too many")]
    TooMany(String),
    #[error("cannot read `{}`", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("stopped while files were read")]
    Cancelled,
}

impl FilesError {
    fn unreadable(pieces: &[&[u8]], error: Errno) -> Self {
        Self::Unreadable {
            path: path(&pieces.concat()).to_owned(),
            source: error.into(),
        }
    }
}

impl From<FilesError> for Failure {
    fn from(error: FilesError) -> Self {
        let message = error.to_string();
        match error {
            FilesError::Glob { reason, .. } | FilesError::TooMany(reason) => {
                Self::script(message).because(reason)
            }
            FilesError::Outside(_) | FilesError::OnlyExcludes(_) => Self::script(message),
            FilesError::Unreadable { source, .. } => {
                Self::new(failure::Kind::Pipeline, message).because(source.to_string())
            }
            FilesError::Cancelled => Self::new(failure::Kind::Pipeline, message),
        }
    }
}

/// How many threads share work that is worth it.
fn threads() -> usize {
    static THREADS: OnceLock<usize> = OnceLock::new();
    *THREADS.get_or_init(|| std::thread::available_parallelism().map_or(1, |all| all.get().min(8)))
}
