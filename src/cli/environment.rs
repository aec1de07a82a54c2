//! The environment of a run: that of the process, and `.env` beside the script beneath it.

use std::collections::BTreeMap;
use std::path::Path;

use crate::failure::Failure;
use crate::secret::Secrets;

/// Values that are no secrets, and would make every log unreadable.
const FLAGS: [&str; 6] = ["true", "false", "yes", "no", "on", "off"];

/// The process environment, with what `.env` in `root` adds to it: names that are set already stay
/// as they are. Values of the file are hidden everywhere, and so are those whose name says that
/// they are secret; but for flags and short numbers. `short` gets the names of the file whose
/// values are too short to be hidden.
pub(super) fn environment(
    root: &Path,
    secrets: &Secrets,
    short: &mut Vec<String>,
) -> Result<BTreeMap<String, String>, Failure> {
    let mut environment: BTreeMap<_, _> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    for (name, value) in &environment {
        if is_secret(name) {
            hide(value, secrets);
        }
    }
    let path = root.join(".env");
    let entries = match dotenvy::from_path_iter(&path) {
        Ok(entries) => entries,
        Err(error) if error.not_found() => return Ok(environment),
        Err(error) => return Err(unreadable(&error)),
    };
    for entry in entries {
        let (name, value) = entry.map_err(|error| unreadable(&error))?;
        if !hide(&value, secrets) {
            short.push(format!("`{name}`"));
        }
        environment.entry(name).or_insert(value);
    }
    Ok(environment)
}

/// Whether a name of the environment says that its value is a secret.
fn is_secret(name: &str) -> bool {
    let name = name.to_uppercase();
    matches!(name.as_str(), "HOOK_RENDER" | "SENTRY_DSN")
        || ["PASSWORD", "TOKEN", "SECRET", "_KEY"]
            .into_iter()
            .any(|end| name.ends_with(end))
}

/// Hides `value`, and what is secret in it alone if it is a URL. Tells whether a value that should
/// be hidden is.
fn hide(value: &str, secrets: &Secrets) -> bool {
    let short_number = value.len() < 4 && value.chars().all(|c| c.is_ascii_digit());
    if short_number || FLAGS.contains(&value.to_lowercase().as_str()) {
        return true;
    }
    if value.contains("://") {
        secrets.add_url(value);
        return true;
    }
    secrets.add(value)
}

fn unreadable(error: &dotenvy::Error) -> Failure {
    let failure = Failure::script("`.env` cannot be read");
    match error {
        // The line may hold a secret, so it is not shown.
        dotenvy::Error::LineParse(_, at) => {
            failure.because(format!("a line cannot be understood at its character {at}"))
        }
        other => failure.because(other.to_string()),
    }
    .hint("write one NAME=value a line, with quotes around a value that has spaces")
}
