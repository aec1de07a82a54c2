//! Image registries: what an image is called, who may push it, and what the registry holds.

mod api;
mod authorization;
mod challenge;
mod credentials;
mod digest;
mod empty;
mod error;
mod host;
mod reference;

pub use api::Registry;
pub use credentials::{Credentials, CredentialsError, find as credentials, hint, key, settings};
pub use digest::{digest_of, hex, written as written_digest};
pub(crate) use empty::NO_CONFIGURATION;
pub use error::RegistryError;
pub use host::is_loopback;
pub use reference::{InvalidReference, Reference, unplayed};
