//! Sentry's envelope endpoint, answering as Relay does.

use std::sync::{Mutex, PoisonError};

use hyper::body::Incoming;
use hyper::{Request, StatusCode};
use sentry_types::Auth;
use sentry_types::protocol::v7::{Envelope, Event};
use serde_json::json;

use super::server::{Answer, Standin, json, small_body};

#[derive(Default)]
pub(super) struct Sentry(Mutex<Vec<String>>);

impl Standin for Sentry {
    const NAME: &'static str = "sentry";

    fn answer(&self, request: Request<Incoming>) -> Answer<'_> {
        Box::pin(async move {
            let refuse = |status, detail: &str| json(status, &json!({ "detail": detail }));
            let auth = request.headers().get("x-sentry-auth");
            let auth = auth.and_then(|auth| auth.to_str().ok()?.parse::<Auth>().ok());
            if auth.is_none() {
                return refuse(
                    StatusCode::UNAUTHORIZED,
                    "missing authorization information",
                );
            }
            if !request.uri().path().ends_with("/envelope/") {
                return refuse(StatusCode::NOT_FOUND, "not found");
            }
            let body = small_body(request).await.unwrap_or_default();
            let Ok(envelope) = Envelope::from_slice(&body) else {
                return refuse(StatusCode::BAD_REQUEST, "invalid event envelope");
            };
            let Some(event) = envelope.event() else {
                return refuse(StatusCode::BAD_REQUEST, "the envelope holds no event");
            };
            let id = event.event_id.simple().to_string();
            let mut received = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            received.push(describe(event));
            json(StatusCode::OK, &json!({ "id": id }))
        })
    }

    fn received(&self) -> Vec<String> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

fn describe(event: &Event) -> String {
    let about = [
        event
            .release
            .as_ref()
            .map(|release| format!("release {release}")),
        event
            .environment
            .as_ref()
            .map(|name| format!("environment {name}")),
    ];
    let about: Vec<_> = about.into_iter().flatten().collect();
    let about = if about.is_empty() {
        String::new()
    } else {
        format!(" ({})", about.join(", "))
    };
    let message = event.message.as_deref().unwrap_or_default();
    format!("event {}: {message}{about}", event.level)
}
