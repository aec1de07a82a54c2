//! One call of an action, allowed or not, and told to whoever follows the run.

use std::sync::Arc;
use std::time::Instant;

use serde_json::Value;

use super::{ActionError, Answer, Context, Descriptor, Effect, ErrorKind, about};
use crate::event::{Call, Event};
use crate::service::state;
use crate::words;

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
        rehearsed: context.standins.is_some(),
    };
    context.trace.reach(effect);
    if context.standins.is_some() {
        context.trace.invent();
    }
    let stage = context.stage.clone();
    context.events.emit(Event::ActionStarted {
        stage: stage.clone(),
        call: call.clone(),
    });
    let started = Instant::now();
    let done = match replayed(&context, &call) {
        Some(known) => known,
        // One that was stopped by now does not begin.
        None if effect.leaves_the_machine() && context.cancel.is_cancelled() => {
            let unfinished = false;
            Err(ActionError {
                unfinished,
                ..ActionError::cancelled()
            })
        }
        None => run(&context, action, options),
    };
    context.events.emit(Event::ActionFinished {
        stage,
        call,
        took: started.elapsed(),
        result: match &done {
            Ok(value) => Ok(Arc::new(value.clone())),
            Err(error) => Err(error.message.clone()),
        },
        unfinished: done.as_ref().is_err_and(|error| error.unfinished),
        found: done
            .as_ref()
            .err()
            .and_then(|error| error.found.clone())
            .map(Arc::new),
    });
    done
}

/// What fails by a fault that the user wished for is not to look like a service's own trouble.
fn run(context: &Context, action: &Descriptor, options: Value) -> Result<Value, ActionError> {
    let Some(standins) = &context.standins else {
        return (action.run)(context, options);
    };
    let before = standins.injected.count();
    (action.run)(context, options).map_err(|error| {
        let injected = standins.injected.since(before);
        if injected.is_empty() || error.kind != ErrorKind::Failed {
            return error;
        }
        let faults: Vec<_> = injected
            .iter()
            .map(|fault| format!("`--fault {fault}`"))
            .collect();
        ActionError {
            hints: vec![format!(
                "injected by {}: the service itself was not asked",
                faults.join(" and ")
            )],
            ..error
        }
    })
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
    let stage = || context.stage.clone();
    if gate.talks() {
        context.events.emit(Event::Asking { stage: stage() });
    }
    let about = about(action, options, &context.secrets);
    let answer = gate.ask(action, effect, &about, &context.cancel);
    if gate.talks() {
        context.events.emit(Event::Answered { stage: stage() });
    }
    if context.cancel.is_cancelled() {
        return Err(ActionError::cancelled());
    }
    match answer {
        Answer::Yes => {}
        Answer::No { why, hint } => {
            let error = ActionError {
                kind: ErrorKind::Refused,
                ..ActionError::new(format!("did not run: {why}"))
            };
            return Err(match hint {
                Some(hint) => error.hint(hint),
                None => error,
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
    // Options may be secret, and short: without the key nothing of them is told.
    let key = state::key(&context.root).ok();
    key.map(|key| blake3::keyed_hash(&key, options.to_string().as_bytes()).to_string())
        .unwrap_or_default()
}

/// What this very call gave in the run that this one goes on from.
fn replayed(context: &Context, call: &Call) -> Option<Result<Value, ActionError>> {
    let replay = context.replay.as_ref()?;
    let done = replay.take(&context.stage, call.action, &call.options)?;
    let Some(result) = done.result else {
        let stage = words::word(&context.stage);
        let message = format!(
            "it is done already, in run {}, and its result held a secret, which was not kept",
            done.run
        );
        let hint = format!(
            "`wharf resume --again {stage}` repeats it; `--done {stage}` counts the stage as passed"
        );
        return Some(Err(ActionError::new(message).hint(hint)));
    };
    context.say(format!(
        "`{}` is done already, in run {}",
        call.action, done.run
    ));
    Some(Ok(result))
}
