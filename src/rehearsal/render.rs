//! Render's deploy hooks and the deploys of its API, answering as recorded from the service.

use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::HeaderValue;
use hyper::{Method, Request, Response, StatusCode};
use serde_json::{Value, json};
use url::form_urlencoded;

use super::server::{Answer, Standin, json, small_body};

#[derive(Default)]
pub(super) struct Render(Mutex<Memory>);

#[derive(Default)]
struct Memory {
    deploys: Vec<Deploy>,
    received: Vec<String>,
}

struct Deploy {
    id: String,
    service: String,
    /// How often it was looked at: each look takes it one status further.
    looks: usize,
}

/// Who has the services.
const OWNER: &str = "tea-00000000000000000000";

/// What a deploy goes through.
const STATUSES: [&str; 3] = ["build_in_progress", "update_in_progress", "live"];

impl Standin for Render {
    const NAME: &'static str = "render";

    fn answer(&self, request: Request<Incoming>) -> Answer<'_> {
        Box::pin(async move {
            let mut response = self.reply(request).await;
            let headers = response.headers_mut();
            headers.insert("ratelimit-limit", HeaderValue::from_static("400"));
            headers.insert("ratelimit-remaining", HeaderValue::from_static("399"));
            headers.insert("ratelimit-reset", HeaderValue::from_static("60"));
            response
        })
    }

    fn received(&self) -> Vec<String> {
        self.memory().received.clone()
    }
}

impl Render {
    async fn reply(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let path = request.uri().path().to_owned();
        let query = request.uri().query().unwrap_or_default().to_owned();
        let parts: Vec<_> = path.trim_matches('/').split('/').collect();
        let method = request.method().clone();
        if let ["deploy", service] = parts.as_slice() {
            return self.hook(service, &query);
        }
        let bearer = request.headers().get("authorization");
        let bearer = bearer.and_then(|value| value.to_str().ok());
        if !bearer.is_some_and(|value| value.starts_with("Bearer ")) {
            return json(
                StatusCode::UNAUTHORIZED,
                &json!({ "message": "Unauthorized" }),
            );
        }
        match (method, parts.as_slice()) {
            (Method::POST, ["v1", "services", service, "deploys"]) => {
                let body = small_body(request).await.unwrap_or_default();
                self.trigger(service, &serde_json::from_slice(&body).unwrap_or_default())
            }
            (Method::GET, ["v1", "services", service, "deploys"]) => self.list(service),
            (Method::GET, ["v1", "services", _, "deploys", id]) => self.look(id),
            (Method::GET, ["v1", "services", service]) => {
                let url = format!("https://{service}.onrender.com");
                let told =
                    json!({ "id": service, "ownerId": OWNER, "serviceDetails": { "url": url } });
                json(StatusCode::OK, &told)
            }
            (Method::GET, ["v1", "logs"]) => {
                json(StatusCode::OK, &json!({ "hasMore": false, "logs": [] }))
            }
            (Method::PUT, ["v1", "services", service, "env-vars", name]) => {
                let line = format!("environment variable {name} of {service}");
                self.note(line, StatusCode::OK)
            }
            (Method::POST, ["v1", "services", service, "rollback"]) => {
                let body = small_body(request).await.unwrap_or_default();
                let body: Value = serde_json::from_slice(&body).unwrap_or_default();
                let id = body.get("deployId").and_then(Value::as_str);
                let line = format!("rollback of {service} to {}", id.unwrap_or_default());
                self.note(line, StatusCode::CREATED)
            }
            (Method::POST, ["v1", "services", service, "restart"]) => {
                self.note(format!("restart of {service}"), StatusCode::OK)
            }
            _ => not_found(&path),
        }
    }

    fn hook(&self, service: &str, query: &str) -> Response<Full<Bytes>> {
        let value = |name: &str| {
            form_urlencoded::parse(query.as_bytes())
                .find(|(key, _)| key == name)
                .map(|(_, value)| value.into_owned())
        };
        if value("key").is_none() {
            return not_found(service);
        }
        let what = value("imgURL").map(|image| format!("image {image}"));
        let what = what.or_else(|| value("ref").map(|commit| format!("commit {commit}")));
        let id = self.start(
            service,
            &format!("deploy hook of {service}: {}", said(what)),
        );
        json(StatusCode::OK, &json!({ "deploy": { "id": id } }))
    }

    /// Answers in turn as the service does: 201 with the deploy, 202 with nothing at all.
    fn trigger(&self, service: &str, body: &Value) -> Response<Full<Bytes>> {
        let text = |name: &str| body.get(name).and_then(Value::as_str);
        let what = text("imageUrl").map(|image| format!("image {image}"));
        let what = what.or_else(|| text("commitId").map(|commit| format!("commit {commit}")));
        let clearing = match text("clearCache") {
            Some("clear") => ", without the build cache",
            _ => "",
        };
        let id = self.start(
            service,
            &format!("deploy of {service}: {}{clearing}", said(what)),
        );
        let memory = self.memory();
        if memory.deploys.len().is_multiple_of(2) {
            let mut response = Response::new(Full::default());
            *response.status_mut() = StatusCode::ACCEPTED;
            return response;
        }
        let deploy = memory.deploys.iter().find(|deploy| deploy.id == id);
        json(StatusCode::CREATED, &deploy.map(told).unwrap_or_default())
    }

    fn note(&self, line: String, status: StatusCode) -> Response<Full<Bytes>> {
        self.memory().received.push(line);
        json(status, &json!({}))
    }

    fn start(&self, service: &str, line: &str) -> String {
        let mut memory = self.memory();
        let id = format!("dep-{:020}", memory.deploys.len() + 1);
        memory.deploys.push(Deploy {
            id: id.clone(),
            service: service.to_owned(),
            looks: 0,
        });
        memory.received.push(line.to_owned());
        id
    }

    fn list(&self, service: &str) -> Response<Full<Bytes>> {
        let memory = self.memory();
        let deploys = memory
            .deploys
            .iter()
            .rev()
            .filter(|deploy| deploy.service == service);
        let page: Vec<_> = deploys
            .map(told)
            .chain([earlier()])
            .map(|deploy| json!({ "cursor": deploy["id"], "deploy": deploy }))
            .collect();
        json(StatusCode::OK, &Value::Array(page))
    }

    fn look(&self, id: &str) -> Response<Full<Bytes>> {
        let mut memory = self.memory();
        let Some(deploy) = memory.deploys.iter_mut().find(|deploy| deploy.id == id) else {
            return not_found(id);
        };
        deploy.looks += 1;
        json(StatusCode::OK, &told(deploy))
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn told(deploy: &Deploy) -> Value {
    let status = STATUSES[deploy.looks.min(STATUSES.len() - 1)];
    json!({
        "id": deploy.id,
        "status": status,
        "trigger": "api",
        "commit": null,
        "finishedAt": null,
    })
}

/// A deploy from before the rehearsal: there is something to go back to.
fn earlier() -> Value {
    json!({
        "id": format!("dep-{:020}", 0),
        "status": "deactivated",
        "trigger": "api",
        "commit": null,
        "finishedAt": "2025-01-13T16:42:08.549212Z",
    })
}

fn said(what: Option<String>) -> String {
    what.unwrap_or_else(|| "the latest".to_owned())
}

fn not_found(what: &str) -> Response<Full<Bytes>> {
    json(
        StatusCode::NOT_FOUND,
        &json!({ "message": format!("not found: {what}") }),
    )
}
