//! `env`, `secret`, `param`.

use std::sync::Arc;

use rhai::{Dynamic, Engine, NativeCallContext};

use super::Answer;
use super::function::Function;
use crate::action::{Context, Example, Expected, Reading};
use crate::failure::Failure;
use crate::script::current::{self, Whereabouts};
use crate::script::host::{Host, Missing};
use crate::script::raised::raise;
use crate::script::value::name_of;

pub(in crate::script) const ENV: Function = Function {
    name: "env",
    signatures: &[
        "(name: String) -> String",
        "(name: String, default: ?) -> ?",
    ],
    summary: "Read a variable of the environment",
    doc: "In a rehearsal the name in small letters stands in for a value that is missing. Fails if the variable is not set and there is no default. A `.env` file beside the script is read too: it never overrides the environment, and its values are secrets.",
    example: Example {
        title: "takes the default",
        files: &[],
        script: r#"print(env("REGION", "frankfurt"));"#,
        outcome: Expected::Prints("frankfurt\n"),
    },
};

pub(in crate::script) const SECRET: Function = Function {
    name: "secret",
    signatures: &["(name: String) -> String"],
    summary: "Read a variable whose value no output may show",
    doc: "Output shows `***` instead of the value, in every encoding that is known from logs. Variables whose names end in PASSWORD, TOKEN or SECRET are hidden anyway, and those in _KEY, such as API_KEY, unless they hold a plain word, as CACHE_KEY may. Fails if the variable is not set.",
    example: Example {
        title: "is hidden wherever it would be printed",
        files: &[(".env", "LICENCE=4f1c-9aa2-77e0\n")],
        script: r#"print("licence " + secret("LICENCE"));"#,
        outcome: Expected::Prints("licence ***\n"),
    },
};

pub(in crate::script) const PARAM: Function = Function {
    name: "param",
    signatures: &[
        "(name: String) -> String",
        "(name: String, default: ?) -> ?",
    ],
    summary: "Read what `--param name=value` gives on the command line",
    doc: "The value has the type of the default. Fails if it is not given and there is no default. Fails if it is not of the default's type.",
    example: Example {
        title: "takes the default",
        files: &[],
        script: r#"let count = param("count", 2);
print(count + 1);"#,
        outcome: Expected::Prints("3\n"),
    },
};

pub(super) fn register(engine: &mut Engine, host: &Arc<Host>) {
    let (required, hidden) = (host.clone(), host.clone());
    engine
        .register_fn("env", move |context: NativeCallContext, name: &str| {
            let default = format!("give a default: `env(\"{name}\", \"…\")`");
            value(&required, &context, name, Some(default))
        })
        .register_fn("env", |name: &str, default: Dynamic| -> Dynamic {
            let context = current::get().context;
            match context.env(name) {
                Some(value) => value.into(),
                None => default,
            }
        })
        .register_fn("secret", move |context: NativeCallContext, name: &str| {
            let value = value(&hidden, &context, name, None)?;
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
                    None if missing(&required) == Missing::Unimportant => Ok(made_up(name).into()),
                    None if missing(&required) == Missing::Later => {
                        Ok(simulated(&current::get().context, name).into())
                    }
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

/// `otherwise` is what a script can do where it is not set.
fn value(
    host: &Host,
    context: &NativeCallContext,
    name: &str,
    otherwise: Option<String>,
) -> Answer<String> {
    let current = current::get().context;
    if let Some(value) = current.env(name) {
        return Ok(value.to_owned());
    }
    let missing = missing(host);
    if missing == Missing::Refused {
        let set = format!("set it for this run (`{name}=… wharf run`)");
        // Nobody but wharf can edit the standard library.
        let source = context.call_source().unwrap_or_default();
        let hint = match otherwise.filter(|_| !source.starts_with("std/")) {
            Some(otherwise) => format!("{set}, write it into `.env`, or {otherwise}"),
            None => format!("{set}, or write it into `.env`"),
        };
        let failure = Failure::script(format!("the environment has no `{name}`")).hint(hint);
        return Err(raise(failure, context));
    }
    if missing == Missing::Unimportant {
        return Ok(made_up(name));
    }
    Ok(simulated(&current, name))
}

/// What becomes of a name that is not set. What a person types acts, however little the script that
/// was loaded before it needed.
fn missing(host: &Host) -> Missing {
    let current = current::get();
    match current.whereabouts {
        Whereabouts::Entry if current.context.rehearsal => Missing::MadeUp,
        Whereabouts::Entry => Missing::Refused,
        _ => host.missing,
    }
}

fn simulated(context: &Context, name: &str) -> String {
    let value = made_up(name);
    context.simulate(format_args!(
        "{name} is not set, `{value}` stands in for it"
    ));
    value
}

fn hide(name: &str, value: &str) {
    let context = current::get().context;
    if !context.secrets.add(value) {
        context.warn(format!(
            "the secret {name} has fewer than four characters and cannot be hidden"
        ));
    }
}

/// A harmless value that is good in an image name and in most other places; for an address, one that
/// leads nowhere.
fn made_up(name: &str) -> String {
    let value = name.to_lowercase().replace('_', "-");
    match name.rsplit('_').next() {
        Some("URL") => format!("https://{value}.invalid"),
        Some("DSN") => format!("https://key@{value}.invalid/1"),
        _ => value,
    }
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
