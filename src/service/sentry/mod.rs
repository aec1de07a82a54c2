//! Sentry: one event, sent as an envelope over our own HTTP so that the answer is known.
//!
//! Source: the envelope, DSN and rate-limiting documents for SDK authors, and Relay's answers.

use std::borrow::Cow;
use std::time::{Duration, SystemTime};

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
    #[error("Sentry accepts no more events for now; it says to wait {0:?}")]
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

/// Sends `request` once: an event that was refused is not to be sent again.
pub async fn send(http: &Http, request: &Request) -> Result<(), SentryError> {
    let response = http.send(request, &|_| {}).await?;
    match response.status {
        200..=299 => Ok(()),
        429 => Err(SentryError::RateLimited(wait(&response))),
        status => Err(SentryError::Refused {
            status,
            message: message(&response),
        }),
    }
}

/// `X-Sentry-Rate-Limits: seconds:categories:scope, …` for errors or for all, else `Retry-After`,
/// else a minute.
fn wait(response: &Response) -> Duration {
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
    let after = || response.header("retry-after")?.trim().parse::<f64>().ok();
    let seconds = told.or_else(after).unwrap_or(60.0);
    Duration::try_from_secs_f64(seconds).unwrap_or(Duration::from_mins(1))
}

/// `{"detail": …, "causes": […]}`.
fn message(response: &Response) -> String {
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
            };
            assert_eq!(
                wait(&response),
                Duration::from_secs(seconds),
                "{name}: {value}"
            );
        }
    }
}
