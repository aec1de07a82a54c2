//! Logging in to a registry: by name and password, or by a token that another service grants.

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue, WWW_AUTHENTICATE};
use reqwest::{Client, RequestBuilder, Response, Url};
use serde::Deserialize;

use super::api::{Registry, client};
use super::challenge::Challenge;
use super::{Credentials, RegistryError};

impl Registry {
    /// What to send instead, if anything is known that the registry asks for.
    pub(super) async fn authorization(
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
        // A registry that is reached through a tunnel may send to a token service out there.
        let client = match url.scheme() {
            "https" => client(false).map_err(|error| self.unreachable(error))?,
            _ => self.client.clone(),
        };
        let response = self
            .token_request(&client, url, asked)
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
        client: &Client,
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
            return client.post(url).header(CONTENT_TYPE, kind).body(form);
        }
        url.query_pairs_mut().extend_pairs(asked);
        let request = client.get(url);
        match &self.credentials {
            Credentials::Password { username, password } => {
                request.header(AUTHORIZATION, basic(username, password))
            }
            _ => request,
        }
    }
}

/// What the registry asks for, if it is something that wharf can do.
pub(super) fn challenge(response: &Response) -> Option<Challenge> {
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

#[cfg(test)]
mod tests;
