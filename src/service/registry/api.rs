//! A registry's own HTTP API (OCI Distribution Specification 1.1): what it holds under a name.

use std::time::Duration;

use reqwest::header::{ACCEPT, AUTHORIZATION};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};

use super::authorization::challenge;
use super::challenge::Challenge;
use super::error::told_error;
use super::{Credentials, Reference, RegistryError, digest_of, host};
use crate::service::http;

/// Without these a registry answers with an older schema, which has another digest.
const MANIFESTS: &str = "application/vnd.oci.image.manifest.v1+json, \
    application/vnd.oci.image.index.v1+json, \
    application/vnd.docker.distribution.manifest.v2+json, \
    application/vnd.docker.distribution.manifest.list.v2+json";

/// One registry and who asks it. It keeps no connection and no token between calls.
pub struct Registry {
    pub(super) client: Client,
    name: String,
    pub(super) origin: String,
    pub(super) credentials: Credentials,
}

impl Registry {
    /// The registry of a reference, `name`, asked as whoever `credentials` tell.
    pub fn new(name: &str, credentials: Credentials) -> Result<Self, RegistryError> {
        Self::played(name, name, credentials)
    }

    /// The same, where another registry at `address` stands in for it.
    pub fn played(
        name: &str,
        address: &str,
        credentials: Credentials,
    ) -> Result<Self, RegistryError> {
        let client = client(host::is_loopback(address));
        Ok(Self {
            client: client.map_err(|source| RegistryError::Unreachable {
                registry: name.to_owned(),
                source,
            })?,
            name: name.to_owned(),
            origin: host::origin(address),
            credentials,
        })
    }

    /// Whether the registry is there and takes the credentials, as far as can be told without
    /// touching a repository: `Refused` is certain, success is not.
    pub async fn login(&self) -> Result<(), RegistryError> {
        let request = self.client.get(self.url(""));
        let response = self.send(request).await?;
        // A token that names no repository was granted; it may well not open this door.
        let with_token = response.status() == StatusCode::UNAUTHORIZED
            && !matches!(challenge(&response), Some(Challenge::Basic));
        if with_token {
            return Ok(());
        }
        self.checked(response).await.map(|_| ())
    }

    /// The digest of what is kept under `reference`'s digest or tag, if there is anything.
    pub async fn digest(&self, reference: &Reference) -> Result<Option<String>, RegistryError> {
        let head = self.ask_manifest(Method::HEAD, reference).await;
        let digest = match head {
            // A HEAD has no body to tell why, and some registries do not know it.
            Err(RegistryError::Answered { .. }) => None,
            Err(error) => return Err(error),
            Ok(None) => return Ok(None),
            Ok(Some(response)) => told_digest(&response),
        };
        if digest.is_some() {
            return Ok(digest);
        }
        let Some(response) = self.ask_manifest(Method::GET, reference).await? else {
            return Ok(None);
        };
        if let Some(digest) = told_digest(&response) {
            return Ok(Some(digest));
        }
        let body = response
            .bytes()
            .await
            .map_err(|error| self.unreachable(error))?;
        Ok(Some(digest_of(&body)))
    }

    async fn ask_manifest(
        &self,
        method: Method,
        reference: &Reference,
    ) -> Result<Option<Response>, RegistryError> {
        let url = self.manifest_url(reference);
        let request = self.client.request(method, url).header(ACCEPT, MANIFESTS);
        let response = self.send(request).await?;
        if response.status() == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        self.checked(response).await.map(Some)
    }

    /// The answer to `request`, after logging in when that is asked for.
    pub(super) async fn send(&self, request: RequestBuilder) -> Result<Response, RegistryError> {
        let again = request
            .try_clone()
            .expect("bodies are bytes, never streams");
        let response = request
            .send()
            .await
            .map_err(|error| self.unreachable(error))?;
        if response.status() != StatusCode::UNAUTHORIZED {
            return Ok(response);
        }
        match self.authorization(&response).await? {
            Some(authorization) => {
                let again = again.header(AUTHORIZATION, authorization);
                again.send().await.map_err(|error| self.unreachable(error))
            }
            None => Ok(response),
        }
    }

    /// `response` if it is a success, else what it says of itself.
    pub(super) async fn checked(&self, response: Response) -> Result<Response, RegistryError> {
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let registry = self.name.clone();
        let message = told_error(&response.bytes().await.unwrap_or_default());
        Err(match status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => RegistryError::Refused {
                registry,
                status,
                message,
            },
            _ => RegistryError::Answered {
                registry,
                status,
                message,
            },
        })
    }

    pub(super) fn manifest_url(&self, reference: &Reference) -> String {
        let identifier = reference.identifier();
        self.url(&format!("{}/manifests/{identifier}", reference.repository))
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("{}/v2/{path}", self.origin)
    }

    pub(super) fn unreachable(&self, source: reqwest::Error) -> RegistryError {
        RegistryError::Unreachable {
            registry: self.name.clone(),
            source: source.without_url(),
        }
    }

    pub(super) fn odd(&self, reason: &str) -> RegistryError {
        RegistryError::Odd {
            registry: self.name.clone(),
            reason: reason.to_owned(),
        }
    }
}

/// What is on this machine is never asked through a proxy, and never in TLS: reading the machine's
/// certificates would take longer than the answer.
pub(super) fn client(loopback: bool) -> Result<Client, reqwest::Error> {
    let client = http::builder().timeout(Duration::from_mins(1));
    let client = if loopback {
        client.no_proxy().tls_certs_only([])
    } else {
        client
    };
    client.build()
}

fn told_digest(response: &Response) -> Option<String> {
    let header = response.headers().get("docker-content-digest")?;
    header.to_str().ok().map(str::to_owned)
}
