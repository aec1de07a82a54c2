//! HTTP requests as data, sent by one client.

mod error;
mod redirect;
mod retry;

use std::sync::OnceLock;
use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder};
pub use reqwest::{Method, Url};
use url::Host;

pub use error::{HttpError, shown};

use crate::secret::Secrets;
use crate::words::root_cause;

/// What one answer may weigh; a pipeline reads statuses and messages, not downloads.
const LARGEST: usize = 16 << 20;

/// The clients that everything shares that speaks HTTP but registries, each made on first use.
#[derive(Debug, Default)]
pub struct Http {
    secrets: Secrets,
    outside: Made,
    /// For loopback, which no proxy of the environment can reach: it would ask its own.
    loopback: Made,
}

type Made = OnceLock<Result<Client, HttpError>>;

/// In a rehearsal: where the request would have gone.
pub const ORIGINAL_URL: &str = "x-wharf-original-url";

/// In a rehearsal: the status that the script takes for success.
pub const HOPED_STATUS: &str = "x-wharf-hoped-status";

/// A request, complete but for being sent.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: Method,
    pub url: Url,
    pub headers: Vec<(String, String)>,
    pub body: Option<Vec<u8>>,
    /// For one attempt, from the first byte sent to the last received.
    pub timeout: Duration,
    /// How often to try again after a fault that may pass.
    pub retries: usize,
    /// Whether any status from 500 on is a fault that may pass, and not only one that says so.
    pub insistent: bool,
    /// Whether it must not happen twice: it is tried again only where it cannot have happened.
    pub once: bool,
    /// Statuses that are taken as they come where they would lead to another attempt or another URL.
    pub wanted: Vec<u16>,
}

/// An answer, whatever its status.
#[derive(Clone, Debug)]
pub struct Response {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
    /// What its [`Response::summary`] hides.
    pub secrets: Secrets,
}

impl Http {
    pub fn new(secrets: Secrets) -> Self {
        Self {
            secrets,
            ..Self::default()
        }
    }

    /// Sends `request`, again if it may be. Each new attempt is told to `say` before the wait.
    pub async fn send(
        &self,
        request: &Request,
        say: &(dyn Fn(String) + Send + Sync),
    ) -> Result<Response, HttpError> {
        let mut response = retry::send(self.client(&request.url)?, request, say).await?;
        response.secrets = self.secrets.clone();
        Ok(response)
    }

    fn client(&self, url: &Url) -> Result<&Client, HttpError> {
        let made = if is_loopback(url) {
            self.loopback.get_or_init(|| built(builder().no_proxy()))
        } else {
            self.outside.get_or_init(|| built(builder()))
        };
        made.as_ref().map_err(HttpError::clone)
    }
}

fn built(builder: ClientBuilder) -> Result<Client, HttpError> {
    // Followed by hand: reqwest would show another host all headers but the best known, and make
    // a POST a GET.
    let client = builder.redirect(Policy::none()).build();
    client.map_err(|error| HttpError::NoClient(root_cause(&error)))
}

/// `text` as the address of something that speaks HTTP, if it is one.
pub fn address(text: &str) -> Option<Url> {
    let url = Url::parse(text.trim()).ok()?;
    (matches!(url.scheme(), "http" | "https") && url.has_host()).then_some(url)
}

/// Whether only this machine is asked.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// The settings every client of wharf has: the certificates of the system, ring's cryptography.
pub fn builder() -> ClientBuilder {
    // A second installation is refused, and then one is there.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .user_agent(concat!("wharf/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(Duration::from_secs(10))
}

impl Request {
    pub fn new(method: Method, url: Url) -> Self {
        let idempotent = method.is_idempotent();
        Self {
            method,
            url,
            headers: Vec::new(),
            body: None,
            timeout: Duration::from_secs(30),
            retries: if idempotent { 3 } else { 0 },
            insistent: false,
            once: !idempotent,
            wanted: Vec::new(),
        }
    }

    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// For a stand-in: what the request was before it was sent there, and the status hoped for.
    #[must_use]
    pub fn rehearsed(self, original: &Url, hoped: Option<u16>) -> Self {
        let told = self.header(ORIGINAL_URL, original.as_str());
        match hoped {
            Some(status) => told.header(HOPED_STATUS, status.to_string()),
            None => told,
        }
    }

    /// With `body`, which is `application/json` unless a header says otherwise.
    #[must_use]
    pub fn json(self, body: &serde_json::Value) -> Self {
        let mut names = self.headers.iter().map(|(name, _)| name);
        let has_type = names.any(|name| name.eq_ignore_ascii_case("content-type"));
        let mut request = if has_type {
            self
        } else {
            self.header("content-type", "application/json")
        };
        request.body = Some(body.to_string().into_bytes());
        request
    }

    fn header_map(&self) -> Result<HeaderMap, HttpError> {
        let mut headers = HeaderMap::new();
        for (name, value) in &self.headers {
            let bad = || HttpError::BadHeader(name.clone());
            let parsed = HeaderName::from_bytes(name.as_bytes()).map_err(|_| bad())?;
            let value = HeaderValue::from_str(value).map_err(|_| bad())?;
            headers.append(parsed, value);
        }
        Ok(headers)
    }

    /// One attempt.
    async fn send(&self, client: &Client) -> Result<Response, HttpError> {
        let mut answer = self.ask(client).await?;
        let mut at = self.clone();
        for _ in 0..redirect::MOST {
            let Some(next) = redirect::next(&at, &answer) else {
                break;
            };
            at = next;
            answer = at.ask(client).await?;
        }
        Ok(answer)
    }

    /// One request and its answer.
    async fn ask(&self, client: &Client) -> Result<Response, HttpError> {
        let mut builder = client
            .request(self.method.clone(), self.url.clone())
            .headers(self.header_map()?)
            .timeout(self.timeout);
        if let Some(body) = &self.body {
            builder = builder.body(body.clone());
        }
        let fault = |error: reqwest::Error| HttpError::of(&self.url, &error);
        let mut answer = builder.send().await.map_err(fault)?;
        let mut response = Response {
            status: answer.status().as_u16(),
            headers: answer.headers().clone(),
            body: Vec::new(),
            secrets: Secrets::default(),
        };
        while let Some(piece) = answer.chunk().await.map_err(fault)? {
            if response.body.len() + piece.len() > LARGEST {
                return Err(HttpError::TooLarge(error::shown(&self.url)));
            }
            response.body.extend_from_slice(&piece);
        }
        Ok(response)
    }
}

impl Response {
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON, if it is any.
    pub fn json(&self) -> Option<serde_json::Value> {
        serde_json::from_slice(&self.body).ok()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Where it points instead, without what may be secret there.
    pub fn elsewhere(&self) -> Option<String> {
        let location = self.header("location")?;
        let path = || location.split(['?', '#']).next().unwrap_or_default();
        let leads = redirect::is_redirect(self.status);
        leads.then(|| Url::parse(location).map_or_else(|_| path().to_owned(), |url| shown(&url)))
    }

    /// How long the service asks to wait before the next request.
    pub fn asked_wait(&self) -> Option<Duration> {
        retry::asked_wait(self)
    }

    /// Its beginning, on one line, for an error message. What is secret in it is hidden first: the
    /// beginning of a secret is known to nobody.
    pub fn summary(&self) -> String {
        let text = self.secrets.mask(&self.text());
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        match line.char_indices().nth(300) {
            Some((end, _)) => format!("{}…", &line[..end]),
            None => line,
        }
    }
}
