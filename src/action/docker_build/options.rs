//! The options of a build, and the build they make.

use std::collections::BTreeMap;
use std::fs;

use schemars::JsonSchema;
use serde::Deserialize;

use super::trouble;
use crate::action::{ActionError, Context};
use crate::service::engine::{Build, BuildContext, is_platform};
use crate::service::registry::Reference;

/// What `docker_build` can be told.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Options {
    /// The image's name and tag (`me/app:1`).
    #[schemars(extend("format" = "image"))]
    tag: Option<String>,
    /// More names and tags for the same image.
    #[serde(default)]
    #[schemars(extend("format" = "image"))]
    tags: Vec<String>,
    /// The folder whose files a build can copy; the repository's root if not given.
    context: Option<String>,
    /// The Dockerfile, from the repository's root; `Dockerfile` in the context if not given.
    dockerfile: Option<String>,
    /// The stage of the Dockerfile to end with, by name or number from 0; the last if not given.
    target: Option<String>,
    /// Values for the Dockerfile's `ARG`s. They can be read from the image: secrets go in `secrets`.
    #[serde(default)]
    build_args: BTreeMap<String, Scalar>,
    /// Secrets for `RUN --mount=type=secret,id=…`, by id: a text, or where to read it,
    /// `#{ env: "NAME" }` or `#{ file: "path" }`. They enter no layer and no output.
    #[serde(default)]
    secrets: BTreeMap<String, Secret>,
    /// Labels of the image.
    #[serde(default)]
    labels: BTreeMap<String, Scalar>,
    /// The platform to build for, such as `linux/arm64`; the engine's own if not given.
    platform: Option<String>,
    /// Images in a registry whose layers may be reused.
    #[serde(default)]
    cache_from: Vec<String>,
    /// Run every step again instead of using the cache.
    #[serde(default)]
    no_cache: bool,
    /// Look for newer base images even if there are some already.
    #[serde(default)]
    pull: bool,
    /// The network of `RUN` steps: `none`, `host` or `default`.
    network: Option<Network>,
}

/// What a Dockerfile knows as text.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "must be text, a number or true or false")]
enum Scalar {
    Text(String),
    Flag(bool),
    Number(serde_json::Number),
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(
    untagged,
    expecting = "must be text, `#{ env: \"NAME\" }` or `#{ file: \"path\" }`"
)]
enum Secret {
    Value(String),
    #[serde(rename_all = "lowercase")]
    Env {
        /// The name of an environment variable.
        env: String,
    },
    #[serde(rename_all = "lowercase")]
    File {
        /// A path, from the repository's root.
        file: String,
    },
}

#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Network {
    Default,
    None,
    Host,
}

impl Options {
    pub(super) fn build(self, context: &Context) -> Result<Build, ActionError> {
        let tags = self.references()?;
        self.check_names()?;
        let root = context.path(self.context.as_deref().unwrap_or_default());
        let dockerfile = self.dockerfile.as_ref().map(|path| context.path(path));
        let opened = BuildContext::open(&root, dockerfile.as_deref());
        let opened = opened.map_err(|error| trouble::of_context(context, &error))?;
        let secrets = self
            .secrets
            .iter()
            .map(|(id, secret)| Ok((id.clone(), secret.read(context, id)?)))
            .collect::<Result<BTreeMap<_, _>, ActionError>>()?;
        Ok(Build {
            context: opened,
            tags,
            target: self.target,
            build_args: texts(self.build_args),
            secrets,
            labels: texts(self.labels),
            platform: self.platform,
            cache_from: self.cache_from,
            no_cache: self.no_cache,
            pull: self.pull,
            network: self.network.map(|network| network.name().to_owned()),
            classic: context.env("DOCKER_BUILDKIT") == Some("0"),
            environment: context.environment.clone(),
            hidden: context.secrets.clone(),
        })
    }

    /// What only an engine would refuse, and after it was sent everything.
    fn check_names(&self) -> Result<(), ActionError> {
        if let Some(platform) = self.platform.as_ref().filter(|one| !is_platform(one)) {
            let message = format!("`{platform}` is not a platform, such as `linux/arm64`");
            return Err(ActionError::option("platform", message));
        }
        for (index, image) in self.cache_from.iter().enumerate() {
            Reference::parse(image).map_err(|error| {
                ActionError::option(format!("cache_from[{index}]"), error.to_string())
            })?;
        }
        Ok(())
    }

    /// `tag` first, then `tags`, none twice.
    fn references(&self) -> Result<Vec<Reference>, ActionError> {
        let one = self.tag.iter().map(|tag| ("tag".to_owned(), tag));
        let more = self.tags.iter().enumerate();
        let more = more.map(|(index, tag)| (format!("tags[{index}]"), tag));
        let mut found: Vec<Reference> = Vec::new();
        for (path, tag) in one.chain(more) {
            let reference = Reference::parse(tag)
                .map_err(|error| ActionError::option(&path, error.to_string()))?;
            if reference.digest.is_some() {
                let message = format!("`{tag}` has a digest, which only the image itself can give");
                return Err(ActionError::option(path, message));
            }
            if !found.contains(&reference) {
                found.push(reference);
            }
        }
        Ok(found)
    }
}

impl Secret {
    fn read(&self, context: &Context, id: &str) -> Result<Vec<u8>, ActionError> {
        let path = format!("secrets.{id}");
        let value = match self {
            Self::Value(text) => text.clone().into_bytes(),
            Self::Env { env } => {
                let value = context.env(env).ok_or_else(|| {
                    let message = format!("the environment variable `{env}` is not set");
                    ActionError::option(path, message)
                })?;
                value.as_bytes().to_vec()
            }
            Self::File { file } => fs::read(context.path(file)).map_err(|error| {
                let message = format!("the file `{file}` cannot be read: {error}");
                ActionError::option(path, message)
            })?,
        };
        let text = String::from_utf8_lossy(&value);
        if !text.trim().is_empty() && !context.secrets.add(text.trim()) {
            context.warn(format!(
                "the build secret `{id}` is too short to be hidden in the output"
            ));
        }
        Ok(value)
    }
}

impl Network {
    fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::None => "none",
            Self::Host => "host",
        }
    }
}

fn texts(values: BTreeMap<String, Scalar>) -> BTreeMap<String, String> {
    let texts = values.into_iter().map(|(name, value)| {
        let text = match value {
            Scalar::Text(text) => text,
            Scalar::Flag(flag) => flag.to_string(),
            Scalar::Number(number) => number.to_string(),
        };
        (name, text)
    });
    texts.collect()
}
