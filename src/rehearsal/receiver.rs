//! Any other service: takes everything, answers `{}` with 200 or the status that is hoped for.

use std::sync::{Mutex, PoisonError};

use hyper::body::Incoming;
use hyper::header::{HeaderMap, HeaderValue};
use hyper::{Request, StatusCode};
use serde_json::json;

use crate::secret::Secrets;
use crate::service::http::HOPED_STATUS;

use super::server::{Answer, Standin, asked, json, small_body};

pub(super) struct Receiver {
    received: Mutex<Vec<String>>,
    secrets: Secrets,
}

impl Receiver {
    pub(super) fn new(secrets: &Secrets) -> Self {
        Self {
            received: Mutex::default(),
            secrets: secrets.clone(),
        }
    }
}

impl Standin for Receiver {
    const NAME: &'static str = "http";

    fn answer(&self, request: Request<Incoming>) -> Answer<'_> {
        Box::pin(async move {
            let status = hoped(request.headers());
            let asked = asked(&request);
            let told = match small_body(request).await {
                // Half a secret, or one with other spaces in it, is not known as one any more.
                Some(body) => shortened(&self.secrets.mask(&String::from_utf8_lossy(&body))),
                None => "with more than 1 MiB".to_owned(),
            };
            let line = format!("{asked} {told}");
            let mut received = self.received.lock().unwrap_or_else(PoisonError::into_inner);
            received.push(line.trim_end().to_owned());
            json(status, &json!({}))
        })
    }

    fn received(&self) -> Vec<String> {
        self.received
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

/// A script that expects 201 is to see what follows it.
fn hoped(headers: &HeaderMap) -> StatusCode {
    let status = headers.get(HOPED_STATUS).map(HeaderValue::as_bytes);
    status
        .and_then(|status| StatusCode::from_bytes(status).ok())
        .filter(|status| !status.is_informational())
        .unwrap_or(StatusCode::OK)
}

/// On one line, and not more than fits beside the rest.
fn shortened(body: &str) -> String {
    let line = body.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(120) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}
