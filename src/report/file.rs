//! Files that a run leaves: whole or not at all.

use std::fs::Permissions;
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;

use tempfile::{Builder, NamedTempFile};

use crate::failure::{Failure, Kind};

/// Finds out before anything runs whether `path` can be written.
pub(super) fn try_out(path: &Path) -> Result<(), Arc<Failure>> {
    if path.is_dir() {
        return Err(refused(path, Kind::Script, "it is a folder"));
    }
    draft(path)
        .map(drop)
        .map_err(|error| refused(path, Kind::Script, error))
}

/// Writes `text` beside `path` and puts it in its place.
pub(super) fn write(path: &Path, text: &str) -> Result<(), Arc<Failure>> {
    let written = || -> io::Result<()> {
        let mut draft = draft(path)?;
        draft.write_all(text.as_bytes())?;
        draft.persist(path)?;
        Ok(())
    };
    written().map_err(|error| refused(path, Kind::Pipeline, error))
}

fn draft(path: &Path) -> io::Result<NamedTempFile> {
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    std::fs::create_dir_all(folder)?;
    Builder::new()
        .prefix(".wharf-")
        // Others who may read the folder may read this, as any file that a tool leaves there.
        .permissions(Permissions::from_mode(0o666))
        .tempfile_in(folder)
}

fn refused(path: &Path, kind: Kind, why: impl ToString) -> Arc<Failure> {
    let message = format!("cannot write `{}`", path.display());
    Arc::new(Failure::new(kind, message).because(why.to_string()))
}
