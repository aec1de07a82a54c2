//! An action's JSON schemas, read for people: what options there are and what each takes.

use schemars::Schema;
use serde_json::Value;

/// One option, or one part of a result.
#[derive(Debug)]
pub struct Field<'a> {
    pub name: &'a str,
    /// In words: `text`, `an array of text`, `"deploy" or "notify"`, `any`.
    pub kind: String,
    pub required: bool,
    /// What it is if it is not given, as a script writes it.
    pub default: Option<String>,
    /// Names in the environment that are read, in this order, if it is not given: `x-env`.
    pub env: Vec<String>,
    /// From the field's doc comment.
    pub doc: &'a str,
}

/// The fields of an object's schema, in the order of their declaration.
pub fn fields(schema: &Schema) -> Vec<Field<'_>> {
    let required = schema.get("required").and_then(Value::as_array);
    let properties = schema.get("properties").and_then(Value::as_object);
    properties
        .into_iter()
        .flatten()
        .map(|(name, part)| Field {
            name,
            kind: match kind(schema, part) {
                kind if kind.is_empty() => "any".to_owned(),
                kind => kind,
            },
            required: required.is_some_and(|names| names.iter().any(|known| known == name)),
            default: part.get("default").and_then(written),
            env: env(part),
            doc: part
                .get("description")
                .and_then(Value::as_str)
                .unwrap_or_default(),
        })
        .collect()
}

/// The names in the environment that stand in for `part`.
pub fn env(part: &Value) -> Vec<String> {
    let names = part.get("x-env").and_then(Value::as_array);
    let names = names.into_iter().flatten().filter_map(Value::as_str);
    names.map(str::to_owned).collect()
}

/// A default as a script writes it; nothing for the nothing.
fn written(default: &Value) -> Option<String> {
    match default {
        Value::Null => None,
        Value::Object(map) if map.is_empty() => Some("#{}".to_owned()),
        other => Some(other.to_string()),
    }
}

/// The schema of the field called `name`.
pub fn field<'a>(schema: &'a Schema, name: &str) -> Option<&'a Value> {
    schema.get("properties")?.get(name)
}

/// What `part` of `schema` stands for, where it is only a reference.
pub fn resolve<'a>(schema: &'a Schema, part: &'a Value) -> &'a Value {
    part.get("$ref")
        .and_then(Value::as_str)
        .and_then(|reference| reference.strip_prefix("#/$defs/"))
        .and_then(|name| schema.get("$defs")?.get(name))
        .unwrap_or(part)
}

/// The alternatives of `part`, nothing (`null`) left out; itself if it has none.
pub fn alternatives<'a>(schema: &'a Schema, part: &'a Value) -> Vec<&'a Value> {
    let part = resolve(schema, part);
    let found: Vec<_> = ["anyOf", "oneOf"]
        .into_iter()
        .filter_map(|key| part.get(key)?.as_array())
        .flatten()
        .filter(|part| part.get("type").is_none_or(|kind| kind != "null"))
        .flat_map(|part| alternatives(schema, part))
        .collect();
    if found.is_empty() { vec![part] } else { found }
}

/// Whether a value of the JSON type `name` is one of those `part` takes.
pub fn takes(schema: &Schema, part: &Value, name: &str) -> bool {
    alternatives(schema, part)
        .into_iter()
        .any(|part| types(part).contains(&name))
}

/// Whether `part` takes a map that has a key where `has` says so: all that one of its alternatives
/// requires, and something at all.
pub fn takes_map(schema: &Schema, part: &Value, has: impl Fn(&str) -> bool) -> bool {
    let parts = alternatives(schema, part).into_iter();
    let mut maps = parts.filter(|part| types(part).contains(&"object"));
    maps.any(|part| {
        let required = part.get("required").and_then(Value::as_array);
        let required = required.map(Vec::as_slice).unwrap_or_default();
        !required.is_empty() && required.iter().filter_map(Value::as_str).all(&has)
    })
}

/// What each value of the maps that `part` takes has to be, where they may have any key.
pub fn values<'a>(schema: &'a Schema, part: &'a Value) -> Option<&'a Value> {
    let parts = alternatives(schema, part).into_iter();
    let mut values = parts.filter_map(|part| part.get("additionalProperties"));
    values.find(|values| **values != Value::Bool(false))
}

/// What each item of the arrays that `part` takes has to be.
pub fn items<'a>(schema: &'a Schema, part: &'a Value) -> Option<&'a Value> {
    let mut parts = alternatives(schema, part).into_iter();
    parts.find_map(|part| part.get("items"))
}

/// Whether `part` says nothing about what it takes.
pub fn takes_anything(schema: &Schema, part: &Value) -> bool {
    let mut parts = alternatives(schema, part).into_iter();
    parts.any(|part| {
        ["type", "const", "enum"]
            .into_iter()
            .all(|word| part.get(word).is_none())
    })
}

/// Whether `part` takes a length of time: a text, or a number of seconds.
pub fn takes_time(schema: &Schema, part: &Value) -> bool {
    format(schema, part) == Some("duration")
}

/// What texts of `part`, or in the array that it is, have to be.
pub fn format<'a>(schema: &'a Schema, part: &'a Value) -> Option<&'a str> {
    let format = |part: &'a Value| part.get("format")?.as_str();
    let parts = alternatives(schema, part).into_iter();
    std::iter::once(part).chain(parts).find_map(format)
}

/// What `part` takes, in words.
pub fn kind(schema: &Schema, part: &Value) -> String {
    if takes_time(schema, part) {
        return "a length of time".to_owned();
    }
    let mut kinds: Vec<String> = Vec::new();
    for part in alternatives(schema, part) {
        for kind in kinds_of(schema, part) {
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
    }
    kinds.join(" or ")
}

fn kinds_of(schema: &Schema, part: &Value) -> Vec<String> {
    if let Some(constant) = part.get("const") {
        return vec![constant.to_string()];
    }
    if let Some(values) = part.get("enum").and_then(Value::as_array) {
        let values = values.iter().filter(|value| !value.is_null());
        return values.map(ToString::to_string).collect();
    }
    types(part)
        .into_iter()
        .filter(|name| *name != "null")
        .map(|name| match (name, part.get("items")) {
            ("array", Some(items)) => format!("an array of {}", several(&kind(schema, items))),
            ("array", None) => "an array".to_owned(),
            ("string", _) => "text".to_owned(),
            ("integer", _) => "a whole number".to_owned(),
            ("number", _) => "a number".to_owned(),
            ("boolean", _) => "true or false".to_owned(),
            ("object", _) => "a map".to_owned(),
            (other, _) => other.to_owned(),
        })
        .collect()
}

/// The words for more than one of a kind.
fn several(kind: &str) -> String {
    let kinds = kind
        .split(" or ")
        .map(|kind| match kind.strip_prefix("a ") {
            Some(kind) => format!("{kind}s"),
            None => kind.to_owned(),
        });
    kinds.collect::<Vec<_>>().join(" or ")
}

fn types(part: &Value) -> Vec<&str> {
    match part.get("type") {
        Some(Value::String(name)) => vec![name],
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// The texts that `part` takes, if it takes only certain ones.
pub fn constants<'a>(schema: &'a Schema, part: &'a Value) -> Vec<&'a str> {
    let mut texts = Vec::new();
    for part in alternatives(schema, part) {
        let constant = part.get("const").and_then(Value::as_str);
        let listed = part.get("enum").and_then(Value::as_array);
        if constant.is_none() && listed.is_none() && types(part).contains(&"string") {
            return Vec::new();
        }
        texts.extend(constant);
        texts.extend(listed.into_iter().flatten().filter_map(Value::as_str));
    }
    texts
}
