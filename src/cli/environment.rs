//! The environment of a run: that of the process, and `.env` beside the script beneath it.

mod expansion;

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;

use crate::failure::Failure;
use crate::secret::{SHORT, Secrets, hide, is_secret, with_credential};
use crate::service::process::own_environment;

/// Names of secret values that are too short to be hidden.
#[derive(Debug, Default)]
pub(super) struct Short {
    environment: Vec<String>,
    file: Vec<String>,
}

impl Short {
    /// A warning, if there are any.
    pub(super) fn told(&self) -> Option<String> {
        let places = [
            (&self.environment, "the environment"),
            (&self.file, "`.env`"),
        ];
        let told: Vec<_> = places
            .into_iter()
            .filter(|(names, _)| !names.is_empty())
            .map(|(names, place)| format!("{} in {place}", names.join(", ")))
            .collect();
        (!told.is_empty()).then(|| format!("{SHORT}: {}", told.join(", ")))
    }
}

/// The process environment, with what `.env` in `root` adds to it: names that are set already stay
/// as they are. Values of the file are hidden everywhere, and so are those whose name says that
/// they are secret; but for flags. `short` gets the names of values that are too short to be hidden.
pub(super) fn environment(
    root: &Path,
    secrets: &Secrets,
    short: &mut Short,
) -> Result<Arc<BTreeMap<String, String>>, Failure> {
    let own = own_environment();
    for (name, value) in &**own {
        if is_secret(name, value) {
            if !hide_named(name, value, secrets) {
                short.environment.push(format!("`{name}`"));
            }
        } else if let Some(url) = with_credential(value) {
            secrets.add_url_parts(&url);
        }
    }
    let path = root.join(".env");
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(own.clone()),
        Err(error) => {
            let cause = match error.kind() {
                ErrorKind::InvalidData => "it is not UTF-8 text".to_owned(),
                _ => error.to_string(),
            };
            return Err(Failure::script("`.env` cannot be read").because(cause));
        }
    };
    // Some editors begin a file with a byte order mark.
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    if let Some(line) = expansion::lost(text, |name| own.contains_key(name)) {
        return Err(Failure::script("`.env` cannot be read")
            .because(format!(
                "a `$` in line {line} stands for nothing that is set"
            ))
            .hint("single quotes keep a `$`: NAME='…'"));
    }
    let mut environment = BTreeMap::clone(own);
    for entry in dotenvy::from_read_iter(text.as_bytes()) {
        let (name, value) = entry.map_err(|error| unreadable(&error, text))?;
        if !hide_named(&name, &value, secrets) {
            short.file.push(format!("`{name}`"));
        }
        // Where it is set otherwise it is as secret.
        hide(environment.entry(name).or_insert(value), secrets);
    }
    Ok(Arc::new(environment))
}

fn hide_named(name: &str, value: &str, secrets: &Secrets) -> bool {
    if name.ends_with("SENTRY_DSN") {
        return secrets.add_dsn(value);
    }
    hide(value, secrets)
}

/// A line that is no `NAME=value`. It may hold a secret, so it is not shown.
fn unreadable(error: &dotenvy::Error, text: &str) -> Failure {
    let failure = Failure::script("`.env` cannot be read");
    let failure = match error {
        dotenvy::Error::LineParse(part, at) => failure.because(match place(part, *at, text) {
            Some((line, _)) if has_bare_spaces(text, line) => {
                format!("a value with spaces has no quotes in line {line}")
            }
            Some((line, character)) => {
                format!("line {line} cannot be understood at its character {character}")
            }
            None => "a quote is open at its end".to_owned(),
        }),
        other => failure.because(other.to_string()),
    };
    failure.hint("write one NAME=value a line, with quotes around a value that has spaces")
}

/// Whether the value in the line, from 1, has words of its own and does not begin with a quote.
fn has_bare_spaces(text: &str, line: usize) -> bool {
    let value = text.lines().nth(line - 1).and_then(|line| {
        let (name, value) = line.split_once('=')?;
        let name = name.trim().trim_start_matches("export ");
        (!name.is_empty() && !name.contains(char::is_whitespace)).then_some(value)
    });
    value.is_some_and(|value| {
        let words = value.split_whitespace().count();
        words > 1 && !value.starts_with(|c: char| c.is_whitespace() || c == '"' || c == '\'')
    })
}

/// The line and the character, both from 1, of what went wrong at byte `at` of `part`: of the lines
/// that hold it, the first that goes wrong in just this way by itself.
fn place(part: &str, at: usize, text: &str) -> Option<(usize, usize)> {
    let wrong = |line: &str| {
        let mut entries = dotenvy::from_read_iter(line.as_bytes());
        entries.any(|entry| {
            matches!(entry, Err(dotenvy::Error::LineParse(own, place)) if own == part && place == at)
        })
    };
    let mut lines = text.lines().enumerate();
    let (number, line) = lines.find(|(_, line)| wrong(line))?;
    let start = line.find(part)?;
    let before = line.get(..start + at)?;
    Some((number + 1, before.chars().count() + 1))
}
