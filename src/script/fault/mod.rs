//! Rhai's errors as failures: our words, the place, and the calls on the way there.

mod caught;
mod functions;
mod keys;
mod parse;
mod slips;
mod variables;
mod words;

use std::sync::Arc;

use rhai::{Dynamic, Engine, EvalAltResult, Map, ParseError, Position};

use super::isolate;
use super::raised::Raised;
use super::span::place_at;
use super::units::Units;
use crate::action::Context;
use crate::cancel::Reason;
use crate::failure::{Failure, Kind, Place, Source};
use functions::Functions;

/// What is said of single quotes.
pub(super) const QUOTES: &str = "text stands in double quotes";

/// A script that could not be parsed.
pub(super) fn syntax(error: &ParseError, source: &Arc<Source>) -> Failure {
    let mut failure = parse::failure(error.err_type());
    let place = place_at(source, error.position());
    let at = place.as_ref().map(|place| place.span.start);
    let meant = at.and_then(|at| slips::hint(error.err_type(), &source.text, at));
    if let Some(meant) = meant {
        failure.hints = vec![meant];
    }
    failure.at_if(place)
}

/// An error from evaluating the unit called `source` on behalf of `context`.
pub(super) fn runtime(
    error: &EvalAltResult,
    source: &str,
    engine: &Engine,
    units: &Units,
    context: &Context,
) -> Failure {
    let mut calls = Vec::new();
    let (innermost, source) = unwind(error, source, units, &mut calls);
    let mut failure = match innermost {
        EvalAltResult::ErrorTerminated(token, _) => return stopped(token, context),
        EvalAltResult::ErrorRuntime(value, _) => match value.read_lock::<Raised>() {
            Some(raised) => Failure::clone(&raised.0),
            None => Failure::new(Kind::Pipeline, words::thrown(value)),
        },
        other => words::failure(
            other,
            &Functions::new(engine, units),
            units.find(source).as_ref(),
        ),
    };
    // A failure that was raised at a place of its own keeps it, also when it is thrown again.
    if failure.places.is_empty() {
        failure
            .places
            .extend(units.place(source, innermost.position()));
    }
    failure.places.extend(calls);
    in_own_files(&mut failure);
    failure
}

/// Leaves out the places in the standard library that led to `failure`: a person can edit only the
/// call into it.
fn in_own_files(failure: &mut Failure) {
    let standard = |place: &Place| place.source.name.starts_with("std/");
    let own = failure.places.iter().position(|place| !standard(place));
    if let Some(own @ 1..) = own {
        failure.places.drain(..own);
        failure.places[0].label.clear();
    }
}

/// What a variable holds if that is Rhai's map of an error that it caught.
pub(super) fn caught(map: &Map, engine: &Engine, units: &Units) -> Option<Failure> {
    let (error, source, position) = caught::error(map)?;
    let unit = units.find(&source);
    let failure = words::failure(&error, &Functions::new(engine, units), unit.as_ref());
    Some(failure.at_if(units.place(&source, position)))
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
        format!("`{}` called here", isolate::written(name))
    }
}

/// Why a script that was stopped was. `token` may know what it was doing.
fn stopped(token: &Dynamic, context: &Context) -> Failure {
    if let Some(raised) = token.read_lock::<Raised>()
        && raised.0.kind == Kind::Refused
    {
        return Failure::clone(&raised.0);
    }
    let stage = &context.stage;
    let (message, hint) = match context.cancel.reason() {
        Some(Reason::TimedOut(limit)) => (
            format!("`{stage}` took longer than {limit} and was stopped"),
            "a longer `timeout` lets it continue",
        ),
        Some(Reason::TimeUp(limit)) => (
            format!("`{stage}` was stopped: it did not end within {limit} after the interrupt"),
            "what runs after an interrupt has to be short",
        ),
        Some(Reason::Silent(limit)) => (
            format!("`{stage}` said nothing for {limit} and was stopped"),
            "a longer `silence` lets it continue",
        ),
        _ => return Failure::new(Kind::Interrupted, "interrupted"),
    };
    let mut failure = Failure::new(Kind::Pipeline, message).hint(hint);
    if let Some(raised) = token.read_lock::<Raised>() {
        failure.places.clone_from(&raised.0.places);
    }
    failure
}
