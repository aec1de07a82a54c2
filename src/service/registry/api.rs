//! A registry's own HTTP API (OCI Distribution Specification 1.1): what it holds under a name.

use std::time::Duration;

use reqwest::header::{
    ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue, LOCATION, WWW_AUTHENTICATE,
};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode, Url};
use serde::Deserialize;

use super::challenge::Challenge;
use crate::service::http;

use super::{Credentials, Reference, digest_of, host};

/// Without these a registry answers with an older schema, which has another digest.
const MANIFESTS: &str = "application/vnd.oci.image.manifest.v1+json, \
    application/vnd.oci.image.index.v1+json, \
    application/vnd.docker.distribution.manifest.v2+json, \
    application/vnd.docker.distribution.manifest.list.v2+json";

/// One registry and who asks it. It keeps no connection and no token between calls.
pub struct Registry {
    client: Client,
    name: String,
    origin: String,
    credentials: Credentials,
}

#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    #[error("the registry `{registry}` cannot be asked")]
    Unreachable {
        registry: String,
        source: reqwest::Error,
    },
    #[error("the registry `{registry}` refuses access ({status}): {message}")]
    Refused {
        registry: String,
        status: StatusCode,
        message: String,
    },
    #[error("the registry `{registry}` answers {status}: {message}")]
    Answered {
        registry: String,
        status: StatusCode,
        message: String,
    },
    #[error("the registry `{registry}` does not keep to the protocol: {reason}")]
    Odd { registry: String, reason: String },
}

impl RegistryError {
    /// Whether the same question may be answered a moment later.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Unreachable { source, .. } => !source.is_builder(),
            Self::Answered { status, .. } => {
                status.is_server_error()
                    || [StatusCode::TOO_MANY_REQUESTS, StatusCode::REQUEST_TIMEOUT].contains(status)
            }
            Self::Refused { .. } | Self::Odd { .. } => false,
        }
    }

    /// Whether this process got no answer at all.
    pub fn is_unreachable(&self) -> bool {
        matches!(self, Self::Unreachable { .. })
    }

    pub fn is_refusal(&self) -> bool {
        matches!(self, Self::Refused { .. })
    }
}

impl Registry {
    /// The registry of a reference, `name`, asked as whoever `credentials` tell.
    pub fn new(name: &str, credentials: Credentials) -> Result<Self, RegistryError> {
        Ok(Self {
            client: client(host::is_loopback(name)).map_err(|source| {
                RegistryError::Unreachable {
                    registry: name.to_owned(),
                    source,
                }
            })?,
            name: name.to_owned(),
            origin: host::origin(name),
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
        let path = format!(
            "{}/manifests/{}",
            reference.repository,
            reference.identifier()
        );
        let request = self
            .client
            .request(method, self.url(&path))
            .header(ACCEPT, MANIFESTS);
        let response = self.send(request).await?;
        if response.status() == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        self.checked(response).await.map(Some)
    }

    /// Puts `content` into `repository` and gives its digest.
    pub async fn put_blob(
        &self,
        repository: &str,
        content: Vec<u8>,
    ) -> Result<String, RegistryError> {
        let digest = digest_of(&content);
        let start = self
            .client
            .post(self.url(&format!("{repository}/blobs/uploads/")));
        let started = self.checked(self.send(start).await?).await?;
        let location = started.headers().get(LOCATION);
        let location = location.and_then(|location| location.to_str().ok());
        let url = location.and_then(|location| started.url().join(location).ok());
        let Some(mut url) = url else {
            return Err(self.odd("it does not tell where to upload to"));
        };
        url.query_pairs_mut().append_pair("digest", &digest);
        let put = self
            .client
            .put(url)
            .header(CONTENT_TYPE, "application/octet-stream")
            .body(content);
        self.checked(self.send(put).await?).await?;
        Ok(digest)
    }

    /// Puts a manifest under `reference` and gives its digest.
    pub async fn put_manifest(
        &self,
        reference: &Reference,
        media_type: &str,
        content: Vec<u8>,
    ) -> Result<String, RegistryError> {
        let digest = digest_of(&content);
        let path = format!(
            "{}/manifests/{}",
            reference.repository,
            reference.identifier()
        );
        let put = self
            .client
            .put(self.url(&path))
            .header(CONTENT_TYPE, media_type)
            .body(content);
        self.checked(self.send(put).await?).await?;
        Ok(digest)
    }

    /// The answer to `request`, after logging in when that is asked for.
    async fn send(&self, request: RequestBuilder) -> Result<Response, RegistryError> {
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

    /// What to send instead, if anything is known that the registry asks for.
    async fn authorization(
        &self,
        response: &Response,
    ) -> Result<Option<HeaderValue>, RegistryError> {
        let value = match (challenge(response), &self.credentials) {
            (Some(Challenge::Basic), Credentials::Password { username, password }) => {
                basic(username, password)
            }
            (
                Some(Challenge::Bearer {
                    realm,
                    service,
                    scope,
                }),
                _,
            ) => {
                let asked = [("service", service), ("scope", scope)];
                format!("Bearer {}", self.token(&realm, asked).await?)
            }
            _ => return Ok(None),
        };
        let mut value = HeaderValue::try_from(value)
            .map_err(|_| self.odd("its token cannot stand in a header"))?;
        value.set_sensitive(true);
        Ok(Some(value))
    }

    async fn token(
        &self,
        realm: &str,
        asked: [(&str, Option<String>); 2],
    ) -> Result<String, RegistryError> {
        /// Docker Hub sends the same token under both names.
        #[derive(Deserialize)]
        struct Granted {
            token: Option<String>,
            access_token: Option<String>,
        }
        let url = Url::parse(realm).map_err(|_| self.odd("its token service has no URL"))?;
        if url.scheme() != "https" && !self.origin.starts_with("http:") {
            return Err(self.odd(&format!("its token service `{realm}` is not encrypted")));
        }
        let asked = asked
            .iter()
            .filter_map(|(name, value)| Some((*name, value.as_deref()?)));
        let response = self
            .token_request(url, asked)
            .send()
            .await
            .map_err(|error| self.unreachable(error))?;
        let body = self.checked(response).await?.bytes().await;
        let body = body.map_err(|error| self.unreachable(error))?;
        let granted: Option<Granted> = serde_json::from_slice(&body).ok();
        granted
            .and_then(|granted| granted.token.or(granted.access_token))
            .ok_or_else(|| self.odd("its token service answers without a token"))
    }

    /// A token for a password, or for nothing, is a GET; one for a refresh token is a form
    /// (distribution's “Token Authentication” and “OAuth 2 Token Authentication”).
    fn token_request<'a>(
        &self,
        mut url: Url,
        asked: impl Iterator<Item = (&'a str, &'a str)>,
    ) -> RequestBuilder {
        if let Credentials::IdentityToken(token) = &self.credentials {
            let form = url::form_urlencoded::Serializer::new(String::new())
                .extend_pairs(asked)
                .append_pair("grant_type", "refresh_token")
                .append_pair("client_id", "wharf")
                .append_pair("refresh_token", token)
                .finish();
            let kind = "application/x-www-form-urlencoded";
            return self.client.post(url).header(CONTENT_TYPE, kind).body(form);
        }
        url.query_pairs_mut().extend_pairs(asked);
        let request = self.client.get(url);
        match &self.credentials {
            Credentials::Password { username, password } => {
                request.header(AUTHORIZATION, basic(username, password))
            }
            _ => request,
        }
    }

    /// `response` if it is a success, else what it says of itself.
    async fn checked(&self, response: Response) -> Result<Response, RegistryError> {
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

    fn url(&self, path: &str) -> String {
        format!("{}/v2/{path}", self.origin)
    }

    fn unreachable(&self, source: reqwest::Error) -> RegistryError {
        RegistryError::Unreachable {
            registry: self.name.clone(),
            source: source.without_url(),
        }
    }

    fn odd(&self, reason: &str) -> RegistryError {
        RegistryError::Odd {
            registry: self.name.clone(),
            reason: reason.to_owned(),
        }
    }
}

/// What is on this machine is never asked through a proxy.
fn client(loopback: bool) -> Result<Client, reqwest::Error> {
    let client = http::builder().timeout(Duration::from_mins(1));
    if loopback { client.no_proxy() } else { client }.build()
}

fn challenge(response: &Response) -> Option<Challenge> {
    let headers = response.headers().get_all(WWW_AUTHENTICATE);
    let mut texts = headers.iter().filter_map(|header| header.to_str().ok());
    texts.find_map(Challenge::parse)
}

fn basic(username: &str, password: &str) -> String {
    use base64::Engine as _;
    let pair = format!("{username}:{password}");
    let encoded = base64::engine::general_purpose::STANDARD.encode(pair);
    format!("Basic {encoded}")
}

fn told_digest(response: &Response) -> Option<String> {
    let header = response.headers().get("docker-content-digest")?;
    header.to_str().ok().map(str::to_owned)
}

/// The `errors` of the specification, or the start of whatever else was said.
fn told_error(body: &[u8]) -> String {
    #[derive(Deserialize)]
    struct Errors {
        errors: Vec<Told>,
    }
    #[derive(Deserialize, Default)]
    #[serde(default)]
    struct Told {
        code: String,
        message: String,
    }
    let told: Option<Errors> = serde_json::from_slice(body).ok();
    let first = told.and_then(|told| told.errors.into_iter().next());
    match first {
        Some(Told { code, message }) if message.is_empty() => code,
        Some(Told { message, .. }) => message,
        None => {
            let text = String::from_utf8_lossy(&body[..body.len().min(200)]);
            let line = text.lines().next().unwrap_or_default().trim();
            if line.is_empty() {
                "nothing more"
            } else {
                line
            }
            .to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::told_error;

    #[test]
    fn tells_what_the_registry_says_went_wrong() {
        for (body, wanted) in [
            (
                r#"{"errors":[{"code":"DENIED","message":"requested access to the resource is denied","detail":{}}]}"#,
                "requested access to the resource is denied",
            ),
            (r#"{"errors":[{"code":"NAME_UNKNOWN"}]}"#, "NAME_UNKNOWN"),
            (r#"{"errors":[]}"#, r#"{"errors":[]}"#),
            ("Too Many Requests\nplease wait", "Too Many Requests"),
            ("", "nothing more"),
        ] {
            assert_eq!(told_error(body.as_bytes()), wanted);
        }
    }
}
