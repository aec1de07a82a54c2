//! Actions as functions of the language.

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use rhai::{Array, Dynamic, Engine, EvalAltResult, ImmutableString, Map, NativeCallContext};
use serde_json::Value;

use super::current::{self, Whereabouts};
use super::host::Host;
use super::literal;
use super::raised::{Raised, hold, raise, stop};
use super::value::{from_json, to_json};
use crate::action::{
    ACTIONS, ActionError, Descriptor, Effect, ErrorKind, carry_out, hide, hide_credentials, options,
};
use crate::failure::Failure;

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
        // Whatever becomes of the call: what it was told may be in a history or an error.
        let secrets = &current.context.secrets;
        match current.whereabouts {
            Whereabouts::Entry => drop(hide(&options, secrets)),
            _ => hide_credentials(&options, secrets),
        }
        let effect = (action.effect_of)(&options)?;
        Ok((options, effect))
    });
    let (options, effect) = done.map_err(|error| place(host, action, at, error))?;
    if current.whereabouts == Whereabouts::TopLevel && effect > Effect::Read {
        return Err(raise(too_early(action.name), at));
    }
    let number = current.calls.fetch_add(1, Ordering::Relaxed);
    carry_out(&current.context, action, effect, number, options)
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
        no_failure(value, option)?;
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
    let options = options::gather(action, argument, given)?;
    let nothing = options.as_object().into_iter().flatten();
    match nothing.into_iter().find(|(_, value)| value.is_null()) {
        // What would be read as if it were not given is rather a name that was misspelt.
        Some((name, _)) => {
            Err(ActionError::option(name, options::NOTHING).hint(options::LEAVE_OUT))
        }
        None => Ok(options),
    }
}

/// Refuses what was caught, given for `option` or for one in a map of options: that its message
/// becomes a command or a tag is hardly meant.
fn no_failure(value: &Dynamic, option: &str) -> Result<(), ActionError> {
    let refuse = |option: &str| {
        Err(ActionError::option(option, "must be text, not a failure")
            .hint("the text of a failure is its `message`"))
    };
    let value = value.flatten_clone();
    if value.is::<Raised>() {
        return refuse(option);
    }
    let Some(options) = value.read_lock::<Map>() else {
        return Ok(());
    };
    let mut options = options.iter();
    match options.find(|(_, value)| value.flatten_clone().is::<Raised>()) {
        Some((name, _)) => refuse(name),
        None => Ok(()),
    }
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
    let written = literal::Call::of(&host.units, at);
    let place = match &error.kind {
        ErrorKind::Option(path) => written.and_then(|call| {
            if error.message.starts_with("unknown field") {
                call.key(path)
            } else {
                call.value(path, action.natural)
            }
        }),
        _ => None,
    };
    let failure = options::failure(action, error).at_if(place);
    raise(failure, at)
}
