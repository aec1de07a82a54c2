//! Rhai's errors as failures: our words, the place, and the calls on the way there.

mod parse;
mod words;

use std::sync::Arc;

use rhai::{Engine, EvalAltResult, ParseError, Position};

use super::raised::Raised;
use super::span::place_at;
use super::units::Units;
use crate::cancel::{Cancel, Reason};
use crate::failure::{Failure, Kind, Place, Source};

/// A script that could not be parsed.
pub(super) fn syntax(error: &ParseError, source: &Arc<Source>) -> Failure {
    let failure = parse::failure(error.err_type());
    failure.at_if(place_at(source, error.position()))
}

/// An error from evaluating the unit called `source`. `cancel` tells why a script that was stopped
/// was.
pub(super) fn runtime(
    error: &EvalAltResult,
    source: &str,
    engine: &Engine,
    units: &Units,
    cancel: &Cancel,
) -> Failure {
    let mut calls = Vec::new();
    let (innermost, source) = unwind(error, source, units, &mut calls);
    let position = innermost.position();
    let place = units.place(source, position);
    let mut failure = match innermost {
        EvalAltResult::ErrorTerminated(..) => return stopped(cancel),
        EvalAltResult::ErrorRuntime(value, _) => match value.read_lock::<Raised>() {
            Some(raised) => Failure::clone(&raised.0),
            None => Failure::new(Kind::Pipeline, words::thrown(value)),
        },
        EvalAltResult::ErrorParsing(error, _) => parse::failure(error),
        other => words::failure(other, engine, units),
    };
    // A failure that was raised at a place of its own keeps it, also when it is thrown again.
    if failure.places.is_empty() {
        failure.places.extend(place);
    }
    failure.places.extend(calls);
    failure
}

/// The error at the bottom and the name of the unit it is in; the calls passed on the way down,
/// innermost first.
fn unwind<'a>(
    error: &'a EvalAltResult,
    source: &'a str,
    units: &Units,
    calls: &mut Vec<Place>,
) -> (&'a EvalAltResult, &'a str) {
    let (inner, inside, position, label) = match error {
        EvalAltResult::ErrorInFunctionCall(name, callee, inner, position) => {
            let inside = if callee.is_empty() { source } else { callee };
            (inner, inside, *position, called(name))
        }
        EvalAltResult::ErrorInModule(name, inner, position) => {
            (inner, name.as_str(), *position, "imported here".to_owned())
        }
        _ => return (error, source),
    };
    let found = unwind(inner, inside, units, calls);
    if position != Position::NONE
        && let Some(place) = units.place(source, position)
    {
        calls.push(Place { label, ..place });
    }
    found
}

fn called(name: &str) -> String {
    if name.starts_with("anon$") {
        "closure called here".to_owned()
    } else {
        format!("`{name}` called here")
    }
}

fn stopped(cancel: &Cancel) -> Failure {
    match cancel.reason() {
        Some(Reason::TimedOut(limit)) => Failure::new(
            Kind::Pipeline,
            format!("stopped after its timeout of {limit}"),
        ),
        _ => Failure::new(Kind::Interrupted, "interrupted"),
    }
}
