//! `git::branch()`, `sha()`, `short_sha()`, `tag()`, `is_dirty()`.

use std::sync::Arc;

use rhai::{Engine, FuncRegistration, Module, NativeCallContext};

use super::Answer;
use crate::action::Reading;
use crate::failure::{Failure, Kind};
use crate::script::host::{Host, Missing};
use crate::script::raised::{raise, stop};
use crate::service::git::{Git, GitError};

pub(super) fn register(engine: &mut Engine, host: &Arc<Host>) {
    let mut module = Module::new();
    let mut add = |name: &'static str,
                   ask: fn(&Git) -> Result<Option<String>, GitError>,
                   made_up: &'static str| {
        let host = host.clone();
        FuncRegistration::new(name).set_into_module(
            &mut module,
            move |context: NativeCallContext| -> Answer<String> {
                note(name);
                answer(&host, &context, ask(&host.git), made_up)
            },
        );
    };
    add("branch", crate::service::git::Git::branch, "");
    add(
        "sha",
        |git| git.sha().map(Some),
        "0000000000000000000000000000000000000000",
    );
    add("short_sha", |git| git.short_sha().map(Some), "0000000");
    add("tag", crate::service::git::Git::tag, "");
    let asked = host.clone();
    FuncRegistration::new("is_dirty").set_into_module(
        &mut module,
        move |context: NativeCallContext| -> Answer<bool> {
            note("is_dirty");
            match asked.git.is_dirty() {
                Err(_) if asked.missing != Missing::Refused => Ok(false),
                dirty => dirty.map_err(|error| refuse(&context, &error)),
            }
        },
    );
    engine.register_static_module("git", module.into());
}

fn note(question: &'static str) {
    let context = crate::script::current::get().context;
    context.trace.read(Reading::Git(question));
}

/// Nothing is empty text; without a repository a rehearsal goes on with a made-up value.
fn answer(
    host: &Host,
    context: &NativeCallContext,
    answer: Result<Option<String>, GitError>,
    made_up: &str,
) -> Answer<String> {
    match answer {
        Ok(text) => Ok(text.unwrap_or_default()),
        Err(error) if host.missing == Missing::MadeUp => {
            let stage = crate::script::current::get().context;
            stage.say(format!("simulated: {error}, `{made_up}` stands in"));
            Ok(made_up.to_owned())
        }
        Err(_) if host.missing == Missing::Unimportant => Ok(made_up.to_owned()),
        Err(error) => Err(refuse(context, &error)),
    }
}

fn refuse(context: &NativeCallContext, error: &GitError) -> Box<rhai::EvalAltResult> {
    if matches!(error, GitError::Stopped) {
        return stop(context);
    }
    raise(Failure::new(Kind::Pipeline, error.to_string()), context)
}
