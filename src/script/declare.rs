//! `stage`, `on_failure` and `on_success`: what a script's top level says.

use std::collections::BTreeMap;
use std::sync::Arc;

use rhai::{Array, Dynamic, Engine, EvalAltResult, FnPtr, Map, NativeCallContext};

use super::body::{Body, Hook};
use super::current::{self, Whereabouts};
use super::host::Host;
use super::language::condition;
use super::raised::raise;
use super::value::name_of;
use super::{literal, snapshot};
use crate::action::Duration;
use crate::failure::{Failure, nearest};
use crate::plan::{Need, Plan, Stage, When};

/// What was declared so far.
#[derive(Debug, Default)]
pub(super) struct Declarations {
    pub plan: Plan,
    pub bodies: BTreeMap<Arc<str>, Body>,
    pub conditions: BTreeMap<Arc<str>, Body>,
    pub on_failure: Vec<Hook>,
    pub on_success: Vec<Hook>,
}

type Declared = Result<(), Box<EvalAltResult>>;

/// The options that `stage` knows.
pub(super) const STAGE_OPTIONS: [&str; 4] = ["env", "needs", "timeout", "when"];

pub(super) fn register(engine: &mut Engine, host: &Arc<Host>) {
    let (plain, with_options) = (host.clone(), host.clone());
    engine.register_fn(
        "stage",
        move |context: NativeCallContext, name: &str, body: FnPtr| -> Declared {
            stage(&plain, &context, name, &Map::new(), body)
        },
    );
    engine.register_fn(
        "stage",
        move |context: NativeCallContext, name: &str, options: Map, body: FnPtr| -> Declared {
            stage(&with_options, &context, name, &options, body)
        },
    );
    let (failed, succeeded) = (host.clone(), host.clone());
    engine.register_fn(
        "on_failure",
        move |context: NativeCallContext, body: FnPtr| -> Declared {
            let hook = hook(&failed, &context, "on_failure", body)?;
            failed.declarations().on_failure.push(hook);
            Ok(())
        },
    );
    engine.register_fn(
        "on_success",
        move |context: NativeCallContext, body: FnPtr| -> Declared {
            let hook = hook(&succeeded, &context, "on_success", body)?;
            succeeded.declarations().on_success.push(hook);
            Ok(())
        },
    );
}

fn stage(
    host: &Host,
    context: &NativeCallContext,
    name: &str,
    options: &Map,
    body: FnPtr,
) -> Declared {
    only_at_top_level(context, "stage")?;
    let at = context.call_position();
    let place = host
        .units
        .place(context.call_source().unwrap_or_default(), at);
    if name.trim().is_empty() {
        return Err(raise(Failure::script("a stage needs a name"), context));
    }
    for key in options.keys() {
        if !STAGE_OPTIONS.contains(&key.as_str()) {
            return Err(option_error(host, context, key, unknown_option(key)));
        }
    }
    let refuse = |key: &str, message: String| {
        Err(option_error(host, context, key, Failure::script(message)))
    };
    let name: Arc<str> = name.into();
    let needs = match options.get("needs").map(needs).transpose() {
        Ok(needs) => needs.unwrap_or_default(),
        Err(message) => return refuse("needs", message),
    };
    let environment = match options.get("env").map(environment).transpose() {
        Ok(environment) => environment.unwrap_or_default(),
        Err(message) => return refuse("env", message),
    };
    let timeout = match options.get("timeout").map(timeout).transpose() {
        Ok(timeout) => timeout,
        Err(message) => return refuse("timeout", message),
    };
    let when = match options.get("when").map(condition::when).transpose() {
        Ok(when) => when.unwrap_or(condition::Condition::Known(When::Always)),
        Err(message) => return refuse("when", message),
    };
    let mut declared = host.declarations();
    let when = match when {
        condition::Condition::Known(when) => when,
        condition::Condition::Ask(closure) => {
            let closure = Body::new(snapshot::function(closure), context, &host.units);
            declared.conditions.insert(name.clone(), closure);
            When::Asked
        }
    };
    let need_place = |stage: &str| {
        let places = literal::texts(&host.units, context, "needs", stage);
        places.into_iter().next()
    };
    declared.plan.stages.push(Stage {
        doc: place
            .as_ref()
            .map(literal::comment_above)
            .unwrap_or_default(),
        needs: needs
            .into_iter()
            .map(|stage| Need {
                place: need_place(&stage),
                stage,
            })
            .collect(),
        when,
        environment,
        timeout,
        place,
        name: name.clone(),
    });
    let body = Body::new(snapshot::function(body), context, &host.units);
    // Of two stages with one name the plan complains, with both places.
    declared.bodies.entry(name).or_insert(body);
    Ok(())
}

fn hook(
    host: &Host,
    context: &NativeCallContext,
    name: &'static str,
    body: FnPtr,
) -> Result<Hook, Box<EvalAltResult>> {
    if current::get().whereabouts != Whereabouts::FlatScript {
        only_at_top_level(context, name)?;
    }
    let body = Body::new(snapshot::function(body), context, &host.units);
    Ok(Hook { name, body })
}

fn only_at_top_level(context: &NativeCallContext, function: &str) -> Declared {
    if current::get().whereabouts == Whereabouts::TopLevel {
        return Ok(());
    }
    let failure = Failure::script(format!(
        "`{function}` cannot be called inside a stage or hook"
    ))
    .hint("declare all stages at the top level of the script");
    Err(raise(failure, context))
}

fn unknown_option(key: &str) -> Failure {
    let failure = Failure::script(format!("`stage` has no option `{key}`"));
    match nearest(key, STAGE_OPTIONS) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure.hint(format!("its options are: {}", STAGE_OPTIONS.join(", "))),
    }
}

/// `failure`, placed at the option's key where the script shows it.
fn option_error(
    host: &Host,
    context: &NativeCallContext,
    key: &str,
    failure: Failure,
) -> Box<EvalAltResult> {
    let place = literal::key(&host.units, context, key);
    raise(failure.at_if(place), context)
}

fn needs(value: &Dynamic) -> Result<Vec<Arc<str>>, String> {
    let names = match value.clone().try_cast::<Array>() {
        Some(names) => names,
        None => vec![value.clone()],
    };
    names
        .into_iter()
        .map(|name| {
            let what = name_of(&name);
            name.into_immutable_string()
                .map(|name| Arc::from(name.as_str()))
                .map_err(|_| format!("`needs` must be names of stages, not {what}"))
        })
        .collect()
}

fn environment(value: &Dynamic) -> Result<BTreeMap<String, String>, String> {
    let what = name_of(value);
    let entries = value
        .clone()
        .try_cast::<Map>()
        .ok_or_else(|| format!("`env` must be a map of names and values, not {what}"))?;
    entries
        .into_iter()
        .map(|(name, value)| {
            let plain = value.is_string() || value.is_int() || value.is_bool();
            if plain {
                Ok((name.to_string(), value.to_string()))
            } else {
                Err(format!(
                    "the value of `{name}` in `env` must be text, not {}",
                    name_of(&value)
                ))
            }
        })
        .collect()
}

fn timeout(value: &Dynamic) -> Result<std::time::Duration, String> {
    let json = super::value::to_json(value)?;
    serde_json::from_value::<Duration>(json)
        .map(Into::into)
        .map_err(|error| format!("`timeout` is no length of time: {error}"))
}
