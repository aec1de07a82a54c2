//! `.wharf/`: where wharf keeps what it knows of a repository. Git does not see it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

pub const FOLDER: &str = ".wharf";

/// Makes the folder in `root`, and the file in it that hides it from git.
pub fn make(root: &Path) -> io::Result<PathBuf> {
    let folder = root.join(FOLDER);
    fs::create_dir_all(&folder)?;
    let ignore = folder.join(".gitignore");
    if !ignore.exists() {
        fs::write(ignore, "*\n")?;
    }
    Ok(folder)
}
