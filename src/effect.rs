//! How far from the machine an action reaches.

use serde::{Deserialize, Serialize};

/// Rising order: each reaches further than the one before, and what is held, asked for or
/// rehearsed is decided by comparing with [`Effect::Publish`].
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    /// Looks at files, git or the environment.
    Read,
    /// Runs tests, linters, a script's own commands.
    Check,
    /// Makes something local: an image, an artifact.
    Build,
    /// Puts it where others can get it.
    Publish,
    /// Changes what users see.
    Deploy,
    /// Tells people or services.
    Notify,
}

impl Effect {
    /// Whether this leaves the machine, so that it is rehearsed, asked for and never cached.
    pub fn leaves_the_machine(self) -> bool {
        self >= Self::Publish
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Check => "check",
            Self::Build => "build",
            Self::Publish => "publish",
            Self::Deploy => "deploy",
            Self::Notify => "notify",
        }
    }
}
