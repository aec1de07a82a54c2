//! A failure on its way through a script: what `catch (err)` and `on_failure` get.

use std::sync::Arc;

use rhai::{Dynamic, Engine, EvalAltResult, NativeCallContext, Position};

use super::current;
use crate::failure::{Failure, Kind};

/// A failure as a script value. Throwing it again keeps the place it came from.
#[derive(Clone, Debug)]
pub(super) struct Raised(pub Arc<Failure>);

/// `failure` as an error that a script can catch, placed at the call that `context` is in unless
/// it knows better.
pub(super) fn raise(mut failure: Failure, context: &NativeCallContext) -> Box<EvalAltResult> {
    let position = context.call_position();
    if failure.places.is_empty() {
        let source = context.call_source().unwrap_or_default();
        let place = current::get().units.place(source, position);
        failure.places.extend(place);
    }
    throw(failure, position)
}

/// `failure` as an error that a script can catch, its places as they are.
pub(super) fn throw(failure: Failure, position: Position) -> Box<EvalAltResult> {
    EvalAltResult::ErrorRuntime(Dynamic::from(Raised(Arc::new(failure))), position).into()
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
        .register_get("causes", |raised: &mut Raised| {
            raised
                .0
                .causes
                .iter()
                .map(|cause| Dynamic::from(cause.clone()))
                .collect::<rhai::Array>()
        })
        .register_get("place", |raised: &mut Raised| {
            raised
                .0
                .places
                .first()
                .map(ToString::to_string)
                .unwrap_or_default()
        })
        .register_get("interrupted", |raised: &mut Raised| {
            raised.0.kind == Kind::Interrupted
        })
        .register_fn("to_string", |raised: &mut Raised| raised.0.message.clone())
        .register_fn("to_debug", |raised: &mut Raised| raised.0.message.clone());
}
