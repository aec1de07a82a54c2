//! The same push, to a rehearsal's registry: for real where there is an engine and the image, a
//! manifest without layers where not.

use std::time::Duration;

use super::push::Push;
use super::{ActionError, Context, Credentials, Order, Reference};
use crate::service::engine::{self, Address, Engine, EngineError};
use crate::service::registry::is_loopback;

/// The digest, and whether the push was only simulated.
pub(super) fn run(
    context: &Context,
    order: &Order,
    credentials: Credentials,
    registry: &str,
) -> Result<(String, bool), ActionError> {
    if credentials == Credentials::Anonymous {
        let real = &order.targets[0].registry;
        context.warn(format!(
            "there is no login for `{real}`: a real push may be refused"
        ));
    }
    let targets = there(&order.targets, registry)?;
    let push = Push::to(context, registry, visitor(credentials), order.retry)?;
    context.block_on(push.log_in())?;
    let reason = match engine_in_reach(context, order)? {
        Ok(engine) => {
            let digest = with_engine(context, &push, &engine, &order.source, &targets)?;
            return Ok((digest, false));
        }
        Err(reason) => reason,
    };
    context.say(format!("simulated: {reason}"));
    let digest = context.block_on(push.nothing(&targets))?;
    Ok((digest, true))
}

/// An engine that has the image and can reach this process, or why there is none.
fn engine_in_reach(
    context: &Context,
    order: &Order,
) -> Result<Result<Engine, String>, ActionError> {
    if order.simulated {
        return Ok(Err(format!("`{}` was not built", order.source.familiar())));
    }
    let connecting = engine::connect(&context.environment);
    let connected = context.block_on(async { Ok(connecting.await) })?;
    Ok(match connected {
        Ok(engine) if is_here(&engine) => Ok(engine),
        Ok(engine) => Err(format!(
            "the Docker Engine at `{}` cannot reach this machine",
            engine.address
        )),
        Err(EngineError::Unreachable { address, .. }) => {
            Err(format!("no Docker Engine at `{address}`"))
        }
        Err(error) => Err(error.to_string()),
    })
}

/// Pushes through the engine, and takes the names away again that it needed for that.
fn with_engine(
    context: &Context,
    push: &Push<'_>,
    engine: &Engine,
    source: &Reference,
    targets: &[Reference],
) -> Result<String, ActionError> {
    let pushed = context.block_on(push.all(engine, source, targets));
    // Also when the run was stopped, and then not for long.
    context.services.runtime().block_on(async {
        for target in targets {
            let untagged = engine::untag(engine, target);
            let _ = tokio::time::timeout(Duration::from_secs(1), untagged).await;
        }
    });
    pushed
}

/// The rehearsal's registry wants to know who comes, and takes everybody.
fn visitor(credentials: Credentials) -> Credentials {
    match credentials {
        Credentials::Password { .. } => credentials,
        Credentials::Anonymous => named("anonymous"),
        Credentials::IdentityToken(_) => named("token"),
    }
}

fn named(username: &str) -> Credentials {
    Credentials::Password {
        username: username.to_owned(),
        password: "rehearsal".to_owned(),
    }
}

fn there(targets: &[Reference], registry: &str) -> Result<Vec<Reference>, ActionError> {
    targets
        .iter()
        .map(|target| target.at(registry))
        .collect::<Result<_, _>>()
        .map_err(|error| ActionError::new(error.to_string()))
}

/// Whether `127.0.0.1` is the same machine for the engine.
fn is_here(engine: &Engine) -> bool {
    match &engine.address {
        Address::Unix(_) => true,
        Address::Tcp { host, .. } | Address::Tls { host, .. } => is_loopback(host),
    }
}
