//! What was typed in this repository before, without what holds a secret.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

use crate::secret::Secrets;
use crate::service::state;

/// A text in JSON a line, as an entry may have many.
const FILE: &str = "repl-history.jsonl";

/// How many entries are read.
const MOST: usize = 1000;

pub(super) struct History {
    root: PathBuf,
    secrets: Secrets,
}

impl History {
    pub(super) fn new(root: &Path, secrets: Secrets) -> Self {
        Self {
            root: root.to_owned(),
            secrets,
        }
    }

    /// The last entries, the oldest first; none where there are none.
    pub(super) fn read(&self) -> Vec<String> {
        let Ok(file) = File::open(self.root.join(state::FOLDER).join(FILE)) else {
            return Vec::new();
        };
        let lines = BufReader::new(file).lines().map_while(Result::ok);
        let entries: Vec<String> = lines
            .filter_map(|line| serde_json::from_str(&line).ok())
            .collect();
        let surplus = entries.len().saturating_sub(MOST);
        entries.into_iter().skip(surplus).collect()
    }

    /// Keeps `entry`, unless it holds a secret. Tells whether it does not.
    pub(super) fn add(&self, entry: &str) -> bool {
        if self.secrets.mask(entry) != entry {
            return false;
        }
        let line = format!("{}\n", serde_json::Value::from(entry));
        let kept = state::make(&self.root).and_then(|folder| {
            let mut options = OpenOptions::new();
            let mut file = options.create(true).append(true).open(folder.join(FILE))?;
            file.write_all(line.as_bytes())
        });
        // It can still be asked for in this session.
        let _ = kept;
        true
    }
}
