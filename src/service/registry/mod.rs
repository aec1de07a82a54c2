//! Image registries: what an image is called, who may push it, and what the registry holds.

mod api;
mod challenge;
mod credentials;
mod digest;
mod host;
mod reference;

pub use api::{Registry, RegistryError};
pub use credentials::{Credentials, CredentialsError, find as credentials, hint};
pub use digest::{digest_of, written as written_digest};
pub use host::is_loopback;
pub use reference::{InvalidReference, Reference};
