//! An option's value, known or only written: what a run is given, and what the checker reads.

use rhai::{Array, Dynamic, FnPtr, ImmutableString, Map};
use serde_json::Value;

use crate::script::value::name_of;

/// A value of the script, as far as it is known.
#[derive(Clone, Debug)]
pub(in crate::script) enum Given {
    Bool(bool),
    Whole(i64),
    Number(f64),
    Text(String),
    /// A text that only the run computes.
    SomeText,
    Array(Vec<Given>),
    Map(Vec<(String, Given)>),
    Closure,
    /// Something else, in the user's words.
    Other(&'static str),
    /// Only the run computes it.
    Unknown,
}

impl Given {
    /// `value`, which is all known. Maps come in the order of their keys.
    pub(in crate::script) fn of(value: &Dynamic) -> Self {
        let value = value.clone().flatten();
        if let Ok(flag) = value.as_bool() {
            Self::Bool(flag)
        } else if let Ok(number) = value.as_int() {
            Self::Whole(number)
        } else if let Ok(number) = value.as_float() {
            Self::Number(number)
        } else if let Ok(letter) = value.as_char() {
            Self::Text(letter.to_string())
        } else if let Some(text) = value.read_lock::<ImmutableString>() {
            Self::Text(text.to_string())
        } else if let Some(items) = value.read_lock::<Array>() {
            Self::Array(items.iter().map(Self::of).collect())
        } else if let Some(entries) = value.read_lock::<Map>() {
            Self::Map(Self::entries(&entries))
        } else if value.is::<FnPtr>() {
            Self::Closure
        } else {
            Self::Other(name_of(&value))
        }
    }

    pub(in crate::script) fn entries(map: &Map) -> Vec<(String, Self)> {
        let entries = map.iter();
        entries
            .map(|(key, value)| (key.to_string(), Self::of(value)))
            .collect()
    }

    /// Whether all of it is known.
    pub(in crate::script) fn is_known(&self) -> bool {
        match self {
            Self::SomeText | Self::Unknown => false,
            Self::Array(items) => items.iter().all(Self::is_known),
            Self::Map(entries) => entries.iter().all(|(_, value)| value.is_known()),
            _ => true,
        }
    }

    /// Plain data that is no collection.
    pub(super) fn scalar(&self) -> Option<Value> {
        match self {
            Self::Bool(flag) => Some((*flag).into()),
            Self::Whole(number) => Some((*number).into()),
            Self::Number(number) => serde_json::Number::from_f64(*number).map(Value::Number),
            Self::Text(text) => Some(text.as_str().into()),
            _ => None,
        }
    }

    /// What it is, in the user's words.
    pub(in crate::script) fn kind(&self) -> &'static str {
        match self {
            Self::Bool(_) => "true or false",
            Self::Whole(_) => "a whole number",
            Self::Number(_) => "a number",
            Self::Text(_) | Self::SomeText => "text",
            Self::Array(_) => "an array",
            Self::Map(_) => "a map",
            Self::Closure => "a function",
            Self::Other(name) => name,
            Self::Unknown => "any value",
        }
    }

    /// Numbers and texts as they are, other values by their kind.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Whole(number) => format!("`{number}`"),
            Self::Number(number) => format!("`{}`", Dynamic::from(*number)),
            Self::Text(text) => format!("`{text}`"),
            other => other.kind().to_owned(),
        }
    }
}
