//! Names of images in the engine, and what it can learn about them from their registry.

use bollard::query_parameters::{RemoveImageOptionsBuilder, TagImageOptionsBuilder};

use super::login::login;
use super::{Engine, PushError};
use crate::service::registry::{Credentials, Reference};

/// Gives the image called `source` the name `target` too.
pub async fn tag(engine: &Engine, source: &Reference, target: &Reference) -> Result<(), PushError> {
    let options = TagImageOptionsBuilder::new()
        .repo(&target.familiar_name())
        .tag(target.tag.as_deref().unwrap_or("latest"))
        .build();
    let tagged = engine
        .docker
        .tag_image(&source.familiar(), Some(options))
        .await;
    tagged.map_err(|error| told(error, source))
}

/// Takes the name `reference` away from its image, which stays as long as it has another.
pub async fn untag(engine: &Engine, reference: &Reference) -> Result<(), PushError> {
    let options = RemoveImageOptionsBuilder::new().noprune(true).build();
    let name = reference.familiar();
    let removed = engine.docker.remove_image(&name, Some(options), None).await;
    removed.map(|_| ()).map_err(|error| told(error, reference))
}

/// The digest that the engine, not this process, finds in the registry under `reference`.
pub async fn registry_digest(
    engine: &Engine,
    reference: &Reference,
    credentials: &Credentials,
) -> Result<Option<String>, PushError> {
    let credentials = login(&reference.registry, credentials.clone());
    let name = reference.familiar();
    let found = engine
        .docker
        .inspect_registry_image(&name, credentials)
        .await;
    let found = found.map_err(|error| told(error, reference))?;
    Ok(found.descriptor.digest)
}

fn told(error: bollard::errors::Error, reference: &Reference) -> PushError {
    match error {
        bollard::errors::Error::DockerResponseServerError {
            status_code: 404, ..
        } => PushError::NoImage {
            reference: reference.familiar(),
        },
        bollard::errors::Error::DockerResponseServerError { message, .. } => {
            PushError::Told { message }
        }
        error => PushError::Broken(error),
    }
}
