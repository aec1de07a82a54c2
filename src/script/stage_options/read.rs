//! What single options take.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::{Given, Wrong};
use crate::action;
use crate::failure::nearest;
use crate::plan::Watch;
use crate::service::files::Globs;

pub(super) fn flag(given: &Given, name: &str, wrong: &mut Vec<Wrong>) -> bool {
    match given {
        Given::Bool(flag) => *flag,
        Given::Unknown => false,
        other => {
            let kind = other.kind();
            let message = format!("`{name}` must be true or false, not {kind}");
            wrong.push(Wrong::value(name, message));
            false
        }
    }
}

/// Names of stages.
pub(super) fn needs(given: &Given, wrong: &mut Vec<Wrong>) -> Vec<Arc<str>> {
    texts(given, "needs", "names of stages", wrong)
        .map(|(_, name)| name.into())
        .collect()
}

pub(super) fn labels(given: &Given, wrong: &mut Vec<Wrong>) -> Vec<String> {
    let found: Vec<_> = texts(given, "labels", "text", wrong).collect();
    let mut labels = Vec::new();
    for (path, label) in found {
        match label_or_why_not(&label) {
            Ok(()) => labels.push(label),
            Err(message) => wrong.push(Wrong::value(path, format!("a label {message}"))),
        }
    }
    labels
}

/// A text of one line.
pub(in crate::script) fn line(given: &Given, name: &str, wrong: &mut Vec<Wrong>) -> Option<String> {
    match given {
        Given::Text(text) => match label_or_why_not(text) {
            Ok(()) => Some(text.clone()),
            Err(message) => {
                wrong.push(Wrong::value(name, format!("`{name}` {message}")));
                None
            }
        },
        Given::SomeText | Given::Unknown => None,
        other => {
            let kind = other.kind();
            wrong.push(Wrong::value(
                name,
                format!("`{name}` must be text, not {kind}"),
            ));
            None
        }
    }
}

fn label_or_why_not(text: &str) -> Result<(), &'static str> {
    match text {
        text if text.trim().is_empty() => Err("cannot be empty"),
        text if text.contains(char::is_control) => Err("is one line of text"),
        _ => Ok(()),
    }
}

/// Globs of files in the repository.
pub(super) fn globs(given: &Given, name: &str, wrong: &mut Vec<Wrong>) -> Vec<String> {
    let found: Vec<_> = texts(given, name, "globs", wrong).collect();
    let mut globs = Vec::new();
    for (path, glob) in found {
        let glob = glob.trim_start_matches("./");
        let pattern = glob.strip_prefix('!').unwrap_or(glob);
        let outside = pattern.starts_with('/') || pattern.split('/').any(|part| part == "..");
        if glob.is_empty() {
            wrong.push(Wrong::value(
                path,
                format!("a glob of `{name}` cannot be empty"),
            ));
        } else if outside {
            let message = format!("`{glob}` leads out of the repository");
            let hint = format!("`{name}` are globs from the repository's root");
            wrong.push(Wrong::value(path, message).hint(hint));
        } else if let Err(error) = Globs::new(&[pattern.to_owned()]) {
            let name = false;
            wrong.push(Wrong {
                path,
                name,
                failure: error.into(),
            });
        } else {
            globs.push(glob.to_owned());
        }
    }
    globs
}

/// One text, or an array of them, each with its path.
fn texts<'a>(
    given: &'a Given,
    name: &'a str,
    what: &'a str,
    wrong: &'a mut Vec<Wrong>,
) -> impl Iterator<Item = (String, String)> + 'a {
    each(given, name).filter_map(move |(path, item)| match item {
        Given::Text(text) => Some((path, text.clone())),
        Given::SomeText | Given::Unknown => None,
        other => {
            let message = format!("`{name}` must be {what}, not {}", other.kind());
            wrong.push(Wrong::value(path, message));
            None
        }
    })
}

/// One value, or those of an array, each with its path.
pub(super) fn each<'a>(
    given: &'a Given,
    name: &'a str,
) -> impl Iterator<Item = (String, &'a Given)> {
    let (items, single) = match given {
        Given::Array(items) => (items.as_slice(), false),
        one => (std::slice::from_ref(one), true),
    };
    items.iter().enumerate().map(move |(index, item)| {
        let path = if single {
            name.to_owned()
        } else {
            format!("{name}[{index}]")
        };
        (path, item)
    })
}

/// Names and values for the environment.
pub(super) fn variables(given: &Given, wrong: &mut Vec<Wrong>) -> BTreeMap<String, String> {
    let entries = match given {
        Given::Map(entries) => entries.as_slice(),
        Given::Unknown => &[],
        other => {
            let kind = other.kind();
            let message = format!("`env` must be a map of names and values, not {kind}");
            wrong.push(Wrong::value("env", message));
            &[]
        }
    };
    let mut variables = BTreeMap::new();
    for (name, value) in entries {
        let path = format!("env.{name}");
        if name.is_empty() || name.contains(['=', '\0']) {
            let message = format!("`{name}` cannot be the name of an environment variable");
            wrong.push(Wrong::value(path, message));
            continue;
        }
        let value = match value {
            Given::Text(text) => text.clone(),
            Given::Whole(number) => number.to_string(),
            Given::Bool(flag) => flag.to_string(),
            Given::SomeText | Given::Unknown => continue,
            other => {
                let kind = other.kind();
                let message = format!("the value of `{name}` in `env` must be text, not {kind}");
                wrong.push(Wrong::value(path, message));
                continue;
            }
        };
        variables.insert(name.clone(), value);
    }
    variables
}

/// A length of time that is not none.
pub(in crate::script) fn time(
    given: &Given,
    path: &str,
    wrong: &mut Vec<Wrong>,
) -> Option<Duration> {
    if matches!(given, Given::SomeText | Given::Unknown) {
        return None;
    }
    let read = given
        .scalar()
        .and_then(|value| serde_json::from_value::<action::Duration>(value).ok())
        .map(Duration::from)
        .filter(|time| !time.is_zero());
    if read.is_none() {
        let given = given.shown();
        let message =
            format!("`{path}` must be a number of seconds or a text like \"1m30s\", not {given}");
        wrong.push(Wrong::value(path, message));
    }
    read
}

/// What `wharf watch` does with it.
pub(super) fn watch(given: &Given, wrong: &mut Vec<Wrong>) -> Watch {
    let text = match given {
        Given::SomeText | Given::Unknown => return Watch::default(),
        Given::Text(text) => text.as_str(),
        _ => "",
    };
    let mut known = Watch::NAMES.iter();
    if let Some((_, watch)) = known.find(|(name, _)| *name == text) {
        return *watch;
    }
    let names = Watch::NAMES.map(|(name, _)| name);
    let message = format!(
        "`watch` must be one of {}, not {}",
        names.map(|name| format!("\"{name}\"")).join(", "),
        given.shown()
    );
    let mut complaint = Wrong::value("watch", message);
    if let Some(near) = nearest(text, names) {
        complaint = complaint.hint(format!("did you mean `{near}`?"));
    }
    wrong.push(complaint);
    Watch::default()
}

pub(super) fn condition(given: &Given, wrong: &mut Vec<Wrong>) {
    if !matches!(given, Given::Bool(_) | Given::Closure | Given::Unknown) {
        let message = format!(
            "`when` must be true, false, a condition like `on_branch(\"main\")` or a closure, not {}",
            given.kind()
        );
        wrong.push(Wrong::value("when", message));
    }
}
