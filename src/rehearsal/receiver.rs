//! Any other service: takes everything, answers `{}` with 200 or the status that is hoped for.

use std::sync::{Mutex, PoisonError};

use hyper::body::Incoming;
use hyper::header::{HeaderMap, HeaderValue};
use hyper::{Request, StatusCode};
use serde_json::json;

use crate::service::http::{HOPED_STATUS, ORIGINAL_URL};

use super::server::{Answer, Standin, json, small_body};

#[derive(Default)]
pub(super) struct Receiver(Mutex<Vec<String>>);

impl Standin for Receiver {
    const NAME: &'static str = "http";

    fn answer(&self, request: Request<Incoming>) -> Answer<'_> {
        Box::pin(async move {
            let original = request.headers().get(ORIGINAL_URL);
            let status = hoped(request.headers());
            let url = original
                .and_then(|url| url.to_str().ok())
                .map_or_else(|| request.uri().to_string(), str::to_owned);
            let asked = format!("{} {url}", request.method());
            let body = small_body(request).await.unwrap_or_default();
            let body = String::from_utf8_lossy(&body).into_owned();
            let line = format!("{asked} {}", shortened(&body));
            let mut received = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            received.push(line.trim_end().to_owned());
            json(status, &json!({}))
        })
    }

    fn received(&self) -> Vec<String> {
        self.0
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
