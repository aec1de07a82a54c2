//! `matrix: #{ python: ["3.11", "3.12"], exclude: [#{ … }], include: [#{ … }] }`.

use serde_json::Value;

use super::{Given, Wrong};
use crate::plan::{Combination, Matrix};

/// The matrix, as far as it is known; complaints about all of it only where it is.
pub(super) fn read(given: &Given, wrong: &mut Vec<Wrong>) -> Option<Matrix> {
    let entries = match given {
        Given::Map(entries) => entries,
        Given::Unknown => return None,
        other => {
            let kind = other.kind();
            let message =
                format!("`matrix` must be a map of names and arrays of values, not {kind}");
            wrong.push(Wrong::value("matrix", message));
            return None;
        }
    };
    let before = wrong.len();
    let mut matrix = Matrix::default();
    for (name, value) in entries {
        let path = format!("matrix.{name}");
        match name.as_str() {
            "exclude" => matrix.exclude = combinations(value, &path, wrong),
            "include" => matrix.include = combinations(value, &path, wrong),
            name => matrix
                .axes
                .push((name.to_owned(), values(value, &path, wrong))),
        }
    }
    if wrong.len() == before
        && given.is_known()
        && let Err(unfit) = matrix.combinations()
    {
        let dot = if unfit.path.is_empty() { "" } else { "." };
        let mut complaint = Wrong::value(format!("matrix{dot}{}", unfit.path), unfit.message);
        complaint.name = unfit.name;
        complaint.failure.hints.extend(unfit.hint);
        wrong.push(complaint);
    }
    Some(matrix)
}

fn values(given: &Given, path: &str, wrong: &mut Vec<Wrong>) -> Vec<Value> {
    let Given::Array(items) = given else {
        if !matches!(given, Given::Unknown) {
            let kind = given.kind();
            let message = format!("`{path}` must be an array of values, not {kind}");
            wrong.push(Wrong::value(path, message));
        }
        return Vec::new();
    };
    let items = items.iter().enumerate();
    items
        .filter_map(|(index, item)| value(item, path, format!("{path}[{index}]"), wrong))
        .collect()
}

/// `exclude` or `include`: a map, or an array of them.
fn combinations(given: &Given, path: &str, wrong: &mut Vec<Wrong>) -> Vec<Combination> {
    let entries = super::read::each(given, path);
    entries
        .filter_map(|(at, entry)| match entry {
            Given::Map(values) => {
                let values = values.iter().filter_map(|(name, given)| {
                    let value = value(given, path, format!("{at}.{name}"), wrong)?;
                    Some((name.clone(), value))
                });
                Some(values.collect())
            }
            Given::Unknown => None,
            other => {
                let kind = other.kind();
                let message = format!("`{path}` must be an array of maps, not {kind}");
                wrong.push(Wrong::value(at, message));
                None
            }
        })
        .collect()
}

fn value(given: &Given, whole: &str, path: String, wrong: &mut Vec<Wrong>) -> Option<Value> {
    let one_line = |value: &Value| !value.as_str().is_some_and(|t| t.contains(char::is_control));
    match given.scalar() {
        Some(value) if one_line(&value) => Some(value),
        None if matches!(given, Given::Unknown | Given::SomeText) => None,
        known => {
            let kind = match known {
                Some(_) => "text of several lines",
                None => given.kind(),
            };
            let message =
                format!("the values in `{whole}` must be text, numbers, true or false, not {kind}");
            wrong.push(Wrong::value(path, message));
            None
        }
    }
}
