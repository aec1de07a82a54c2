//! `git::branch()`, `sha()`, `short_sha()`, `tag()`, `is_dirty()`.

use std::sync::Arc;

use rhai::{Engine, FuncRegistration, Module, NativeCallContext};

use super::Answer;
use super::function::Function;
use crate::action::{Example, Expected, Reading};
use crate::failure::{Failure, Kind};
use crate::script::host::{Host, Missing};
use crate::script::raised::{raise, stop};
use crate::service::git::{Git, GitError};

pub(in crate::script) const BRANCH: Function = Function {
    name: "git::branch",
    signatures: &["() -> String"],
    summary: "Return the branch; an empty text if there is none",
    doc: "In a detached checkout it is the one that CircleCI or GitHub Actions name. Fails without a git repository.",
    example: Example {
        title: "names the branch",
        files: &[],
        script: "print(git::branch().type_of());",
        outcome: Expected::Prints("string\n"),
    },
};

pub(in crate::script) const SHA: Function = Function {
    name: "git::sha",
    signatures: &["() -> String"],
    summary: "Return the commit, in 40 digits",
    doc: "In a rehearsal without a repository it is of zeros. Fails without a git repository that has a commit.",
    example: Example {
        title: "is long",
        files: &[],
        script: "print(git::sha().len);",
        outcome: Expected::Prints("40\n"),
    },
};

pub(in crate::script) const SHORT_SHA: Function = Function {
    name: "git::short_sha",
    signatures: &["() -> String"],
    summary: "Return the commit, in seven digits",
    doc: "In a rehearsal without a repository it is of zeros. Fails without a git repository that has a commit.",
    example: Example {
        title: "makes a tag for an image",
        files: &[],
        script: "print(image_ref(`me/app:${git::short_sha()}`).repository);",
        outcome: Expected::Prints("me/app\n"),
    },
};

pub(in crate::script) const TAG: Function = Function {
    name: "git::tag",
    signatures: &["() -> String"],
    summary: "Return the commit's tag; an empty text if there is none",
    doc: "Fails without a git repository.",
    example: Example {
        title: "is empty where there is none",
        files: &[],
        script: "print(git::tag().is_empty());",
        outcome: Expected::Prints("true\n"),
    },
};

pub(in crate::script) const IS_DIRTY: Function = Function {
    name: "git::is_dirty",
    signatures: &["() -> bool"],
    summary: "Check whether there are uncommitted changes",
    doc: "In a rehearsal without a repository it is `false`. Fails without a git repository.",
    example: Example {
        title: "is false in a rehearsal where there is no repository",
        files: &[],
        script: "print(git::is_dirty());",
        outcome: Expected::Prints("false\n"),
    },
};

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
                Err(_) if asked.missing != Missing::Refused => {
                    crate::script::current::get().context.trace.invent();
                    Ok(false)
                }
                dirty => dirty.map_err(|error| refuse(&context, &error)),
            }
        },
    );
    engine.register_static_module("git", module.into());
}

pub(super) fn note(question: &'static str) {
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
            stage.simulate(format_args!("{error}, `{made_up}` stands in"));
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
