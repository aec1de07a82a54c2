//! The same push, to a rehearsal's registry: for real where there is an engine and the image, a
//! manifest without layers where not.

use std::time::Duration;

use super::push::{Push, Standin};
use super::{ActionError, Context, Credentials, Order};
use crate::service::engine::{self, Address, Engine};
use crate::service::registry::is_loopback;

/// The digest, and whether the push was only simulated.
pub(super) fn run(
    context: &Context,
    order: &Order,
    credentials: &Credentials,
    address: &str,
) -> Result<(String, bool), ActionError> {
    if *credentials == Credentials::Anonymous {
        let real = &order.targets[0].registry;
        context.warn(format!(
            "there is no login for `{real}`: a real push may be refused"
        ));
    }
    let standin = Standin {
        address: address.to_owned(),
        credentials: visitor(credentials),
    };
    let push = Push::to(context, order, credentials, Some(&standin))?;
    context.block_on(push.log_in())?;
    let reason = match way(context, order)? {
        Way::Through(engine) => match with_engine(context, &push, &engine, order)? {
            Some(digest) => return Ok((digest, false)),
            None => elsewhere(&engine),
        },
        Way::Simulated(reason) => reason,
    };
    context.simulate(reason);
    let digest = context.block_on(push.nothing(order))?;
    Ok((digest, true))
}

enum Way {
    Through(Box<Engine>),
    /// For this reason.
    Simulated(String),
}

fn way(context: &Context, order: &Order) -> Result<Way, ActionError> {
    if order.simulated {
        let reason = format!("`{}` was not built", order.source.familiar());
        return Ok(Way::Simulated(reason));
    }
    let connecting = engine::connect(&context.environment);
    Ok(match context.block_on(async { Ok(connecting.await) })? {
        Ok(engine) if is_here(&engine) => Way::Through(Box::new(engine)),
        Ok(engine) => Way::Simulated(elsewhere(&engine)),
        Err(error) => Way::Simulated(error.lack()),
    })
}

fn elsewhere(engine: &Engine) -> String {
    format!(
        "the Docker Engine at `{}` cannot reach this machine",
        engine.address
    )
}

/// Pushes through the engine, and takes the names away again that it needed for that.
fn with_engine(
    context: &Context,
    push: &Push<'_>,
    engine: &Engine,
    order: &Order,
) -> Result<Option<String>, ActionError> {
    let pushed = context.block_on(push.all(engine, order));
    // Also when the run was stopped, and then not for long.
    context.services.runtime().block_on(async {
        for target in &order.targets {
            let sent = push.sent(target);
            let untagged = engine::untag(engine, &sent);
            let _ = tokio::time::timeout(Duration::from_secs(1), untagged).await;
        }
    });
    pushed
}

/// The rehearsal's registry wants to know who comes, and takes everybody.
fn visitor(credentials: &Credentials) -> Credentials {
    match credentials {
        Credentials::Password { .. } => credentials.clone(),
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

/// Whether `127.0.0.1` is the same machine for the engine.
fn is_here(engine: &Engine) -> bool {
    match &engine.address {
        Address::Unix(_) => true,
        Address::Tcp { host, .. } | Address::Tls { host, .. } => is_loopback(host),
    }
}
