//! The builder from before BuildKit: the whole context goes up as one tar, and a stream of JSON
//! comes back. Podman and engines before 18.09 have no other.

mod context;
mod output;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use bollard::auth::DockerCredentials;
use bollard::body_try_stream;
use bollard::query_parameters::{BuildImageOptions, BuilderVersion, TagImageOptions};
use tokio_stream::StreamExt;

use self::output::Reader;
use super::steps::Steps;
use super::{Build, BuildError, Listener, error};
use crate::service::engine::dockerfile::Dockerfile;
use crate::service::engine::{Engine, login};
use crate::service::registry::{self, Credentials, Reference};

/// Builds and gives the image's id. Dropping the future closes the connection, and the engine
/// stops.
pub(super) async fn build(
    engine: &Engine,
    build: &Build,
    dockerfile: &Dockerfile,
    listener: Listener<'_>,
) -> Result<String, BuildError> {
    if !build.secrets.is_empty() {
        return Err(BuildError::NeedsBuildKit {
            what: "a build with secrets".to_owned(),
            address: engine.address.clone(),
        });
    }
    let logins = logins(build, dockerfile).await;
    let packed = context::pack(&build.context);
    let options = options(build, &packed.dockerfile);
    let mut reader = Reader::new(Steps::new(listener, &build.hidden), dockerfile);
    let mut stream = Box::pin(engine.patient.build_image(
        options,
        Some(logins),
        Some(body_try_stream(packed.body)),
    ));
    while let Some(said) = stream.next().await {
        let said = match said {
            Ok(said) => reader.read(said),
            Err(bollard::errors::Error::DockerStreamError { error }) => Err(error),
            Err(error) => {
                return Err(match packed.broken.take() {
                    Some(broken) => broken.into(),
                    None => error::lost(engine, &error),
                });
            }
        };
        if let Err(message) = said {
            return Err(reader.explain(engine, &message));
        }
    }
    let id = reader.id().ok_or_else(|| BuildError::Lost {
        address: engine.address.clone(),
        cause: "its answer ends before the build does".to_owned(),
    })?;
    for tag in build.tags.iter().skip(1) {
        let options = TagImageOptions {
            repo: Some(format!("{}/{}", tag.registry, tag.repository)),
            tag: tag.tag.clone(),
        };
        let tagged = engine.docker.tag_image(&id, Some(options)).await;
        tagged.map_err(|error| error::lost(engine, &error))?;
    }
    Ok(id)
}

fn options(build: &Build, dockerfile: &str) -> BuildImageOptions {
    let map = |map: &BTreeMap<String, String>| {
        let map: HashMap<_, _> = map.clone().into_iter().collect();
        (!map.is_empty()).then_some(map)
    };
    // Several tags are several `t`, which bollard cannot say: the others are given afterwards.
    BuildImageOptions {
        dockerfile: dockerfile.to_owned(),
        t: build.tags.first().map(ToString::to_string),
        nocache: build.no_cache,
        cachefrom: (!build.cache_from.is_empty()).then(|| build.cache_from.clone()),
        pull: build.pull.then(|| "true".to_owned()),
        rm: true,
        forcerm: true,
        buildargs: map(&build.build_args),
        labels: map(&build.labels),
        networkmode: build.network.clone(),
        platform: build.platform.clone().unwrap_or_default(),
        target: build.target.clone().unwrap_or_default(),
        version: BuilderVersion::BuilderV1,
        ..BuildImageOptions::default()
    }
}

/// For the registries of the base images; this builder cannot ask when it needs one.
async fn logins(build: &Build, dockerfile: &Dockerfile) -> HashMap<String, DockerCredentials> {
    let bases = dockerfile
        .bases()
        .chain(build.cache_from.iter().map(String::as_str));
    let references = bases.filter_map(|image| Reference::parse(image).ok());
    let registries: BTreeSet<_> = references.map(|reference| reference.registry).collect();
    let mut found = HashMap::new();
    for registry in registries {
        let login = registry::credentials(&registry, None, &build.environment).await;
        let login = login.unwrap_or(Credentials::Anonymous);
        if let Some(secret) = login.secret() {
            build.hidden.add(secret);
        }
        if let Some(login) = login::login(&registry, login) {
            found.insert(registry::key(&registry).to_owned(), login);
        }
    }
    found
}
