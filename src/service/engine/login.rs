//! Logins, as the engine takes them.

use bollard::auth::DockerCredentials;

use crate::service::registry::{self, Credentials};

/// The login at `registry`, if there is one.
pub(super) fn login(registry: &str, credentials: Credentials) -> Option<DockerCredentials> {
    let (username, password, identitytoken) = match credentials {
        Credentials::Anonymous => return None,
        Credentials::Password { username, password } => (Some(username), Some(password), None),
        Credentials::IdentityToken(token) => (None, None, Some(token)),
    };
    Some(DockerCredentials {
        username,
        password,
        identitytoken,
        serveraddress: Some(registry::key(registry).to_owned()),
        ..DockerCredentials::default()
    })
}
