//! Where the script is: the nearest `wharf.rhai` from a folder upwards.

use std::path::{Path, PathBuf};

use crate::failure::Failure;

pub const FILE_NAME: &str = "wharf.rhai";

/// The script to use from `directory`: `file` if given, else the nearest [`FILE_NAME`] in this
/// folder or one above it. The answer is absolute.
pub fn locate(directory: &Path, file: Option<&Path>) -> Result<PathBuf, Failure> {
    let directory = directory.canonicalize().map_err(|error| {
        Failure::script(format!(
            "cannot enter the directory `{}`",
            directory.display()
        ))
        .because(error.to_string())
    })?;
    if let Some(file) = file {
        let path = directory.join(file);
        return if path.is_file() {
            Ok(path)
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
