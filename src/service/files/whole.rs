//! Files that are there whole, or as they were.

use std::fs::Permissions;
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use tempfile::{Builder, NamedTempFile};

/// Writes `bytes` beside `path` and puts it in its place, so that a reader never sees half a file.
/// It has the permissions of the file that was there, or those that any tool's file would have;
/// folders that are missing are made.
pub fn replace(path: &Path, bytes: impl AsRef<[u8]>) -> io::Result<()> {
    let mut draft = draft(path)?;
    draft.write_all(bytes.as_ref())?;
    if let Ok(old) = std::fs::metadata(path) {
        draft.as_file().set_permissions(old.permissions())?;
    }
    draft.persist(path)?;
    Ok(())
}

/// An empty file beside `path`, gone when it is dropped.
pub fn draft(path: &Path) -> io::Result<NamedTempFile> {
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    std::fs::create_dir_all(folder)?;
    Builder::new()
        .prefix(".wharf-")
        .permissions(Permissions::from_mode(0o666))
        .tempfile_in(folder)
}
