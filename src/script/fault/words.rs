//! What Rhai says at run time, in the user's words.

use rhai::{Dynamic, Engine, EvalAltResult};

use crate::failure::{Failure, nearest};
use crate::script::units::Units;
use crate::script::value::type_name;

/// The message of something a script threw that is not a failure.
pub(super) fn thrown(value: &Dynamic) -> String {
    if value.is_unit() {
        "the script threw an error without a message".to_owned()
    } else if value.is_map() || value.is_array() {
        format!("the script threw {value}")
    } else {
        value.to_string()
    }
}

pub(super) fn failure(error: &EvalAltResult, engine: &Engine, units: &Units) -> Failure {
    use EvalAltResult as E;
    let message = match error {
        E::ErrorVariableNotFound(name, _) => {
            return Failure::script(format!("unknown variable `{name}`")).hint(
                "a function sees only its parameters and constants; a closure sees all around it",
            );
        }
        E::ErrorFunctionNotFound(signature, _) => {
            return no_such_function(signature, engine, units);
        }
        E::ErrorModuleNotFound(name, _) => format!("there is no module `{name}`"),
        E::ErrorPropertyNotFound(name, _) => format!("there is no property `{name}`"),
        E::ErrorIndexNotFound(index, _) => format!("there is no entry `{index}`"),
        E::ErrorVariableExists(name, _) => format!("`{name}` exists already"),
        E::ErrorForbiddenVariable(name, _) => format!("`{name}` cannot be used as a name"),
        E::ErrorMismatchDataType(wanted, actual, _)
        | E::ErrorMismatchOutputType(wanted, actual, _)
            if wanted.is_empty() =>
        {
            format!("{} cannot be used here", type_name(actual))
        }
        E::ErrorMismatchDataType(wanted, actual, _)
        | E::ErrorMismatchOutputType(wanted, actual, _) => {
            format!("expected {}, got {}", type_name(wanted), type_name(actual))
        }
        E::ErrorIndexingType(kind, _) => {
            let kind = kind.split(" [").next().unwrap_or(kind);
            format!("{} has no entries to index", type_name(kind))
        }
        E::ErrorArrayBounds(length, index, _) => {
            format!("there is no item {index} in an array of {length}")
        }
        E::ErrorStringBounds(length, index, _) => {
            format!("there is no character {index} in a text of {length}")
        }
        E::ErrorBitFieldBounds(length, index, _) => {
            format!("there is no bit {index} in a number of {length} bits")
        }
        E::ErrorFor(_) => {
            "`for` needs an array, a range or something else to go through".to_owned()
        }
        E::ErrorDataRace(name, _) => format!("`{name}` is being changed by someone else"),
        E::ErrorAssignmentToConstant(name, _) => format!("`{name}` is a constant"),
        E::ErrorNonPureMethodCallOnConstant(name, _) => {
            format!("`{name}` would change a constant")
        }
        E::ErrorDotExpr(_, _) | E::ErrorUnboundThis(_) => "`this` is not bound here".to_owned(),
        E::ErrorArithmetic(text, _) => lower(text),
        E::ErrorTooManyOperations(_) => "the script does too much".to_owned(),
        E::ErrorTooManyVariables(_) => "the script has too many variables".to_owned(),
        E::ErrorTooManyModules(_) => "the script imports too many modules".to_owned(),
        E::ErrorStackOverflow(_) => {
            return Failure::script("functions call each other too deeply")
                .hint("is there a function that always calls itself?");
        }
        E::ErrorDataTooLarge(what, _) => format!("{} grew too large", lower(what)),
        other => lower(&other.to_string()),
    };
    Failure::script(message)
}

/// Rhai says “not found” both for a name that does not exist and for one that takes other things.
fn no_such_function(signature: &str, engine: &Engine, units: &Units) -> Failure {
    let name = signature.split([' ', '(']).next().unwrap_or(signature);
    if name.starts_with("anon$") {
        return Failure::script("a closure of a module cannot be called here")
            .hint("let the module have a function, and call that");
    }
    let known = known_names(engine, units);
    if known.iter().any(|known| known == name) {
        let given = signature
            .split_once('(')
            .map_or("", |(_, rest)| rest.trim_end_matches(')'));
        let given: Vec<_> = given
            .split(", ")
            .filter(|kind| !kind.is_empty())
            .map(type_name)
            .collect();
        let given = if given.is_empty() {
            "no arguments".to_owned()
        } else {
            given.join(", ")
        };
        return Failure::script(format!("`{name}` cannot be called with {given}"));
    }
    let failure = Failure::script(format!("unknown function `{name}`"));
    match nearest(name, known.iter().map(String::as_str)) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure,
    }
}

/// Names of functions a script may have meant: the language's, the actions, the script's own.
fn known_names(engine: &Engine, units: &Units) -> Vec<String> {
    let mut names: Vec<String> =
        engine.collect_fn_metadata(None, |info| Some(info.metadata.name.to_string()), true);
    for unit in units.all() {
        names.extend(
            unit.ast
                .iter_functions()
                .map(|function| function.name.to_owned()),
        );
    }
    names.retain(|name| name.starts_with(|c: char| c.is_alphabetic()) && !name.contains('$'));
    names
}

/// Rhai's sentences begin with a capital; a message does not.
pub(super) fn lower(text: &str) -> String {
    let mut characters = text.trim_end_matches('.').chars();
    characters.next().map_or_else(String::new, |first| {
        first.to_lowercase().chain(characters).collect()
    })
}
