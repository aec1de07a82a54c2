//! What Rhai says at run time, in the user's words.

use rhai::{Dynamic, EvalAltResult, FnPtr, ParseErrorType};

use super::functions::Functions;
use super::{keys, variables};
use crate::failure::{Failure, nearest};
use crate::script::raised::PROPERTIES;
use crate::script::told::told;
use crate::script::units::Unit;
use crate::script::value::type_name;

/// The message of something a script threw that is not a failure.
pub(super) fn thrown(value: &Dynamic) -> String {
    if value.is_unit() {
        "the script threw an error without a message".to_owned()
    } else if value.is::<FnPtr>() {
        "the script threw a function".to_owned()
    } else if let Some(message) = message_in(value) {
        message
    } else if value.is_map() || value.is_array() {
        format!("the script threw {}", told(value))
    } else {
        told(value)
    }
}

/// The message of `throw #{ message: "…" }`.
fn message_in(value: &Dynamic) -> Option<String> {
    let map = value.read_lock::<rhai::Map>()?;
    let message = map.get("message")?;
    message.is_string().then(|| message.to_string())
}

/// `unit` is where the error was raised, if that is known.
pub(super) fn failure(
    error: &EvalAltResult,
    functions: &Functions,
    unit: Option<&Unit>,
) -> Failure {
    use EvalAltResult as E;
    let message = match error {
        E::ErrorVariableNotFound(name, _) => return variables::unknown(name, unit),
        E::ErrorFunctionNotFound(signature, _) => return functions.none_fits(signature),
        E::ErrorDotExpr(text, _) => return property(text),
        E::ErrorPropertyNotFound(name, _) => return keys::missing(name, unit),
        E::ErrorStackOverflow(_) => {
            return Failure::script("functions call each other too deeply")
                .hint("is there a function that always calls itself?");
        }
        // What is evaluated has been parsed: only `Fn` finds such a name.
        E::ErrorParsing(ParseErrorType::Reserved(word), _) => {
            return Failure::script(format!("`Fn` cannot stand for `{word}`"))
                .hint(format!("a closure can: `|value| {word}(value)`"));
        }
        E::ErrorParsing(error, _) => return super::parse::failure(error),
        E::ErrorModuleNotFound(name, _) => format!("there is no module `{name}`"),
        E::ErrorIndexNotFound(index, _) => format!("there is no entry `{index}`"),
        E::ErrorVariableExists(name, _) => format!("`{name}` exists already"),
        E::ErrorForbiddenVariable(name, _) => format!("`{name}` cannot be used as a name"),
        E::ErrorMismatchDataType(wanted, given, _)
        | E::ErrorMismatchOutputType(wanted, given, _) => mismatch(wanted, given),
        E::ErrorIndexingType(kinds, _) => indexing(kinds),
        E::ErrorArrayBounds(length, index, _) => bounds("item", *index, "an array", *length),
        E::ErrorStringBounds(length, index, _) => bounds("character", *index, "a text", *length),
        E::ErrorBitFieldBounds(_, index, _) => format!("a whole number has no bit {index}"),
        E::ErrorFor(_) => "`for` goes through an array, a range or a text, not this".to_owned(),
        E::ErrorDataRace(_, _) => {
            "this value is used and changed by the same expression".to_owned()
        }
        E::ErrorAssignmentToConstant(name, _) => constant(name),
        E::ErrorNonPureMethodCallOnConstant(name, _) => match property_of(name) {
            Some(name) => format!("`{name}` of a constant cannot be changed"),
            None => format!("`{name}` would change a constant"),
        },
        E::ErrorUnboundThis(_) => "`this` has no meaning here".to_owned(),
        E::ErrorArithmetic(text, _) => arithmetic(text),
        E::ErrorTooManyOperations(_) => "the script does too much".to_owned(),
        E::ErrorTooManyVariables(_) => "the script has too many variables".to_owned(),
        E::ErrorTooManyModules(_) => "the script imports too many modules".to_owned(),
        E::ErrorDataTooLarge(what, _) => format!("{} grew too large", grown(what)),
        other => plain(&other.to_string()),
    };
    Failure::script(message)
}

fn mismatch(wanted: &str, given: &str) -> String {
    match (wanted, given) {
        ("", given) => format!("{} cannot be used here", type_name(given)),
        // The only place where Rhai wants true or false.
        ("bool", given) => format!(
            "a condition must be true or false, not {}",
            type_name(given)
        ),
        (wanted, given) => format!("expected {}, got {}", type_name(wanted), type_name(given)),
    }
}

fn indexing(kinds: &str) -> String {
    let (kind, index) = kinds.split_once(" [").unwrap_or((kinds, ""));
    match (type_name(kind), type_name(index.trim_end_matches(']'))) {
        ("a map", index) => format!("a map has texts as keys, not {index}"),
        ("nothing", _) => "there are no entries in nothing".to_owned(),
        (kind, _) => format!("{kind} has no entries"),
    }
}

fn bounds(what: &str, index: i64, of: &str, length: usize) -> String {
    match length {
        0 => format!(
            "there is no {what} {index}: {of} is empty",
            of = of.replacen("an ", "the ", 1).replacen("a ", "the ", 1)
        ),
        length => format!("there is no {what} {index} in {of} of {length}"),
    }
}

fn constant(name: &str) -> String {
    if name.is_empty() {
        "a constant cannot be changed".to_owned()
    } else {
        format!("`{name}` is a constant")
    }
}

fn grown(what: &str) -> &'static str {
    match what {
        "Length of string" => "a text",
        "Size of object map" => "a map",
        _ => "an array",
    }
}

/// “Unknown property 'x' - a getter is not registered for type 'i64'” and its kin.
fn property(text: &str) -> Failure {
    let quoted: Vec<_> = text.split('\'').skip(1).step_by(2).collect();
    let [name, kind, ..] = quoted[..] else {
        return Failure::script("this property cannot be used here");
    };
    let set = text.starts_with("No writable");
    match type_name(kind) {
        "nothing" => Failure::script(format!("there is no `{name}` in nothing"))
            .hint("what stands before it has no value: is a key of a map missing or misspelt?"),
        kind if set => Failure::script(format!("`{name}` of {kind} cannot be set")),
        kind @ "a failure" => {
            let failure = Failure::script(format!("{kind} has no property `{name}`"));
            failure.hint(match nearest(name, PROPERTIES) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("it has: {}", PROPERTIES.join(", ")),
            })
        }
        kind => {
            let failure = Failure::script(format!("{kind} has no property `{name}`"));
            if kind == "text" && name == "message" {
                failure.hint("text that was thrown is the message itself")
            } else {
                failure
            }
        }
    }
}

/// The property of an accessor that Rhai calls `get$…` or `set$…`.
fn property_of(accessor: &str) -> Option<&str> {
    accessor
        .strip_prefix("get$")
        .or_else(|| accessor.strip_prefix("set$"))
}

fn arithmetic(text: &str) -> String {
    if let Some(number) = text.strip_prefix("Error parsing ") {
        let (kind, rest) = number.split_once(" number '").unwrap_or((number, ""));
        let written = rest.split('\'').next().unwrap_or_default();
        let kind = match kind {
            "integer" => "whole number",
            _ => "number",
        };
        return format!("`{written}` is no {kind}");
    }
    if text.starts_with("Timestamp overflow") {
        return "a timestamp cannot be moved that far".to_owned();
    }
    match text {
        "step value cannot be zero" => return "the step of a range cannot be zero".to_owned(),
        "integer overflow" | "Integer overflow" => return "this is too large a number".to_owned(),
        _ => {}
    }
    match text.split_once(": ") {
        Some(("Integer raised to a negative power", operation)) => {
            format!("a whole number cannot be raised to a negative power: `{operation}`")
        }
        Some(("Invalid radix", base)) => {
            format!("a base is from 2 to 36, not {}", base.replace('\'', "`"))
        }
        Some((fault, operation)) if fault.ends_with("overflow") && operation.starts_with("--") => {
            format!("`-({})` is too large a number", &operation[1..])
        }
        Some(("Modulo division by zero or overflow", operation)) => {
            format!("`{operation}` has no result")
        }
        Some(("Division by zero", operation)) => format!("division by zero: `{operation}`"),
        Some((fault, operation)) if fault.ends_with("overflow") => {
            format!("`{operation}` is too large a number")
        }
        _ => plain(text),
    }
}

/// A sentence of Rhai's as a message: no capital, no full stop, values in backticks.
pub(super) fn plain(text: &str) -> String {
    let mut characters = text.trim_end_matches('.').chars();
    let lower: String = characters.next().map_or_else(String::new, |first| {
        first.to_lowercase().chain(characters).collect()
    });
    lower.replace('\'', "`")
}

/// `1 parameter`, `2 parameters`.
pub(super) fn counted(count: usize, what: &str) -> String {
    match count {
        0 => format!("no {what}s"),
        count => crate::words::counted(count, what),
    }
}
