//! One call of an action, told to whoever follows the run.

use std::sync::Arc;
use std::time::Instant;

use serde_json::Value;

use super::{ActionError, Context, Descriptor, Effect};
use crate::event::{Call, Event};
use crate::service::state;

/// Makes `call`, or takes its result from the run that this one goes on from.
pub fn carry_out(
    context: &Context,
    action: &Descriptor,
    call: Call,
    options: Value,
) -> Result<Value, ActionError> {
    context.trace.reach(call.effect);
    let stage = context.stage.clone();
    context.events.emit(Event::ActionStarted {
        stage: stage.clone(),
        call: call.clone(),
    });
    let started = Instant::now();
    let done = match replayed(context, &call) {
        Some(result) => Ok(result),
        None => (action.run)(context, options),
    };
    context.events.emit(Event::ActionFinished {
        stage,
        call,
        took: started.elapsed(),
        result: match &done {
            Ok(value) => Ok(Arc::new(value.clone())),
            Err(error) => Err(error.message.clone()),
        },
        found: done
            .as_ref()
            .err()
            .and_then(|error| error.found.clone())
            .map(Arc::new),
    });
    done
}

/// Tells calls of an effect that leaves the machine apart; others are of no interest to a later run.
pub fn identity(context: &Context, effect: Effect, options: &Value) -> String {
    if !effect.leaves_the_machine() {
        return String::new();
    }
    // Options may be secret, and short. Where there is no key there is no journal to read it.
    let key = state::key(&context.root).unwrap_or_default();
    blake3::keyed_hash(&key, options.to_string().as_bytes()).to_string()
}

/// What this very call gave in the run that this one goes on from.
fn replayed(context: &Context, call: &Call) -> Option<Value> {
    let replay = context.replay.as_ref()?;
    let result = replay.take(&context.stage, call.action, &call.options)?;
    context.say(format!(
        "`{}` is done already, in run {}",
        call.action, replay.run
    ));
    Some(result)
}
