//! What a user is told when a push goes wrong.

use std::collections::BTreeMap;

use super::{ActionError, Credentials, Reference};
use crate::action::docker_build::FREE_DISK;
use crate::service::engine::{Fault, PushError};
use crate::service::registry::{self, CredentialsError, RegistryError};

pub(super) fn credentials(error: &CredentialsError) -> ActionError {
    caused(error.to_string(), error)
        .hint("correct it, or give `username` and `password` to not look there")
}

/// The engine could not push, or not tag, `target`.
pub(super) fn push(
    error: &PushError,
    target: &Reference,
    credentials: &Credentials,
    environment: &BTreeMap<String, String>,
) -> ActionError {
    let made = in_short(error, target);
    match error.fault() {
        Fault::Refused => made.hint(registry::hint(&target.registry, credentials, environment)),
        Fault::NoImage => {
            let name = missing(error, target);
            made.hint(format!("build it first: `docker_build(\"{name}\")`"))
        }
        Fault::NobodyThere => made.hint("start the registry, or correct its address"),
        Fault::UnknownHost => made.hint("correct the registry's name in the image's"),
        Fault::Transient => made.hint("try again later; `retry` tells how often that is done here"),
        Fault::DiskFull => made.hint(format!(
            "the disk of the engine or of the registry is full; at the engine {FREE_DISK}"
        )),
        Fault::Lasting => match error {
            PushError::NoEngine { .. } => {
                made.hint("look into its log (`journalctl -u docker`), start it and run again")
            }
            _ => made,
        },
    }
}

/// The same in a few words, without advice. What an engine says is in the words of its insides:
/// it is the cause of what happened, not the message.
fn in_short(error: &PushError, target: &Reference) -> ActionError {
    let name = target.familiar();
    let registry = &target.registry;
    let message = match error.fault() {
        // What the registry says is well worth reading first.
        Fault::Refused => {
            return ActionError::new(format!("`{registry}` refuses `{name}`: {error}"));
        }
        Fault::NoImage => {
            let name = missing(error, target);
            return ActionError::new(format!("there is no image `{name}` in the engine"));
        }
        Fault::NobodyThere => format!("nothing listens at the registry `{registry}`"),
        Fault::UnknownHost => format!("there is no registry `{registry}`"),
        Fault::DiskFull | Fault::Transient | Fault::Lasting => {
            format!("`{name}` could not be pushed")
        }
    };
    ActionError::caused(message, error)
}

/// Why a push is tried again.
pub(super) fn reason(error: &PushError, target: &Reference) -> String {
    let short = in_short(error, target);
    match error.fault() {
        Fault::NobodyThere => short.message,
        _ => short.causes.last().unwrap_or(&short.message).clone(),
    }
}

fn missing(error: &PushError, target: &Reference) -> String {
    match error {
        PushError::NoImage { reference } => reference.clone(),
        _ => target.familiar(),
    }
}

/// The registry could not be asked.
pub(super) fn registry(
    error: &RegistryError,
    name: &str,
    credentials: &Credentials,
    environment: &BTreeMap<String, String>,
) -> ActionError {
    let made = caused(error.to_string(), error);
    if error.is_refusal() {
        made.hint(registry::hint(name, credentials, environment))
    } else if error.is_transient() {
        made.hint("is the registry up? then try again")
    } else {
        made
    }
}

/// `message`, which `error` is part of, with what is under it as causes.
fn caused(message: String, error: &(dyn std::error::Error + 'static)) -> ActionError {
    match error.source() {
        Some(source) => ActionError::caused(message, source),
        None => ActionError::new(message),
    }
}
