//! Sentry: one event, sent as an envelope over our own HTTP so that the answer is known.
//!
//! Source: the envelope, DSN and rate-limiting documents for SDK authors, and Relay's answers.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use reqwest::{Method, Url};
use sentry_types::Dsn;
use sentry_types::protocol::v7::{Envelope, EnvelopeHeaders, Event};

use super::http::{Http, HttpError, Request, Response};

/// Names us in `X-Sentry-Auth`.
const CLIENT: &str = concat!("wharf/", env!("CARGO_PKG_VERSION"));

#[derive(Debug, thiserror::Error)]
pub enum SentryError {
    #[error(transparent)]
    Http(#[from] HttpError),
    #[error("the event cannot be written: {0}")]
    Unwritable(String),
    #[error("Sentry accepts no more events for now; it says to wait {}", humantime::format_duration(*.0))]
    RateLimited(Duration),
    #[error("Sentry refused with status {status}: {message}")]
    Refused { status: u16, message: String },
}

/// The request that delivers `event` to the project of `dsn`; to `origin` instead of the DSN's
/// own host where it is given.
pub fn request(
    dsn: &Dsn,
    event: Event<'static>,
    origin: Option<&str>,
) -> Result<Request, SentryError> {
    let headers = EnvelopeHeaders::new()
        .with_event_id(event.event_id)
        .with_sent_at(SystemTime::now());
    let mut envelope = Envelope::new().with_headers(headers);
    envelope.add_item(event);
    let mut body = Vec::new();
    envelope
        .to_writer(&mut body)
        .map_err(|error| SentryError::Unwritable(error.to_string()))?;
    let own = dsn.envelope_api_url();
    let url = match origin {
        Some(origin) => format!("{origin}{}", own.path()),
        None => own.to_string(),
    };
    let url = Url::parse(&url).map_err(|error| SentryError::Unwritable(error.to_string()))?;
    let mut request = Request::new(Method::POST, url)
        .header("x-sentry-auth", dsn.to_auth(Some(CLIENT)).to_string())
        .header("content-type", "application/x-sentry-envelope");
    request.body = Some(body);
    Ok(request)
}

/// Until when Sentry asked for no more events, by endpoint.
#[derive(Debug, Default)]
pub struct Limits(Mutex<BTreeMap<String, Instant>>);

impl Limits {
    fn left(&self, endpoint: &str) -> Option<Duration> {
        let limits = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let left = limits.get(endpoint)?.checked_duration_since(Instant::now());
        // To whole seconds: who reads it cannot do more with it.
        left.map(|left| Duration::from_secs(left.as_secs() + 1))
    }

    fn note(&self, endpoint: &str, wait: Duration) {
        if let Some(until) = Instant::now().checked_add(wait) {
            let mut limits = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            limits.insert(endpoint.to_owned(), until);
        }
    }
}

/// Sends `request` once, as an event that was refused is not to be sent again; and not at all
/// while the project takes none.
pub async fn send(
    http: &Http,
    limits: &Limits,
    dsn: &Dsn,
    request: &Request,
) -> Result<(), SentryError> {
    let endpoint = dsn.envelope_api_url().to_string();
    if let Some(left) = limits.left(&endpoint) {
        return Err(SentryError::RateLimited(left));
    }
    let response = http.send(request, &|_| {}).await?;
    match response.status {
        200..=299 => {
            // This event was taken; the next one may not be.
            if let Some(limit) = limit(&response) {
                limits.note(&endpoint, limit);
            }
            Ok(())
        }
        429 => {
            let wait = wait(&response);
            limits.note(&endpoint, wait);
            Err(SentryError::RateLimited(wait))
        }
        status => Err(SentryError::Refused {
            status,
            message: message(&response),
        }),
    }
}

/// For how long to send no more after a 429: as the limits say, else `Retry-After`, else a minute.
fn wait(response: &Response) -> Duration {
    limit(response)
        .or_else(|| response.asked_wait())
        .unwrap_or(Duration::from_mins(1))
}

/// The longest of `X-Sentry-Rate-Limits: seconds:categories:scope, …` for errors or for all.
fn limit(response: &Response) -> Option<Duration> {
    let limits = response.header("x-sentry-rate-limits").unwrap_or_default();
    let told = limits
        .split(',')
        .filter_map(|limit| {
            let mut parts = limit.trim().split(':');
            let seconds = parts.next()?.parse::<f64>().ok()?;
            let categories = parts.next().unwrap_or_default();
            let ours = categories.is_empty() || categories.split(';').any(|name| name == "error");
            ours.then_some(seconds)
        })
        .max_by(f64::total_cmp);
    Duration::try_from_secs_f64(told?).ok()
}

/// `{"detail": …, "causes": […]}`.
fn message(response: &Response) -> String {
    if let Some(url) = response.elsewhere() {
        return format!("it points to {url}");
    }
    let Some(body) = response.json() else {
        return response.summary();
    };
    let detail = body.get("detail").and_then(|detail| detail.as_str());
    let causes = body.get("causes").and_then(|causes| causes.as_array());
    let told: Vec<Cow<'_, str>> = detail
        .into_iter()
        .chain(
            causes
                .into_iter()
                .flatten()
                .filter_map(|cause| cause.as_str()),
        )
        .map(Cow::Borrowed)
        .collect();
    if told.is_empty() {
        response.summary()
    } else {
        told.join(": ")
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

    use super::{Response, wait};

    #[test]
    fn obeys_the_limits_that_are_ours() {
        for (name, value, seconds) in [
            (
                "x-sentry-rate-limits",
                "60:error;transaction:key, 2700:session:org",
                60,
            ),
            ("x-sentry-rate-limits", "120::organization", 120),
            ("retry-after", "7", 7),
            ("x-other", "1", 60),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            );
            let response = Response {
                status: 429,
                headers,
                body: Vec::new(),
                secrets: crate::secret::Secrets::new(),
            };
            assert_eq!(
                wait(&response),
                Duration::from_secs(seconds),
                "{name}: {value}"
            );
        }
    }
}
