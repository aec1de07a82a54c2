//! Deploys through the API.

use reqwest::{Method, Url};
use serde_json::{Value, json};

use super::{POLL, RenderError, agreed, unwrapped};
use crate::service::http::{Http, Request, Response};

/// One service's deploys, asked for with an API key.
pub struct Api<'a> {
    pub http: &'a Http,
    /// Scheme, host and port, without a path.
    pub origin: &'a str,
    pub key: &'a str,
    /// `srv-…`.
    pub service: &'a str,
    /// Told before each wait for another attempt.
    pub say: &'a (dyn Fn(String) + Send + Sync),
}

/// What to deploy.
#[derive(Clone, Copy, Debug, Default)]
pub struct Trigger<'a> {
    pub image: Option<&'a str>,
    pub commit: Option<&'a str>,
    pub clear_cache: bool,
    /// How often to look for a deploy that Render started without naming it.
    pub looks: u32,
}

/// A deploy as far as Render tells: fields come and go, and statuses may be new.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deploy {
    pub id: String,
    pub status: String,
}

impl Deploy {
    fn read(body: &Value) -> Option<Self> {
        let deploy = unwrapped(body);
        Some(Self {
            id: deploy.get("id")?.as_str()?.to_owned(),
            status: deploy
                .get("status")
                .and_then(Value::as_str)
                .unwrap_or("unknown")
                .to_owned(),
        })
    }

    /// Live, or replaced after it was.
    pub fn succeeded(&self) -> bool {
        matches!(self.status.as_str(), "live" | "deactivated")
    }

    pub fn failed(&self) -> bool {
        matches!(
            self.status.as_str(),
            "build_failed" | "pre_deploy_failed" | "update_failed" | "canceled"
        )
    }
}

impl Api<'_> {
    /// The ids of the deploys that there are.
    pub async fn known(&self) -> Result<Vec<String>, RenderError> {
        let deploys = self.list().await?.into_iter();
        Ok(deploys.map(|deploy| deploy.id).collect())
    }

    /// Starts a deploy. Render answers 201 with it, or 202 with nothing when it is queued; then it
    /// is the one that is not `known`, if it comes to be in the list.
    pub async fn trigger(
        &self,
        trigger: Trigger<'_>,
        known: &[String],
    ) -> Result<Option<Deploy>, RenderError> {
        let mut body = json!({
            "clearCache": if trigger.clear_cache { "clear" } else { "do_not_clear" },
        });
        if let Some(image) = trigger.image {
            body["imageUrl"] = image.into();
        }
        if let Some(commit) = trigger.commit {
            body["commitId"] = commit.into();
        }
        let mut request = self.request(Method::POST, &["deploys"])?.json(&body);
        request.retries = 3;
        request.once = true;
        let trouble = match self.send(request).await {
            Ok(response) => {
                if let Some(deploy) = response.json().as_ref().and_then(Deploy::read) {
                    return Ok(Some(deploy));
                }
                None
            }
            Err(error) if error.may_have_started() => Some(error),
            Err(error) => return Err(error),
        };
        let new = self.started(known, trigger.looks).await;
        match (new, trouble) {
            (None, Some(error)) => Err(error),
            (new, _) => Ok(new),
        }
    }

    /// The deploy that the list did not have before. It is started already: that the list cannot be
    /// had is no failure of it.
    async fn started(&self, known: &[String], looks: u32) -> Option<Deploy> {
        for look in 0..looks.max(1) {
            if look > 0 {
                tokio::time::sleep(POLL).await;
            }
            let listed = self.list().await.unwrap_or_default();
            let new = listed
                .into_iter()
                .find(|deploy| !known.contains(&deploy.id));
            if new.is_some() {
                return new;
            }
        }
        None
    }

    pub async fn get(&self, id: &str) -> Result<Deploy, RenderError> {
        let request = self.request(Method::GET, &["deploys", id])?;
        let response = self.send(request).await?;
        response
            .json()
            .as_ref()
            .and_then(Deploy::read)
            .ok_or_else(|| RenderError::Odd(response.summary()))
    }

    /// Where the service answers its users, if it tells.
    pub async fn url(&self) -> Result<Option<String>, RenderError> {
        let response = self.send(self.request(Method::GET, &[])?).await?;
        let body = response.json().unwrap_or_default();
        let url = body.pointer("/serviceDetails/url").and_then(Value::as_str);
        Ok(url.map(str::to_owned))
    }

    async fn list(&self) -> Result<Vec<Deploy>, RenderError> {
        let mut request = self.request(Method::GET, &["deploys"])?;
        request.url.query_pairs_mut().append_pair("limit", "20");
        let response = self.send(request).await?;
        let body = response.json().unwrap_or_default();
        let deploys = body.as_array().map(Vec::as_slice).unwrap_or_default();
        Ok(deploys.iter().filter_map(Deploy::read).collect())
    }

    fn request(&self, method: Method, path: &[&str]) -> Result<Request, RenderError> {
        let mut url = Url::parse(self.origin)
            .map_err(|error| RenderError::Odd(format!("`{}`: {error}", self.origin)))?;
        if let Ok(mut segments) = url.path_segments_mut() {
            // Each is percent-encoded, so that an id cannot lead elsewhere.
            segments
                .extend(["v1", "services", self.service])
                .extend(path);
        }
        Ok(Request::new(method, url)
            .header("accept", "application/json")
            .header("authorization", format!("Bearer {}", self.key)))
    }

    async fn send(&self, request: Request) -> Result<Response, RenderError> {
        agreed(self.http.send(&request, self.say).await?)
    }
}
