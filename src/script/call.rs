//! Actions as functions of the language.

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use rhai::{Array, Dynamic, Engine, EvalAltResult, ImmutableString, Map, NativeCallContext};
use serde_json::Value;

use super::current::{self, Current, Whereabouts};
use super::host::Host;
use super::literal;
use super::raised::{hold, raise, stop};
use super::value::{from_json, to_json};
use crate::action::{
    ACTIONS, ActionError, Answer, Context, Descriptor, Effect, ErrorKind, about, options,
};
use crate::event::{self, Event};
use crate::failure::{Failure, Kind};
use crate::service::state;

/// How many arguments an action may be called with.
pub(super) const ARGUMENTS: RangeInclusive<usize> = 0..=2;

type Called = Result<Dynamic, Box<EvalAltResult>>;

/// Registers each action with no argument, with its natural argument or a map, and with both. What
/// such an argument mostly is has a signature of its own: to find out that a call has none, the
/// engine goes through all its packages, which takes longer than all else about a short stage.
pub(super) fn register(engine: &mut Engine, host: &Arc<Host>) {
    for action in ACTIONS {
        let none = host.clone();
        engine.register_fn(action.name, move |context: NativeCallContext| -> Called {
            call(&none, action, &context, None, None)
        });
        with_argument::<ImmutableString>(engine, host, action);
        with_argument::<Array>(engine, host, action);
        with_argument::<Map>(engine, host, action);
        with_argument::<Dynamic>(engine, host, action);
    }
}

fn with_argument<T: Clone + Send + Sync + 'static>(
    engine: &mut Engine,
    host: &Arc<Host>,
    action: &'static Descriptor,
) {
    let (one, both) = (host.clone(), host.clone());
    engine
        .register_fn(
            action.name,
            move |context: NativeCallContext, argument: T| -> Called {
                let argument = Dynamic::from(argument);
                call(&one, action, &context, Some(argument), None)
            },
        )
        .register_fn(
            action.name,
            move |context: NativeCallContext, argument: T, options: Map| -> Called {
                let argument = Dynamic::from(argument);
                call(&both, action, &context, Some(argument), Some(options))
            },
        );
}

fn call(
    host: &Host,
    action: &'static Descriptor,
    at: &NativeCallContext,
    argument: Option<Dynamic>,
    options: Option<Map>,
) -> Called {
    let current = current::get();
    let done = gather(action, argument, options).and_then(|options| {
        let effect = (action.effect_of)(&options)?;
        Ok((options, effect))
    });
    let (options, effect) = done.map_err(|error| place(host, action, at, error))?;
    if current.whereabouts == Whereabouts::TopLevel && effect > Effect::Read {
        return Err(raise(too_early(action.name), at));
    }
    perform(&current, action, effect, options)
        .map(from_json)
        .map_err(|error| place(host, action, at, error))
}

/// What a function of effect says at the top level of a script that declares stages.
pub(super) fn too_early(function: &str) -> Failure {
    Failure::script(format!(
        "`{function}` cannot run while the pipeline is being declared"
    ))
    .hint("move the call into a `stage`")
}

/// The options of a call from its one or two arguments.
fn gather(
    action: &Descriptor,
    argument: Option<Dynamic>,
    given: Option<Map>,
) -> Result<Value, ActionError> {
    let plain = |value: &Dynamic, option: &str| {
        to_json(value).map_err(|complaint| {
            let path = format!("{option}{}", complaint.path);
            ActionError::option(path.trim_start_matches('.'), complaint.to_string())
        })
    };
    let natural = action.natural.unwrap_or_default();
    let argument = argument
        .map(|value| plain(&value, if value.is_map() { "" } else { natural }))
        .transpose()?;
    let given = given.map(|map| plain(&map.into(), "")).transpose()?;
    options::gather(action, argument, given)
}

/// Runs the action, against stand-ins where the run is a rehearsal and the effect would leave the
/// machine.
fn perform(
    current: &Current,
    action: &Descriptor,
    effect: Effect,
    options: Value,
) -> Result<Value, ActionError> {
    let mut context = Context::clone(&current.context);
    if !effect.leaves_the_machine() {
        context.standins = None;
    } else if context.standins.is_none()
        && let Some(gate) = &context.gate
    {
        match gate.ask(action, effect, &about(action, &options)) {
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
    }
    let call = event::Call {
        action: action.name,
        effect,
        number: current.calls.fetch_add(1, Ordering::Relaxed),
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
fn replayed(context: &Context, call: &event::Call) -> Option<Value> {
    let replay = context.replay.as_ref()?;
    let result = replay.take(&context.stage, call.action, &call.options)?;
    context.say(format!(
        "`{}` is done already, in run {}",
        call.action, replay.run
    ));
    Some(result)
}

/// The error with its place: the offending option where it is written, else the call.
fn place(
    host: &Host,
    action: &'static Descriptor,
    at: &NativeCallContext,
    error: ActionError,
) -> Box<EvalAltResult> {
    if error.kind == ErrorKind::Cancelled {
        return stop(at);
    }
    if error.kind == ErrorKind::Held {
        return hold(error.message, at);
    }
    let mut failure = if let ErrorKind::Option(path) = &error.kind {
        let (message, hint) = options::explain(action, path, &error.message);
        let mut failure = Failure::script(message);
        failure.hints.extend(hint);
        let written = literal::Call::of(&host.units, at);
        let place = written.and_then(|call| {
            if error.message.starts_with("unknown field") {
                call.key(path)
            } else {
                call.value(path, action.natural)
            }
        });
        failure.at_if(place)
    } else {
        let kind = match error.kind {
            ErrorKind::Refused => Kind::Refused,
            _ => Kind::Pipeline,
        };
        Failure::new(kind, format!("`{}`: {}", action.name, error.message))
    };
    failure.action = Some(action.name);
    failure.exit_code = error.exit_code;
    failure.causes = error.causes;
    failure.output = error.output;
    failure.hints.extend(error.hints);
    raise(failure, at)
}
