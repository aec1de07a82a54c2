//! A failure on its way through a script: what `catch (err)` and `on_failure` get.

use std::sync::Arc;

use rhai::{Array, Dynamic, Engine, EvalAltResult, NativeCallContext, Position};

use super::current;
use crate::failure::{Failure, Kind, Place};

/// A failure as a script value. Throwing it again keeps the place it came from.
#[derive(Clone, Debug)]
pub(super) struct Raised(pub Arc<Failure>);

/// What a script can read of a failure.
pub(super) const PROPERTIES: [&str; 8] = [
    "message",
    "action",
    "exit_code",
    "output",
    "causes",
    "place",
    "stage",
    "interrupted",
];

/// `failure` as an error that a script can catch, placed at the call that `context` is in unless
/// it knows better.
pub(super) fn raise(mut failure: Failure, context: &NativeCallContext) -> Box<EvalAltResult> {
    if failure.places.is_empty() {
        failure.places.extend(place(context));
    }
    throw(failure, context.call_position())
}

/// `failure` as an error that a script can catch, its places as they are.
pub(super) fn throw(failure: Failure, position: Position) -> Box<EvalAltResult> {
    EvalAltResult::ErrorRuntime(Dynamic::from(Raised(Arc::new(failure))), position).into()
}

/// The end of a script that is being stopped, which it cannot catch.
pub(super) fn stop(context: &NativeCallContext) -> Box<EvalAltResult> {
    end(Failure::new(Kind::Interrupted, "stopped"), context)
}

/// The end of a stage that came to an effect which does not happen; it cannot catch this either.
pub(super) fn hold(what: String, context: &NativeCallContext) -> Box<EvalAltResult> {
    end(Failure::new(Kind::Refused, what), context)
}

/// Rhai forgets where such an error came from, so it carries its place.
fn end(failure: Failure, context: &NativeCallContext) -> Box<EvalAltResult> {
    let failure = failure.at_if(place(context));
    let token = Dynamic::from(Raised(Arc::new(failure)));
    EvalAltResult::ErrorTerminated(token, context.call_position()).into()
}

fn place(context: &NativeCallContext) -> Option<Place> {
    let source = context.call_source().unwrap_or_default();
    current::get().units.place(source, context.call_position())
}

pub(super) fn register(engine: &mut Engine) {
    engine
        .register_type_with_name::<Raised>("failure")
        .register_get("message", |raised: &mut Raised| raised.0.message.clone())
        .register_get("action", |raised: &mut Raised| {
            raised.0.action.map_or(Dynamic::UNIT, Dynamic::from)
        })
        .register_get("exit_code", |raised: &mut Raised| {
            raised
                .0
                .exit_code
                .map_or(Dynamic::UNIT, |code| Dynamic::from(i64::from(code)))
        })
        .register_get("output", |raised: &mut Raised| raised.0.output.join("\n"))
        .register_get("causes", |raised: &mut Raised| -> Array {
            let causes = raised.0.causes.iter();
            causes.map(|cause| Dynamic::from(cause.clone())).collect()
        })
        .register_get("place", |raised: &mut Raised| {
            let place = raised.0.places.first();
            place.map(ToString::to_string).unwrap_or_default()
        })
        .register_get("stage", |raised: &mut Raised| {
            let stage = raised.0.stage.clone();
            stage
                .unwrap_or_else(|| current::get().context.stage.clone())
                .to_string()
        })
        .register_get("interrupted", |raised: &mut Raised| {
            raised.0.kind == Kind::Interrupted
        })
        .register_fn("to_string", |raised: &mut Raised| raised.0.message.clone())
        .register_fn("to_debug", |raised: &mut Raised| raised.0.message.clone());
}
