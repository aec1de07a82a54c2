//! Why there is no image.

use std::path::PathBuf;

use crate::service::engine::{Address, ContextError, Engine};
use crate::words::root_cause;

#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    #[error(transparent)]
    Context(#[from] ContextError),
    /// What stands in the Dockerfile cannot be built by anybody.
    #[error("{reason}")]
    Dockerfile {
        path: PathBuf,
        line: Option<usize>,
        reason: String,
        hint: Option<String>,
    },
    #[error("the Dockerfile has no stage `{target}`")]
    Target {
        path: PathBuf,
        target: String,
        stages: Vec<String>,
    },
    #[error("the base image `{image}` cannot be had")]
    Base {
        image: String,
        line: Option<usize>,
        reason: String,
    },
    #[error("the frontend `{image}`, which `# syntax=` names, cannot be had")]
    Frontend { image: String, reason: String },
    #[error("the secret `{id}` is not given")]
    Secret { id: String, line: Option<usize> },
    #[error("`{instruction}` failed")]
    Step {
        instruction: String,
        line: Option<usize>,
        /// The exit code of a `RUN`.
        exit_code: Option<i32>,
        /// The engine's words where it is not just an exit code.
        reason: Option<String>,
        /// The last lines the step put out.
        output: Vec<String>,
    },
    #[error("the disk of the engine at `{address}` is full")]
    DiskFull { address: Address, reason: String },
    #[error("the engine at `{address}` went away during the build")]
    Lost { address: Address, cause: String },
    #[error("{what} needs BuildKit, which the engine at `{address}` does not have")]
    NeedsBuildKit { what: String, address: Address },
    /// Anything else the engine says.
    #[error("{0}")]
    Refused(String),
}

/// Of a call to the engine that should have worked.
pub(super) fn lost(engine: &Engine, error: &bollard::errors::Error) -> BuildError {
    match error {
        bollard::errors::Error::DockerResponseServerError { message, .. } => {
            from_text(engine, message)
        }
        other => BuildError::Lost {
            address: engine.address.clone(),
            cause: root_cause(other),
        },
    }
}

/// What the engine says, sorted by what a user can do about it.
pub(super) fn from_text(engine: &Engine, text: &str) -> BuildError {
    let text = plain(text);
    if is_disk_full(&text) {
        return BuildError::DiskFull {
            address: engine.address.clone(),
            reason: text,
        };
    }
    BuildError::Refused(text)
}

pub(super) fn is_disk_full(text: &str) -> bool {
    text.contains("no space left on device")
}

/// Without the words that say only through how many hands an error went.
pub(super) fn plain(text: &str) -> String {
    const NOISE: &[&str] = &[
        "failed to solve with frontend dockerfile.v0: ",
        "failed to solve: ",
        "failed to create LLB definition: ",
        "failed to build LLB: ",
        "failed to compute cache key: ",
        "failed to calculate checksum of ref ",
        "rpc error: code = Unknown desc = ",
        "rpc error: code = NotFound desc = ",
        "Error response from daemon: ",
    ];
    let mut text = text.trim();
    while let Some(rest) = NOISE.iter().find_map(|noise| text.strip_prefix(noise)) {
        text = rest;
    }
    text.replace("not found: not found", "not found")
}
