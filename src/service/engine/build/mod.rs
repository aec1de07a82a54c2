//! Building an image: by BuildKit where the engine has it, by the classic builder elsewhere.

mod buildkit;
mod classic;
mod error;
mod steps;

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;

use super::context::{Travelling, plain};
use super::dockerfile::{self, Dockerfile};
use super::{BuildContext, ContextError, Engine};
use crate::event::Stream;
use crate::secret::Secrets;
use crate::service::registry::Reference;

pub use error::BuildError;

/// A build as data.
#[derive(Clone, Debug)]
pub struct Build {
    pub context: BuildContext,
    /// What the image will be called; it may be nothing.
    pub tags: Vec<Reference>,
    /// The stage to end with; the last one if not given.
    pub target: Option<String>,
    pub build_args: BTreeMap<String, String>,
    /// Contents by id, for `RUN --mount=type=secret`.
    pub secrets: BTreeMap<String, Vec<u8>>,
    pub labels: BTreeMap<String, String>,
    /// `linux/arm64`; the engine's own if not given.
    pub platform: Option<String>,
    /// Images whose layers may be reused.
    pub cache_from: Vec<String>,
    pub no_cache: bool,
    /// Look for newer base images even where there are some.
    pub pull: bool,
    /// `none`, `host` or `default`, for `RUN`.
    pub network: Option<String>,
    /// Use the classic builder also where there is BuildKit.
    pub classic: bool,
    /// Where logins for the registries of base images are looked for.
    pub environment: Arc<BTreeMap<String, String>>,
    /// What is added to when such a login is found.
    pub hidden: Secrets,
}

/// An image that was built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Built {
    /// `sha256:…`, as the engine knows it.
    pub id: String,
    /// In bytes.
    pub size: u64,
}

/// What happens during a build, as it does.
#[derive(Debug)]
pub enum Update<'a> {
    /// A step (`[2/5] RUN make`) is being worked on.
    Began(&'a str),
    Ended {
        step: &'a str,
        cached: bool,
    },
    /// A piece of a `RUN`'s output: any length, any bytes.
    Output {
        /// Of the step.
        id: &'a str,
        stream: Stream,
        bytes: &'a [u8],
    },
    /// Bytes moved for a step, of so many where that is known.
    Moved {
        what: &'a str,
        amount: (u64, Option<u64>),
        done: bool,
    },
    Warning(&'a str),
}

/// Whoever wants to hear of [`Update`]s.
pub type Listener<'a> = &'a (dyn Fn(Update<'_>) + Send + Sync);

/// What can be told of a build without an engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// Instructions of the Dockerfile.
    pub instructions: usize,
    /// Lines that mount a secret which is not given, and its id.
    pub missing_secrets: Vec<(usize, String)>,
}

/// Builds. Dropping the future stops the build on the engine.
pub async fn build(
    engine: &Engine,
    build: &Build,
    listener: Listener<'_>,
) -> Result<Built, BuildError> {
    let dockerfile = read(build)?;
    let id = if engine.about.has_buildkit() && !build.classic {
        Box::pin(buildkit::build(engine, build, &dockerfile, listener)).await?
    } else {
        Box::pin(classic::build(engine, build, &dockerfile, listener)).await?
    };
    let image = engine.docker.inspect_image(&id).await;
    let image = image.map_err(|error| error::lost(engine, &error))?;
    Ok(Built {
        id: image.id.unwrap_or(id),
        size: image
            .size
            .unwrap_or_default()
            .try_into()
            .unwrap_or_default(),
    })
}

/// Reads the Dockerfile and finds what would stop a build before it begins.
pub fn check(build: &Build) -> Result<Checked, BuildError> {
    let dockerfile = read(build)?;
    let mounts = dockerfile.secrets().into_iter();
    Ok(Checked {
        instructions: dockerfile.instructions.len(),
        missing_secrets: mounts
            .filter(|mount| !build.secrets.contains_key(&mount.id))
            .map(|mount| (mount.line, mount.id))
            .collect(),
    })
}

/// The files that travel, among them everything that the Dockerfile copies by name.
pub fn check_files(build: &Build) -> Result<Vec<Travelling>, BuildError> {
    let dockerfile = read(build)?;
    let files = build.context.files()?;
    let sources = dockerfile.sources(build.target.as_deref()).into_iter();
    let mut missing = sources.filter(|source| !build.context.has(&source.path, &files));
    match missing.next() {
        Some(source) => Err(BuildError::Step {
            instruction: source.instruction.text(),
            line: Some(source.instruction.line),
            exit_code: None,
            reason: Some(format!("\"/{}\": not found", plain(&source.path))),
            output: Vec::new(),
        }),
        None => Ok(files),
    }
}

fn read(build: &Build) -> Result<Dockerfile, BuildError> {
    let path = &build.context.dockerfile;
    let text = fs::read(path).map_err(|source| ContextError::Io {
        path: path.clone(),
        source,
    })?;
    let wrong = |error: dockerfile::ParseError| BuildError::Dockerfile {
        path: path.clone(),
        line: error.line,
        reason: error.reason,
        hint: error.hint,
    };
    let dockerfile = dockerfile::parse(&String::from_utf8_lossy(&text)).map_err(wrong)?;
    let target = build.target.as_deref();
    if let Some(target) = target.filter(|target| !dockerfile.has_stage(target)) {
        return Err(BuildError::Target {
            path: path.clone(),
            target: target.to_owned(),
            stages: dockerfile.stages().map(str::to_owned).collect(),
        });
    }
    dockerfile
        .check_images(target, &build.build_args)
        .map_err(wrong)?;
    Ok(dockerfile)
}
