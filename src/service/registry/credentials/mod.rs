//! Who may push: what the call says, then Docker Hub's two variables, then Docker's own logins.

mod helper;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use docker_credential::{CredentialRetrievalError, DockerCredential};
use serde_json::{Value, json};

use super::host;
use helper::Helpers;

const USERNAME: &str = "DOCKERHUB_USERNAME";
const PASSWORD: &str = "DOCKERHUB_PASSWORD";
/// Under this name Docker keeps the login of Docker Hub.
const HUB_KEY: &str = "https://index.docker.io/v1/";

type Environment = BTreeMap<String, String>;

/// What a registry is shown.
#[derive(Clone, PartialEq, Eq)]
pub enum Credentials {
    Anonymous,
    Password {
        username: String,
        password: String,
    },
    /// What `docker login` keeps where a registry has a token service of its own.
    IdentityToken(String),
}

#[derive(Debug, thiserror::Error)]
pub enum CredentialsError {
    #[error("`{}` cannot be read", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("`{}` is not a Docker configuration", path.display())]
    Broken { path: PathBuf },
    #[error("the login of `{registry}` in `{}` cannot be read: {reason}", path.display())]
    Login {
        path: PathBuf,
        registry: String,
        reason: String,
    },
}

/// The credentials for `registry`, the first there are of:
/// 1. `given`, username and password;
/// 2. `DOCKERHUB_USERNAME` and `DOCKERHUB_PASSWORD`, for Docker Hub and for a registry on this
///    machine; no other registry is ever shown them;
/// 3. the login in Docker's `config.json` (in `DOCKER_CONFIG` or `~/.docker`), which may ask a
///    credential helper, which is stopped when the future is dropped.
pub async fn find(
    registry: &str,
    given: Option<(String, String)>,
    environment: &Environment,
) -> Result<Credentials, CredentialsError> {
    let own = given.or_else(|| from_environment(registry, environment));
    if let Some((username, password)) = own {
        return Ok(Credentials::Password { username, password });
    }
    let Some(folder) = settings(environment) else {
        return Ok(Credentials::Anonymous);
    };
    from_docker(&folder.join("config.json"), registry, environment).await
}

/// What to do when `registry` refuses `credentials`.
pub fn hint(registry: &str, credentials: &Credentials, environment: &Environment) -> String {
    let set = |name| environment.get(name).is_some_and(|value| !value.is_empty());
    let name = shown(registry);
    let theirs = registry == "docker.io" || host::is_loopback(registry);
    match credentials {
        Credentials::Anonymous if theirs && set(USERNAME) => {
            format!("`{USERNAME}` is set and `{PASSWORD}` is not: set it, to an access token")
        }
        Credentials::Anonymous if theirs => {
            format!("set `{USERNAME}` and `{PASSWORD}`, or run `docker login{name}`")
        }
        Credentials::Anonymous if set(USERNAME) => format!(
            "`{USERNAME}` is for Docker Hub and is not sent to `{registry}`: give `username` and \
             `password`, or run `docker login{name}`"
        ),
        Credentials::Anonymous => {
            format!("give `username` and `password`, or run `docker login{name}`")
        }
        Credentials::Password { username, .. } => format!(
            "the registry does not accept the login of `{username}`, or `{username}` may not push \
             to this repository"
        ),
        Credentials::IdentityToken(_) => format!("log in anew: `docker login{name}`"),
    }
}

impl Credentials {
    /// The value of the engine's `X-Registry-Auth` header, which must be there even when empty
    /// (Docker Engine API, “Authentication”).
    pub fn header(&self, registry: &str) -> String {
        let server = key(registry);
        let content = match self {
            Self::Anonymous => json!({}),
            Self::Password { username, password } => {
                json!({ "username": username, "password": password, "serveraddress": server })
            }
            Self::IdentityToken(token) => {
                json!({ "identitytoken": token, "serveraddress": server })
            }
        };
        URL_SAFE.encode(content.to_string())
    }

    /// What must never be shown.
    pub fn secret(&self) -> Option<&str> {
        match self {
            Self::Anonymous => None,
            Self::Password {
                password: secret, ..
            }
            | Self::IdentityToken(secret) => Some(secret),
        }
    }
}

fn from_environment(registry: &str, environment: &Environment) -> Option<(String, String)> {
    let set = |name| {
        environment
            .get(name)
            .filter(|value| !value.is_empty())
            .cloned()
    };
    let theirs = registry == "docker.io" || host::is_loopback(registry);
    theirs.then_some(set(USERNAME)?).zip(set(PASSWORD))
}

/// The folder of Docker's settings.
pub fn settings(environment: &Environment) -> Option<PathBuf> {
    let set = |name| environment.get(name).filter(|value| !value.is_empty());
    let chosen = set("DOCKER_CONFIG").map(PathBuf::from);
    chosen.or_else(|| Some(Path::new(set("HOME")?).join(".docker")))
}

async fn from_docker(
    path: &Path,
    registry: &str,
    environment: &Environment,
) -> Result<Credentials, CredentialsError> {
    let text = match fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Credentials::Anonymous),
        Err(source) => {
            let path = path.to_owned();
            return Err(CredentialsError::Unreadable { path, source });
        }
    };
    let key = self::key(registry);
    let unreadable = |reason| CredentialsError::Login {
        path: path.to_owned(),
        registry: registry.to_owned(),
        reason,
    };
    let helpers: Helpers = serde_json::from_slice(&text).unwrap_or_default();
    let ask = async |helper: &str| {
        let asked = helper::ask(helper, key, environment).await;
        asked.map_err(|what| unreadable(format!("the credential helper {what}")))
    };
    if let Some(helper) = helpers.first(key) {
        return ask(helper).await;
    }
    match docker_credential::get_credential_from_reader(&*without_helpers(text), key) {
        Ok(DockerCredential::UsernamePassword(username, password)) => {
            Ok(Credentials::Password { username, password })
        }
        Ok(DockerCredential::IdentityToken(token)) => Ok(Credentials::IdentityToken(token)),
        Err(CredentialRetrievalError::NoCredentialConfigured) => match helpers.last() {
            Some(helper) => ask(helper).await,
            None => Ok(Credentials::Anonymous),
        },
        Err(CredentialRetrievalError::ConfigReadError) => {
            let path = path.to_owned();
            Err(CredentialsError::Broken { path })
        }
        Err(error) => Err(unreadable(reason(&error).to_owned())),
    }
}

/// The crate would run a helper itself, which nothing could stop then.
fn without_helpers(config: Vec<u8>) -> Vec<u8> {
    let Ok(Value::Object(mut entries)) = serde_json::from_slice(&config) else {
        return config;
    };
    entries.remove("credsStore");
    entries.remove("credHelpers");
    Value::Object(entries).to_string().into_bytes()
}

fn reason(error: &CredentialRetrievalError) -> &'static str {
    match error {
        CredentialRetrievalError::CredentialMismatchError => {
            "`auth` does not match `username` and `password`"
        }
        _ => "`auth` is not `username:password` in base64",
    }
}

/// What Docker and its engine call `registry` where logins are concerned.
pub fn key(registry: &str) -> &str {
    if registry == "docker.io" {
        HUB_KEY
    } else {
        registry
    }
}

/// As the argument of `docker login`, which is Docker Hub's when there is none.
fn shown(registry: &str) -> String {
    if registry == "docker.io" {
        String::new()
    } else {
        format!(" {registry}")
    }
}

#[cfg(test)]
mod tests;
