//! Trying again: which faults pass, and how long to wait.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use backon::{ExponentialBuilder, Retryable};
use reqwest::Client;

use super::{HttpError, Request, Response};

/// A person is waiting too. A service that asks for more than this is asked again by them, not by
/// us: an earlier attempt would be refused like the last.
const LONGEST: Duration = Duration::from_mins(2);

/// Why another attempt may be worth it.
enum Trouble {
    Fault(HttpError),
    /// The service said that it is too busy.
    Busy(Box<Response>),
}

pub(super) async fn send(
    client: &Client,
    request: &Request,
    say: &(dyn Fn(String) + Send + Sync),
) -> Result<Response, HttpError> {
    let attempt = || async {
        match request.send(client).await {
            Ok(response) if is_worth_another(request, response.status) => {
                Err(Trouble::Busy(Box::new(response)))
            }
            Ok(response) => Ok(response),
            Err(error) => Err(Trouble::Fault(error)),
        }
    };
    let backoff = ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(500))
        .with_max_delay(Duration::from_secs(20))
        .with_max_times(request.retries)
        .with_jitter();
    let done = attempt
        .retry(backoff)
        .sleep(tokio::time::sleep)
        .when(|trouble| match trouble {
            Trouble::Fault(HttpError::Connect { .. }) => true,
            Trouble::Fault(error) => error.may_pass() && !request.once,
            // What stands between may not know what happened behind it.
            Trouble::Busy(response) => !request.once || matches!(response.status, 429 | 503),
        })
        .adjust(|trouble, wait| match trouble {
            // A service that says when knows better.
            Trouble::Busy(response) => {
                let wait = asked_wait(response).or(wait).filter(|_| wait.is_some());
                wait.filter(|wait| *wait <= LONGEST)
            }
            Trouble::Fault(_) => wait,
        })
        .notify(|trouble, wait| {
            let why = match trouble {
                Trouble::Fault(error) => error.to_string(),
                Trouble::Busy(response) => format!("the answer was {}", response.status),
            };
            say(format!(
                "{why}; trying again in {:.1} s",
                wait.as_secs_f64()
            ));
        })
        .await;
    match done {
        Ok(response) => Ok(response),
        Err(Trouble::Busy(response)) => Ok(*response),
        Err(Trouble::Fault(error)) => Err(error),
    }
}

/// A 500 may be a defect, which stays; who asks for more attempts knows better.
fn is_worth_another(request: &Request, status: u16) -> bool {
    let is_busy = matches!(status, 429 | 502 | 503 | 504);
    let is_fault = request.insistent && status >= 500;
    (is_busy || is_fault) && !request.wanted.contains(&status)
}

/// How long the service asks to wait: `Retry-After` in seconds or as a date, or Render's `Ratelimit-Reset`, of
/// which its documents say that it is a time and its traffic that it is seconds.
pub(super) fn asked_wait(response: &Response) -> Option<Duration> {
    if let Some(after) = response.header("retry-after").and_then(after) {
        return Some(after);
    }
    if response.status != 429 {
        return None;
    }
    let reset = response.header("ratelimit-reset")?.trim().parse().ok()?;
    if reset > 1_000_000_000 {
        return Some(until(UNIX_EPOCH.checked_add(Duration::from_secs(reset))?));
    }
    Some(Duration::from_secs(reset))
}

fn after(text: &str) -> Option<Duration> {
    let seconds = text.trim().parse().map(Duration::from_secs);
    let date = || httpdate::parse_http_date(text).map(until);
    seconds.ok().or_else(|| date().ok())
}

/// Nothing where it is past.
fn until(time: SystemTime) -> Duration {
    let left = time.duration_since(SystemTime::now());
    left.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

    use super::{Response, asked_wait};

    fn busy(name: &'static str, value: &str) -> Response {
        let mut headers = HeaderMap::new();
        let value = HeaderValue::from_str(value).expect("a plain value");
        headers.insert(HeaderName::from_static(name), value);
        Response {
            status: 429,
            headers,
            body: Vec::new(),
            secrets: crate::secret::Secrets::new(),
        }
    }

    #[test]
    fn waits_as_long_as_a_service_asks() {
        let seconds = |n| Some(Duration::from_secs(n));
        assert_eq!(asked_wait(&busy("retry-after", "7")), seconds(7));
        assert_eq!(asked_wait(&busy("ratelimit-reset", "51")), seconds(51));
        assert_eq!(asked_wait(&busy("ratelimit-reset", "1093")), seconds(1093));
        assert_eq!(
            asked_wait(&busy("ratelimit-reset", "1600000000")),
            seconds(0)
        );
        assert_eq!(
            asked_wait(&busy("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT")),
            seconds(0)
        );
        assert_eq!(asked_wait(&busy("retry-after", "soon")), None);
    }
}
