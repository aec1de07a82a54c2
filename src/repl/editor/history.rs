//! What was typed in this repository before, without what holds a secret.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::script::{Piece, PieceKind, pieces};
use crate::secret::{Secrets, is_secret};
use crate::service::{files, state};

/// A text in JSON a line, as an entry may have many.
const FILE: &str = "repl-history.jsonl";

/// How many entries are read.
const MOST: usize = 1000;

/// Only its owner may read it.
const MODE: u32 = 0o600;

/// Names of options that hold a secret, where nothing else about them tells.
const SECRET: [&str; 4] = ["hook", "dsn", "authorization", "secrets"];

pub(super) struct History {
    root: PathBuf,
    secrets: Secrets,
    /// Those that may be asked for, the oldest first.
    entries: Vec<String>,
}

impl History {
    /// With the last entries of earlier sessions; none where there are none.
    pub(super) fn new(root: &Path, secrets: Secrets) -> Self {
        let root = root.to_owned();
        let entries = read(&root.join(state::FOLDER).join(FILE));
        Self {
            root,
            secrets,
            entries,
        }
    }

    pub(super) fn entries(&self) -> &[String] {
        &self.entries
    }

    /// Keeps `entry`, unless it holds a secret. Tells whether it does not.
    pub(super) fn add(&mut self, entry: &str) -> bool {
        if holds_secret(entry, &self.secrets) || has_secret_text(entry) {
            return false;
        }
        // It can still be asked for in this session.
        let _ = self.append(entry);
        self.entries.push(entry.to_owned());
        true
    }

    /// Forgets what holds a secret, which may have become known only after it was typed. Gives
    /// what is left, where that is less.
    pub(super) fn cleared(&mut self) -> Option<&[String]> {
        let before = self.entries.len();
        let secrets = &self.secrets;
        self.entries.retain(|entry| !holds_secret(entry, secrets));
        if self.entries.len() == before {
            return None;
        }
        let lines: String = self.entries.iter().map(|entry| line(entry)).collect();
        // What cannot be written is at least not offered any more.
        let _ = files::replace(&self.root.join(state::FOLDER).join(FILE), lines);
        Some(&self.entries)
    }

    fn append(&self, entry: &str) -> io::Result<()> {
        let path = state::make(&self.root)?.join(FILE);
        let mut options = OpenOptions::new();
        let mut file = options.create(true).append(true).mode(MODE).open(path)?;
        // One of an earlier wharf may be open to others.
        file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(MODE))?;
        file.write_all(line(entry).as_bytes())
    }
}

fn read(path: &Path) -> Vec<String> {
    let Ok(file) = File::open(path) else {
        return Vec::new();
    };
    let lines = BufReader::new(file).lines().map_while(Result::ok);
    let entries: Vec<String> = lines
        .filter_map(|line| serde_json::from_str(&line).ok())
        .collect();
    let surplus = entries.len().saturating_sub(MOST);
    entries.into_iter().skip(surplus).collect()
}

fn line(entry: &str) -> String {
    format!("{}\n", serde_json::Value::from(entry))
}

fn holds_secret(entry: &str, secrets: &Secrets) -> bool {
    secrets.mask(entry) != entry
}

/// Whether a text is written out behind a name that says it is secret, in code that may never have
/// been evaluated: `password: "…"`, `let token = "…"`.
fn has_secret_text(entry: &str) -> bool {
    let (pieces, _) = pieces(entry);
    let code: Vec<_> = pieces.iter().filter(|piece| piece.is_code()).collect();
    code.windows(3).any(|three| {
        let unquoted = |piece: &Piece<'_>| piece.text.trim_matches(['"', '`']).to_owned();
        let (name, text) = (unquoted(three[0]).to_lowercase(), unquoted(three[2]));
        matches!(three[1].text, ":" | "=")
            && three[2].kind == PieceKind::Text
            && (SECRET.contains(&name.as_str()) || is_secret(&format!("_{name}"), &text))
    })
}

#[cfg(test)]
mod tests {
    use super::has_secret_text;

    #[test]
    fn a_secret_is_known_by_the_name_before_it() {
        for (entry, secret) in [
            ("docker_push(\"a\", #{ password: \"dckr\" })", true),
            ("render_deploy(#{ api_key: `rnd` }", true),
            (
                "http(u, #{ headers: #{ \"Authorization\": \"Bearer x\" } })",
                true,
            ),
            ("let token = \"x\"", true),
            ("let token = secret(\"TOKEN\")", false),
            ("docker_push(\"a\", #{ username: \"me\" })", false),
        ] {
            assert_eq!(has_secret_text(entry), secret, "{entry}");
        }
    }
}
