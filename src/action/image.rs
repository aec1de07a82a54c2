//! An image as an option takes it.

use schemars::JsonSchema;
use serde::Deserialize;

use super::ActionError;
use crate::service::registry::Reference;

/// A reference, or what `docker_build` or `docker_push` gave.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(
    untagged,
    expecting = "an image's reference, or what docker_build or docker_push gave"
)]
pub(super) enum Image {
    Named(String),
    Made {
        /// The image's name and tag.
        reference: String,
        /// Whether a rehearsal only pretended to make it.
        #[serde(default)]
        simulated: bool,
    },
}

impl Image {
    pub(super) fn reference(&self) -> Result<Reference, ActionError> {
        let (Self::Named(text)
        | Self::Made {
            reference: text, ..
        }) = self;
        Reference::parse(text).map_err(|error| ActionError::option("image", error.to_string()))
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
