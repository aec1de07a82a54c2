//! `--fault`: a stand-in that fails as its service may.

use std::fmt;
use std::str::FromStr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{HeaderValue, RETRY_AFTER};
use hyper::{Response, StatusCode};
use serde_json::json;

use super::server;
use crate::action::Injected;
use crate::failure::nearest;

/// The services that are played.
pub const SERVICES: [&str; 4] = ["registry", "render", "sentry", "http"];

/// A service that answers its first requests with an error status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    service: &'static str,
    status: StatusCode,
    /// How many requests are answered so; all of them if not told.
    times: Option<usize>,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.service, self.status.as_u16())?;
        self.times.map_or(Ok(()), |times| write!(f, "*{times}"))
    }
}

impl FromStr for Fault {
    type Err = String;

    /// Reads `SERVICE:STATUS` or `SERVICE:STATUS*N`.
    fn from_str(text: &str) -> Result<Self, String> {
        let (name, what) = text
            .split_once(':')
            .ok_or("write it as SERVICE:STATUS or SERVICE:STATUS*TIMES")?;
        let service = SERVICES
            .into_iter()
            .find(|known| *known == name)
            .ok_or_else(|| match nearest(name, SERVICES) {
                Some(near) => format!("there is no service `{name}`; did you mean `{near}`?"),
                None => format!(
                    "there is no service `{name}`; there are: {}",
                    SERVICES.join(", ")
                ),
            })?;
        let (status, times) = match what.split_once('*') {
            Some((status, times)) => {
                let times = times
                    .parse()
                    .ok()
                    .filter(|times| *times > 0)
                    .ok_or_else(|| format!("`{times}` is no number of times"))?;
                (status, Some(times))
            }
            None => (what, None),
        };
        let status = status
            .parse::<u16>()
            .ok()
            .filter(|status| (400..600).contains(status))
            .and_then(|status| StatusCode::from_u16(status).ok())
            .ok_or_else(|| format!("`{status}` is no status of an error: it is from 400 to 599"))?;
        Ok(Self {
            service,
            status,
            times,
        })
    }
}

/// The faults that are still to be played, and those that were.
pub(super) struct Faults {
    waiting: Mutex<Vec<(Fault, Option<usize>)>>,
    played: Mutex<Vec<(&'static str, String)>>,
    injected: Injected,
}

impl Faults {
    pub(super) fn new(faults: Vec<Fault>, injected: Injected) -> Self {
        let waiting = faults.into_iter().map(|fault| {
            let times = fault.times;
            (fault, times)
        });
        Self {
            waiting: Mutex::new(waiting.collect()),
            played: Mutex::default(),
            injected,
        }
    }

    /// The answer to the request `asked` of `service`, if it is to fail.
    pub(super) fn take(&self, service: &'static str, asked: &str) -> Option<Response<Full<Bytes>>> {
        let mut waiting = lock(&self.waiting);
        let (fault, left) = waiting
            .iter_mut()
            .find(|(fault, left)| fault.service == service && *left != Some(0))?;
        if let Some(left) = left {
            *left -= 1;
        }
        let status = fault.status;
        self.injected.add(fault.to_string());
        lock(&self.played).push((service, format!("{asked}, and answered {status} as told")));
        Some(answer(service, status))
    }

    pub(super) fn played(&self, service: &'static str) -> Vec<String> {
        let played = lock(&self.played);
        let ours = played.iter().filter(|(name, _)| *name == service);
        ours.map(|(_, line)| line.clone()).collect()
    }
}

/// An error as the service writes it.
fn answer(service: &str, status: StatusCode) -> Response<Full<Bytes>> {
    let reason = status.canonical_reason().unwrap_or("error").to_lowercase();
    let body = match (service, status.as_u16()) {
        ("registry", _) => json!({ "errors": [{ "code": "UNKNOWN", "message": reason }] }),
        ("render", 429) => json!({ "error": "rate limit exceeded" }),
        ("sentry", _) => json!({ "detail": reason }),
        _ => json!({ "message": reason }),
    };
    let mut response = server::json(status, &body);
    if matches!(status.as_u16(), 429 | 503) && service != "sentry" {
        // A rehearsal is not to wait as long as the service would ask.
        response
            .headers_mut()
            .insert(RETRY_AFTER, HeaderValue::from_static("0"));
    }
    response
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::Fault;

    #[test]
    fn reads_faults_and_tells_what_is_wrong_with_others() {
        assert!("render:503*2".parse::<Fault>().is_ok());
        assert!("registry:500".parse::<Fault>().is_ok());
        for text in ["render:503*2", "http:500"] {
            let fault = text.parse::<Fault>().expect("a fault");
            assert_eq!(fault.to_string(), text);
        }
        for (text, complaint) in [
            (
                "render",
                "write it as SERVICE:STATUS or SERVICE:STATUS*TIMES",
            ),
            (
                "rendr:503",
                "there is no service `rendr`; did you mean `render`?",
            ),
            (
                "aws:503",
                "there is no service `aws`; there are: registry, render, sentry, http",
            ),
            (
                "render:200",
                "`200` is no status of an error: it is from 400 to 599",
            ),
            ("render:503*x", "`x` is no number of times"),
            ("render:503*0", "`0` is no number of times"),
        ] {
            assert_eq!(text.parse::<Fault>(), Err(complaint.to_owned()));
        }
    }
}
