//! One call of an action, allowed or not, and told to whoever follows the run.

use std::sync::Arc;
use std::time::Instant;

use serde_json::Value;

use super::{ActionError, Answer, Context, Descriptor, Effect, ErrorKind, about};
use crate::event::{Call, Event};
use crate::service::state;

/// Makes the call that is the `number`th of its stage: against stand-ins where the run is a
/// rehearsal and the action talks to services, be it only to read; not at all where that is not
/// allowed; and from the run that this one continues where it was made there.
pub fn carry_out(
    context: &Context,
    action: &Descriptor,
    effect: Effect,
    number: u32,
    options: Value,
) -> Result<Value, ActionError> {
    let mut context = Context::clone(context);
    if !effect.leaves_the_machine() && !action.effect.leaves_the_machine() {
        context.standins = None;
    } else if effect.leaves_the_machine() && context.standins.is_none() {
        pass(&mut context, action, effect, &options)?;
    }
    let call = Call {
        action: action.name,
        effect,
        number,
        options: identity(&context, effect, &options),
    };
    context.trace.reach(effect);
    let stage = context.stage.clone();
    context.events.emit(Event::ActionStarted {
        stage: stage.clone(),
        call: call.clone(),
    });
    let started = Instant::now();
    let done = match replayed(&context, &call) {
        Some(result) => Ok(result),
        // One that was stopped by now does not begin.
        None if effect.leaves_the_machine() && context.cancel.is_cancelled() => {
            Err(ActionError::cancelled())
        }
        None => (action.run)(&context, options),
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

/// Asks the gate, where there is one.
fn pass(
    context: &mut Context,
    action: &Descriptor,
    effect: Effect,
    options: &Value,
) -> Result<(), ActionError> {
    let Some(gate) = &context.gate else {
        return Ok(());
    };
    let answer = gate.ask(action, effect, &about(action, options), &context.cancel);
    if context.cancel.is_cancelled() {
        return Err(ActionError::cancelled());
    }
    match answer {
        Answer::Yes => {}
        Answer::No(hint) => {
            return Err(ActionError {
                kind: ErrorKind::Refused,
                ..ActionError::new("was not done").hint(hint)
            });
        }
        Answer::Hold(what) => return Err(ActionError::held(what)),
        Answer::Rehearse(standins) => context.standins = Some(standins),
    }
    Ok(())
}

/// Tells calls of an effect that leaves the machine apart; others are of no interest to a later run.
fn identity(context: &Context, effect: Effect, options: &Value) -> String {
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
