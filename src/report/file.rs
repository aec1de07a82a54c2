//! Files that a run leaves: whole or not at all.

use std::path::Path;
use std::sync::Arc;

use crate::failure::{Failure, Kind};
use crate::service::files;

/// Finds out before anything runs whether `path` can be written.
pub(super) fn try_out(path: &Path) -> Result<(), Arc<Failure>> {
    if path.is_dir() {
        return Err(refused(path, Kind::Script, "it is a folder"));
    }
    files::draft(path)
        .map(drop)
        .map_err(|error| refused(path, Kind::Script, error))
}

/// Writes `text` whole or not at all.
pub(super) fn write(path: &Path, text: &str) -> Result<(), Arc<Failure>> {
    files::replace(path, text).map_err(|error| refused(path, Kind::Pipeline, error))
}

fn refused(path: &Path, kind: Kind, why: impl ToString) -> Arc<Failure> {
    let message = format!("cannot write `{}`", path.display());
    Arc::new(Failure::new(kind, message).because(why.to_string()))
}
