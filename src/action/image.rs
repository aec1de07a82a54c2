//! An image as an option takes it.

use schemars::JsonSchema;
use serde::Deserialize;

use super::ActionError;
use crate::service::registry::Reference;

/// A reference, or what `docker_build` or `docker_push` gave.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(
    untagged,
    expecting = "must be an image's reference, or what docker_build or docker_push gave"
)]
pub(super) enum Image {
    Named(#[schemars(extend("format" = "image"))] String),
    Made {
        /// The image's name and tag.
        reference: String,
        /// The digest of its manifest, once it is in a registry.
        digest: Option<String>,
        /// Whether a rehearsal only pretended to make it.
        #[serde(default)]
        simulated: bool,
    },
}

impl Image {
    /// Its name; `option` is the one that holds it.
    pub(super) fn reference(&self, option: &str) -> Result<Reference, ActionError> {
        let (Self::Named(text)
        | Self::Made {
            reference: text, ..
        }) = self;
        // What was built without a tag is known by its id alone, or in a rehearsal by nothing.
        if matches!(self, Self::Made { .. }) && (text.is_empty() || text.starts_with("sha256:")) {
            let message = "was built without a tag, so that no registry can take it";
            return Err(ActionError::option(option, message)
                .hint("give `docker_build` one: `docker_build(\"me/app:1\")`"));
        }
        if is_id(text) {
            let message = "is an image's id, and a registry takes names alone";
            return Err(ActionError::option(option, message)
                .hint("give the image a name: `docker_build(\"me/app:1\")`, or `docker tag`"));
        }
        Reference::parse(text).map_err(|error| ActionError::option(option, error.to_string()))
    }

    /// The reference with the digest, where it is known: nobody can put another image under it.
    pub(super) fn pinned(&self) -> String {
        match self {
            Self::Made {
                reference,
                digest: Some(digest),
                ..
            } if !reference.contains('@') => {
                format!("{reference}@{digest}")
            }
            Self::Named(reference) | Self::Made { reference, .. } => reference.clone(),
        }
    }

    pub(super) fn is_simulated(&self) -> bool {
        matches!(
            self,
            Self::Made {
                simulated: true,
                ..
            }
        )
    }
}

/// `sha256:` and 64 digits, which would also be read as the tag of an image called `sha256`.
fn is_id(text: &str) -> bool {
    let digits = text.strip_prefix("sha256:");
    digits.is_some_and(|digits| digits.len() == 64 && digits.bytes().all(|c| c.is_ascii_hexdigit()))
}
