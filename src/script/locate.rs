//! Where the script is: the nearest `wharf.rhai` from a folder upwards.

use std::path::{Path, PathBuf};

use crate::failure::Failure;

pub const FILE_NAME: &str = "wharf.rhai";

/// The script to use from `directory`: `file` if given, else the nearest [`FILE_NAME`] in this
/// folder or one above it. The answer is absolute.
pub fn locate(directory: &Path, file: Option<&Path>) -> Result<PathBuf, Failure> {
    let directory = folder(directory)?;
    if let Some(file) = file {
        let path = directory.join(file);
        return if path.is_file() {
            Ok(path)
        } else if path.is_dir() {
            Err(
                Failure::script(format!("`{}` is a folder, not a script", file.display()))
                    .hint("`-C DIR` works in a folder"),
            )
        } else {
            Err(Failure::script(format!(
                "there is no script `{}`",
                file.display()
            )))
        };
    }
    directory
        .ancestors()
        .map(|folder| folder.join(FILE_NAME))
        .find(|path| path.is_file())
        .ok_or_else(|| {
            Failure::script(format!(
                "there is no `{FILE_NAME}` in `{}` or any folder above it",
                directory.display()
            ))
            .hint("`wharf init` writes a first one; `-f FILE` names another")
        })
}

/// The folder to work in, absolute.
pub fn folder(directory: &Path) -> Result<PathBuf, Failure> {
    let refuse = |cause: String| {
        let name = directory.display();
        Failure::script(format!("cannot enter the directory `{name}`")).because(cause)
    };
    let found = directory.canonicalize();
    let found = found.map_err(|error| refuse(error.to_string()))?;
    if found.is_dir() {
        Ok(found)
    } else {
        Err(refuse("it is a file".to_owned()))
    }
}
