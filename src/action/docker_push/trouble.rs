//! What a user is told when a push goes wrong.

use std::collections::BTreeMap;

use super::{ActionError, Credentials, Reference};
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
    let name = target.familiar();
    let registry = &target.registry;
    match error.fault() {
        Fault::Refused => ActionError::new(format!("`{registry}` refuses `{name}`: {error}"))
            .hint(registry::hint(registry, credentials, environment)),
        Fault::NoImage => {
            let name = match error {
                PushError::NoImage { reference } => reference,
                _ => &name,
            };
            ActionError::new(format!("there is no image `{name}` in the engine"))
                .hint(format!("build it first: `docker_build(\"{name}\")`"))
        }
        Fault::NobodyThere | Fault::Transient | Fault::Lasting => {
            caused(format!("`{name}` could not be pushed: {error}"), error)
        }
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
