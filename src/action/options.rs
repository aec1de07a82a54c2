//! From the arguments of a call to an action's options, and what to say when they do not fit.

use serde_json::{Map, Value};

use super::{ActionError, Descriptor, ErrorKind, schema};
use crate::failure::{Failure, Kind, nearest};

/// What is complained of an option that is given without a value.
pub const NOTHING: &str = "is nothing, `()`";

/// What to do instead.
pub const LEAVE_OUT: &str = "leave the option out where it has no value";

/// The options of a call: the natural argument alone, a map of options, or both.
pub fn gather(
    action: &Descriptor,
    argument: Option<Value>,
    options: Option<Value>,
) -> Result<Value, ActionError> {
    let mut gathered = match options {
        Some(Value::Object(options)) => options,
        _ => Map::new(),
    };
    match argument {
        None => {}
        Some(Value::Object(map)) if gathered.is_empty() && !is_natural(action, &map) => {
            gathered = map;
        }
        Some(argument) => {
            let Some(natural) = action.natural else {
                return Err(ActionError::new("takes only a map of options"));
            };
            if gathered.contains_key(natural) {
                let message = format!("`{natural}` is given twice");
                return Err(ActionError::option(natural, message));
            }
            gathered.insert(natural.to_owned(), argument);
        }
    }
    Ok(Value::Object(gathered))
}

/// Whether `map` is meant as the natural argument, such as the result of another action: the
/// natural option takes maps with what this one has, and none of its keys is an option.
fn is_natural(action: &Descriptor, map: &Map<String, Value>) -> bool {
    let Some(natural) = action.natural else {
        return false;
    };
    let schema = (action.options)();
    map.keys().all(|key| schema::field(&schema, key).is_none())
        && schema::field(&schema, natural)
            .is_some_and(|field| schema::takes_map(&schema, field, |key| map.contains_key(key)))
}

/// What a person is told of `error`, without a place.
pub fn failure(action: &Descriptor, error: ActionError) -> Failure {
    let told = |error: &ActionError| format!("`{}`: {}", action.name, error.message);
    let mut failure = match &error.kind {
        ErrorKind::Option(path) => {
            let (message, hint) = explain(action, path, &error.message);
            let mut failure = Failure::script(message);
            failure.hints.extend(hint);
            failure
        }
        ErrorKind::Cancelled => Failure::new(Kind::Interrupted, "interrupted"),
        ErrorKind::Refused => Failure::new(Kind::Refused, told(&error)),
        ErrorKind::Failed | ErrorKind::Held => Failure::new(Kind::Pipeline, told(&error)),
    };
    failure.action = Some(action.name);
    failure.exit_code = error.exit_code;
    failure.causes = error.causes;
    failure.output = error.output;
    failure.hints.extend(error.hints);
    failure
}

/// What to tell about the option at `path`, and the hint if there is one, from serde's words.
pub fn explain(action: &Descriptor, path: &str, complaint: &str) -> (String, Option<String>) {
    if let Some(unknown) = between(complaint, "unknown field `", "`") {
        return unknown_option(action, unknown);
    }
    if let Some(missing) = between(complaint, "missing field `", "`") {
        return (
            format!("`{}` needs the option `{missing}`", action.name),
            None,
        );
    }
    if let Some(given) = between(complaint, "unknown variant `", "`") {
        return unknown_choice(action, path, given, complaint);
    }
    let (got, expected) = complaint
        .split_once(", expected ")
        .unwrap_or((complaint, ""));
    let got = between(got, "invalid type: ", "").or_else(|| between(got, "invalid value: ", ""));
    let of = format!("option `{path}` of `{}`", action.name);
    match got {
        Some(got) if !expected.is_empty() => (
            format!("{of} must be {}, not {}", in_words(expected), in_words(got)),
            None,
        ),
        _ if complaint == NOTHING || complaint.starts_with("must be ") => {
            (format!("{of} {complaint}"), None)
        }
        _ => (format!("{of}: {complaint}"), None),
    }
}

/// “has no option”, with the nearest name or all of them as the hint.
pub fn unknown_option(action: &Descriptor, unknown: &str) -> (String, Option<String>) {
    let schema = (action.options)();
    let fields = schema::fields(&schema);
    let known: Vec<_> = fields.iter().map(|field| field.name).collect();
    let hint = match nearest(unknown, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("its options are: {}", known.join(", ")),
    };
    let message = format!("`{}` has no option `{unknown}`", action.name);
    (message, Some(hint))
}

/// “unknown variant `x`, expected one of `a`, `b`”.
fn unknown_choice(
    action: &Descriptor,
    path: &str,
    given: &str,
    complaint: &str,
) -> (String, Option<String>) {
    let known: Vec<_> = complaint.split('`').skip(3).step_by(2).collect();
    let hint = match nearest(given, known.iter().copied()) {
        Some(near) => format!("did you mean \"{near}\"?"),
        None => format!("it can be: {}", known.join(", ")),
    };
    let message = format!("option `{path}` of `{}` cannot be \"{given}\"", action.name);
    (message, Some(hint))
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> Option<&'a str> {
    let rest = text.strip_prefix(start)?;
    if end.is_empty() {
        return Some(rest);
    }
    rest.split(end).next()
}

/// serde's names of types in the user's words.
fn in_words(name: &str) -> String {
    let (kind, value) = name.split_once(' ').unwrap_or((name, ""));
    match kind {
        // What serde expects for one of several names.
        _ if name == "string or map" => "text".to_owned(),
        "string" | "a" if name == "a string" || value.is_empty() => "text".to_owned(),
        "string" => format!("the text {}", value.replace('"', "`")),
        "integer" => format!("the number {}", value.trim_matches('`')),
        "floating" => format!(
            "the number {}",
            value.trim_start_matches("point ").trim_matches('`')
        ),
        "boolean" => value.trim_matches('`').to_owned(),
        "null" => "nothing".to_owned(),
        "map" => "a map".to_owned(),
        "sequence" => "an array".to_owned(),
        "u8" => "a whole number from 0 to 255".to_owned(),
        "u16" => "a whole number from 0 to 65535".to_owned(),
        "u32" | "u64" | "usize" => "a whole number from 0".to_owned(),
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number".to_owned(),
        "f32" | "f64" => "a number".to_owned(),
        _ if name == "a boolean" => "true or false".to_owned(),
        _ if name == "a sequence" => "an array".to_owned(),
        _ if name.starts_with("struct ") => "a map".to_owned(),
        _ => name.to_owned(),
    }
}
