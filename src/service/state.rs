//! `.wharf/`: where wharf keeps what it knows of a repository. Git does not see it.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use uuid::Uuid;

pub const FOLDER: &str = ".wharf";

/// A number that only this copy of the repository has, made on first use: with it in them, hashes
/// of secrets tell nothing.
pub fn key(root: &Path) -> io::Result<[u8; 32]> {
    let path = make(root)?.join("key");
    loop {
        match fs::read(&path).map(<[u8; 32]>::try_from) {
            Ok(Ok(key)) => return Ok(key),
            Ok(Err(_)) => fs::remove_file(&path)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        let mut key = [0; 32];
        key[..16].copy_from_slice(Uuid::new_v4().as_bytes());
        key[16..].copy_from_slice(Uuid::new_v4().as_bytes());
        // Only its owner may read it.
        let mut file = tempfile::NamedTempFile::new_in(root.join(FOLDER))?;
        file.write_all(&key)?;
        // Another may have been faster: then its key is the one.
        let _ = file.persist_noclobber(&path);
    }
}

/// Makes the folder in `root`, which has to be there, and the file in it that hides it from git.
pub fn make(root: &Path) -> io::Result<PathBuf> {
    let folder = root.join(FOLDER);
    match fs::create_dir(&folder) {
        Err(error) if !folder.is_dir() => return Err(error),
        _ => {}
    }
    let ignore = folder.join(".gitignore");
    if !ignore.exists() {
        fs::write(ignore, "*\n")?;
    }
    Ok(folder)
}
