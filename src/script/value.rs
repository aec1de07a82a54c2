//! Between script values and plain data.

use std::fmt;

use rhai::{Array, Blob, Dynamic, FnPtr, ImmutableString, Map};
use serde_json::{Number, Value};

use super::raised::Raised;
use crate::words::AS_IS;

/// What in a value is no plain data.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NotPlain {
    kind: &'static str,
    /// `.key[1]`; empty for the value itself.
    pub(super) path: String,
}

impl fmt::Display for NotPlain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.trim_start_matches('.') {
            "" => write!(f, "{} is not plain data", self.kind),
            path => write!(f, "{} at `{path}` is not plain data", self.kind),
        }
    }
}

const FAILURE: &str = "a failure";

pub(super) fn to_json(value: &Dynamic) -> Result<Value, NotPlain> {
    convert(value, &mut String::new())
}

pub(super) fn from_json(value: Value) -> Dynamic {
    match value {
        Value::Null => Dynamic::UNIT,
        Value::Bool(value) => value.into(),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => whole.into(),
            None => number.as_f64().unwrap_or(f64::NAN).into(),
        },
        Value::String(text) => text.into(),
        Value::Array(items) => items.into_iter().map(from_json).collect::<Array>().into(),
        Value::Object(entries) => {
            let map: Map = entries
                .into_iter()
                .map(|(key, value)| (key.into(), from_json(value)))
                .collect();
            map.into()
        }
    }
}

/// `value` as far as it is plain data; in the place of what is not, what that is.
pub(super) fn to_shown(value: &Dynamic) -> Value {
    if let Some(items) = value.read_lock::<Array>() {
        items.iter().map(to_shown).collect()
    } else if let Some(entries) = value.read_lock::<Map>() {
        let entries = entries.iter();
        let entries = entries.map(|(key, item)| (key.to_string(), to_shown(item)));
        Value::Object(entries.collect())
    } else {
        to_json(value).unwrap_or_else(|_| format!("{AS_IS}{}", name_of(value)).into())
    }
}

fn convert(value: &Dynamic, path: &mut String) -> Result<Value, NotPlain> {
    let not_plain = |kind, path: &str| NotPlain {
        kind,
        path: path.to_owned(),
    };
    let value = value.clone().flatten();
    if value.is_unit() {
        Ok(Value::Null)
    } else if let Ok(value) = value.as_bool() {
        Ok(Value::Bool(value))
    } else if let Ok(value) = value.as_int() {
        Ok(value.into())
    } else if let Ok(number) = value.as_float() {
        Number::from_f64(number)
            .map(Value::Number)
            .ok_or_else(|| not_plain("a number that is not finite", path))
    } else if let Some(text) = value.read_lock::<ImmutableString>() {
        Ok(Value::String(text.to_string()))
    } else if let Ok(character) = value.as_char() {
        Ok(Value::String(character.to_string()))
    } else if let Some(items) = value.read_lock::<Array>() {
        let mut converted = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            converted.push(below(path, &format!("[{index}]"), |path| {
                convert(item, path)
            })?);
        }
        Ok(Value::Array(converted))
    } else if let Some(entries) = value.read_lock::<Map>() {
        let mut converted = serde_json::Map::new();
        for (key, item) in entries.iter() {
            let value = below(path, &format!(".{key}"), |path| convert(item, path))?;
            converted.insert(key.to_string(), value);
        }
        Ok(Value::Object(converted))
    } else if let Some(raised) = value.read_lock::<Raised>() {
        Ok(Value::String(raised.0.message.clone()))
    } else {
        Err(not_plain(name_of(&value), path))
    }
}

fn below<T>(
    path: &mut String,
    step: &str,
    convert: impl FnOnce(&mut String) -> Result<T, NotPlain>,
) -> Result<T, NotPlain> {
    let length = path.len();
    path.push_str(step);
    let converted = convert(path);
    path.truncate(length);
    converted
}

/// What a script's author calls the type of `value`.
pub(super) fn name_of(value: &Dynamic) -> &'static str {
    if value.is::<FnPtr>() {
        "a function"
    } else if value.is::<Raised>() {
        FAILURE
    } else if value.is::<Blob>() {
        "a blob"
    } else {
        type_name(value.type_name())
    }
}

/// Rhai's and Rust's names of types in the user's words.
pub(super) fn type_name(name: &str) -> &'static str {
    match name.split(" | ").next().unwrap_or(name) {
        "i64" | "int" | "INT" => "a whole number",
        "f64" | "float" | "FLOAT" => "a number",
        "bool" => "true or false",
        "string" | "ImmutableString" | "&str" | "String" | "alloc::string::String" => "text",
        "char" => "a character",
        "array" | "Array" => "an array",
        "map" | "Map" => "a map",
        "blob" | "Blob" => "a blob",
        "()" | "" => "nothing",
        "Fn" | "FnPtr" => "a function",
        "timestamp" | "Instant" => "a timestamp",
        "failure" => FAILURE,
        "Dynamic" | "?" => "any value",
        name if name.ends_with("Raised") => FAILURE,
        name if name.ends_with("Stream") || name.ends_with("BitRange") => "a sequence",
        name if name.starts_with("range") || name.contains("ange") => "a range",
        _ => "something else",
    }
}
