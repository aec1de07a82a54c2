//! `env`, `secret`, `param`.

use std::sync::Arc;

use rhai::{Dynamic, Engine, NativeCallContext};

use super::Answer;
use crate::action::Reading;
use crate::failure::Failure;
use crate::script::current;
use crate::script::host::{Host, Missing};
use crate::script::raised::raise;
use crate::script::value::name_of;

pub(super) fn register(engine: &mut Engine, host: &Arc<Host>) {
    let (required, hidden) = (host.clone(), host.clone());
    engine
        .register_fn("env", move |context: NativeCallContext, name: &str| {
            value(&required, &context, name)
        })
        .register_fn("env", |name: &str, default: Dynamic| -> Dynamic {
            let context = current::get().context;
            match context.env(name) {
                Some(value) => value.into(),
                None => default,
            }
        })
        .register_fn("secret", move |context: NativeCallContext, name: &str| {
            let value = value(&hidden, &context, name)?;
            // A made-up value is a word that any line may hold.
            if current::get().context.env(name).is_some() {
                hide(name, &value);
            }
            Ok::<_, Box<rhai::EvalAltResult>>(value)
        });
    let (required, optional) = (host.clone(), host.clone());
    engine
        .register_fn(
            "param",
            move |context: NativeCallContext, name: &str| -> Answer {
                note(name);
                match required.params.get(name) {
                    Some(given) => Ok(given.into()),
                    None if required.missing == Missing::Unimportant => Ok(made_up(name).into()),
                    None => Err(raise(
                        Failure::script(format!("the parameter `{name}` is not given"))
                            .hint(format!("add `--param {name}=…` to the command line")),
                        &context,
                    )),
                }
            },
        )
        .register_fn(
            "param",
            move |context: NativeCallContext, name: &str, default: Dynamic| -> Answer {
                note(name);
                match optional.params.get(name) {
                    Some(given) => {
                        like(&default, name, given).map_err(|failure| raise(failure, &context))
                    }
                    None => Ok(default),
                }
            },
        );
}

fn note(param: &str) {
    let trace = current::get().context.trace.clone();
    trace.read(Reading::Parameter(param.to_owned()));
}

fn value(host: &Host, context: &NativeCallContext, name: &str) -> Answer<String> {
    let current = current::get().context;
    if let Some(value) = current.env(name) {
        return Ok(value.to_owned());
    }
    if host.missing == Missing::Refused {
        let failure = Failure::script(format!("the environment has no `{name}`")).hint(format!(
            "set it for this run (`{name}=… wharf run`), write it into `.env`, or give a default: `env(\"{name}\", \"…\")`"
        ));
        return Err(raise(failure, context));
    }
    let value = made_up(name);
    if host.missing == Missing::MadeUp {
        current.say(format!(
            "simulated: {name} is not set, `{value}` stands in for it"
        ));
    }
    Ok(value)
}

fn hide(name: &str, value: &str) {
    let context = current::get().context;
    if !context.secrets.add(value) {
        context.warn(format!(
            "the secret {name} has fewer than four characters and cannot be hidden"
        ));
    }
}

/// A harmless value that is good in an image name and in most other places.
fn made_up(name: &str) -> String {
    name.to_lowercase().replace('_', "-")
}

/// `given` as the type of `default`.
fn like(default: &Dynamic, name: &str, given: &str) -> Result<Dynamic, Failure> {
    let parsed = if default.is_int() {
        given.parse::<i64>().ok().map(Dynamic::from)
    } else if default.is_float() {
        given.parse::<f64>().ok().map(Dynamic::from)
    } else if default.is_bool() {
        given.parse::<bool>().ok().map(Dynamic::from)
    } else {
        Some(given.into())
    };
    parsed.ok_or_else(|| {
        Failure::script(format!(
            "the parameter `{name}` must be {}, not `{given}`",
            name_of(default)
        ))
    })
}
