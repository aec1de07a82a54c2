//! Why a `Solve` failed, from all that is known: what the engine says, which step it was at, and
//! what went wrong on this side of the session.

use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use regex::Regex;
use tonic::Status;

use crate::service::engine::build::steps::Failed;
use crate::service::engine::build::{BuildError, error};
use crate::service::engine::dockerfile::{Dockerfile, without_number};
use crate::service::engine::{ContextError, Engine, ping};
use crate::words::root_cause;

/// What the session saw go wrong; the engine only passes on that something did.
#[derive(Clone, Default)]
pub(super) struct Witness(Arc<Mutex<Seen>>);

#[derive(Default)]
struct Seen {
    context: Option<ContextError>,
    missed_secret: Option<String>,
}

impl Witness {
    /// Keeps the first error and gives what the engine is told.
    pub(super) fn broken(&self, error: ContextError) -> Status {
        let status = Status::internal(error.to_string());
        self.seen(|seen| {
            seen.context.get_or_insert(error);
        });
        status
    }

    pub(super) fn missed_secret(&self, id: &str) {
        self.seen(|seen| seen.missed_secret = Some(id.to_owned()));
    }

    fn seen<T>(&self, look: impl FnOnce(&mut Seen) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

pub(super) async fn explain(
    engine: &Engine,
    dockerfile: &Dockerfile,
    witness: &Witness,
    status: &Status,
    failed: Option<Failed>,
) -> BuildError {
    if let Some(error) = witness.seen(|seen| seen.context.take()) {
        return error.into();
    }
    let message = status.message();
    let Some(failed) = failed else {
        if ping::ping(&engine.address).await.is_err() || is_transport(status) {
            return BuildError::Lost {
                address: engine.address.clone(),
                cause: root_cause(status),
            };
        }
        return error::from_text(engine, message);
    };
    let missed = witness.seen(|seen| seen.missed_secret.take());
    if let Some(id) = missed.filter(|id| failed.error.contains(id.as_str())) {
        let mount = dockerfile.secrets().into_iter().find(|one| one.id == id);
        return BuildError::Secret {
            id,
            line: mount.map(|one| one.line),
        };
    }
    of_step(engine, dockerfile, failed)
}

fn of_step(engine: &Engine, dockerfile: &Dockerfile, failed: Failed) -> BuildError {
    let reason = error::plain(&failed.error);
    if let Some(image) = failed.name.strip_prefix("[internal] load metadata for ") {
        return BuildError::Base {
            line: dockerfile.from(image).map(|from| from.line),
            image: image.to_owned(),
            reason,
        };
    }
    if let Some(image) = failed.name.strip_prefix("resolve image config for ") {
        return BuildError::Frontend {
            image: image.to_owned(),
            reason,
        };
    }
    let exit_code = exit_code(&reason);
    if exit_code.is_none() && error::is_disk_full(&reason) {
        return BuildError::DiskFull {
            address: engine.address.clone(),
            reason,
        };
    }
    BuildError::Step {
        line: dockerfile.step(&failed.name).map(|one| one.line),
        instruction: without_number(&failed.name).to_owned(),
        reason: exit_code.is_none().then_some(reason),
        exit_code,
        output: failed.output,
    }
}

/// `… did not complete successfully: exit code: 3`, in every version of BuildKit.
fn exit_code(reason: &str) -> Option<i32> {
    static CODE: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"exit code: (\d+)").expect("a constant pattern"));
    CODE.captures(reason)?.get(1)?.as_str().parse().ok()
}

/// Whether the call failed on its way rather than at the engine.
fn is_transport(status: &Status) -> bool {
    std::error::Error::source(status).is_some()
}
