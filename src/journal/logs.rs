//! Where the output of stages lies.

use std::borrow::Cow;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::Journal;

/// What is not safe in the name of a file on every system, and `%` itself.
const UNSAFE: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'(')
    .remove(b')')
    .remove(b'=')
    .remove(b',')
    .remove(b'+');

/// File systems take 255 bytes.
const LONGEST: usize = 200;

const FOLDER: &str = "logs";
const EXTENSION: &str = ".log";

impl Journal {
    /// The log of a stage, or of a hook. There is none where nothing was said.
    pub fn log_path(&self, run: i64, stage: &str) -> PathBuf {
        path(&self.folder, run, stage)
    }

    /// Who said something in a run, stages and others, by name.
    pub fn logged(&self, run: i64) -> io::Result<Vec<String>> {
        let entries = match fs::read_dir(folder(&self.folder, run)) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut names = Vec::new();
        for entry in entries {
            let file = entry?.file_name();
            let name = file.to_str().and_then(|file| file.strip_suffix(EXTENSION));
            let name = name.map(|name| percent_decode_str(name).decode_utf8_lossy());
            // One that was too long cannot be read back.
            let name = name.filter(|name| file.to_str() == Some(&file_name(name)));
            names.extend(name.map(Cow::into_owned));
        }
        names.sort();
        Ok(names)
    }
}

/// `state` is wharf's folder in the repository.
pub(super) fn path(state: &Path, run: i64, stage: &str) -> PathBuf {
    folder(state, run).join(file_name(stage))
}

pub(super) fn folder(state: &Path, run: i64) -> PathBuf {
    all(state).join(run.to_string())
}

/// The folder of all runs' folders.
pub(super) fn all(state: &Path) -> PathBuf {
    state.join(FOLDER)
}

/// A different one for each stage.
fn file_name(stage: &str) -> String {
    let mut name = utf8_percent_encode(stage, UNSAFE).to_string();
    if name.len() > LONGEST {
        name.truncate(LONGEST - 64);
        name += blake3::hash(stage.as_bytes()).to_hex().as_str();
    }
    name + EXTENSION
}

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn names_of_files_are_safe_and_differ() {
        for (stage, expected) in [
            ("test", "test.log"),
            ("test (python=3.11)", "test%20(python=3.11).log"),
            ("../up", "..%2Fup.log"),
            ("a%2Fb", "a%252Fb.log"),
            ("höhe", "h%C3%B6he.log"),
        ] {
            assert_eq!(file_name(stage), expected);
        }
        let (one, two) = (format!("{}1", "é".repeat(300)), "é".repeat(300));
        assert_eq!(file_name(&one).len(), 204);
        assert_ne!(file_name(&one), file_name(&two));
    }
}
