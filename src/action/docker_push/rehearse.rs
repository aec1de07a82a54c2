//! The same push, to a rehearsal's registry: for real where there is an engine and the image, a
//! manifest without layers where not.

use std::time::Duration;

use serde_json::json;

use super::push::Push;
use super::{ActionError, Credentials, Reference};
use crate::service::engine::{self, Address, Engine, EngineError};
use crate::service::registry::is_loopback;

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
/// What an OCI manifest has in place of a configuration when there is none.
const EMPTY: &str = "application/vnd.oci.empty.v1+json";

/// The digest, and whether the push was only simulated.
pub(super) fn run(
    push: &Push<'_>,
    registry: &str,
    source: &Reference,
    targets: &[Reference],
    simulated: bool,
) -> Result<(String, bool), ActionError> {
    let context = push.context;
    if *push.credentials == Credentials::Anonymous {
        let real = &targets[0].registry;
        context.warn(format!(
            "there is no login for `{real}`: a real push may be refused"
        ));
    }
    let push = Push {
        credentials: &visitor(push.credentials),
        ..*push
    };
    let targets = there(targets, registry)?;
    context.block_on(push.log_in(registry))?;
    let reason = if simulated {
        format!("`{}` was not built", source.familiar())
    } else {
        let connecting = engine::connect(&context.environment);
        let connected = context.block_on(async { Ok(connecting.await) })?;
        match connected {
            Ok(engine) if !is_here(&engine) => {
                format!(
                    "the Docker Engine at `{}` cannot reach this machine",
                    engine.address
                )
            }
            Ok(engine) => {
                let digest = with_engine(&push, &engine, source, &targets)?;
                return Ok((digest, false));
            }
            Err(EngineError::Unreachable { address, .. }) => {
                format!("no Docker Engine at `{address}`")
            }
            Err(error) => error.to_string(),
        }
    };
    context.say(format!("simulated: {reason}"));
    let digest = context.block_on(simulate(&push, registry, &targets))?;
    Ok((digest, true))
}

/// Pushes through the engine, and takes the names away again that it needed for that.
fn with_engine(
    push: &Push<'_>,
    engine: &Engine,
    source: &Reference,
    targets: &[Reference],
) -> Result<String, ActionError> {
    let pushed = push.context.block_on(push.all(engine, source, targets));
    // Also when the run was stopped, and then not for long.
    push.context.services.runtime().block_on(async {
        for target in targets {
            let untagged = engine::untag(engine, target);
            let _ = tokio::time::timeout(Duration::from_secs(1), untagged).await;
        }
    });
    pushed
}

/// Puts an image without layers under every tag, so that the registry has something to tell.
async fn simulate(
    push: &Push<'_>,
    name: &str,
    targets: &[Reference],
) -> Result<String, ActionError> {
    let registry = push.registry(name)?;
    let trouble = |error| push.registry_trouble(&error, name);
    let mut digest = String::new();
    for target in targets {
        let config = registry.put_blob(&target.repository, b"{}".to_vec());
        let config = config.await.map_err(trouble)?;
        let manifest = json!({
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": { "mediaType": EMPTY, "digest": config, "size": 2 },
            "layers": [],
        });
        let content = manifest.to_string().into_bytes();
        let put = registry.put_manifest(target, MANIFEST, content);
        digest = put.await.map_err(trouble)?;
    }
    Ok(digest)
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
