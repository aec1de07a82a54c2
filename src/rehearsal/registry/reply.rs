//! Answers with the headers and error bodies that clients look at.

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{HeaderName, HeaderValue, WWW_AUTHENTICATE};
use hyper::{Response, StatusCode};
use serde_json::json;

/// What a client checks to know that it speaks with a registry of this version.
const VERSION: HeaderName = HeaderName::from_static("docker-distribution-api-version");

#[derive(Debug)]
pub(super) struct Reply(Response<Full<Bytes>>);

impl Reply {
    pub(super) fn new(status: StatusCode) -> Self {
        let mut response = Response::new(Full::default());
        *response.status_mut() = status;
        let version = HeaderValue::from_static("registry/2.0");
        response.headers_mut().insert(VERSION, version);
        Self(response)
    }

    /// A value that cannot stand in a header, which only a client can have made up, is left out.
    pub(super) fn header(mut self, name: &'static str, value: &str) -> Self {
        let Ok(value) = HeaderValue::from_str(value) else {
            return self;
        };
        self.0.headers_mut().insert(name, value);
        self
    }

    pub(super) fn body(mut self, media_type: &str, content: Bytes) -> Self {
        *self.0.body_mut() = Full::new(content);
        self.header("content-type", media_type)
    }

    pub(super) fn into_response(self) -> Response<Full<Bytes>> {
        self.0
    }
}

/// An error as the specification has it.
pub(super) fn error(status: StatusCode, code: &str, message: &str) -> Reply {
    let body = json!({ "errors": [{ "code": code, "message": message }] });
    Reply::new(status).body("application/json", body.to_string().into())
}

pub(super) fn login() -> Reply {
    let mut reply = error(
        StatusCode::UNAUTHORIZED,
        "UNAUTHORIZED",
        "log in as anybody",
    );
    let challenge = HeaderValue::from_static(r#"Basic realm="rehearsal""#);
    reply.0.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    reply
}

pub(super) fn unsupported() -> Reply {
    let message = "a rehearsal's registry takes images and does not give them";
    error(StatusCode::METHOD_NOT_ALLOWED, "UNSUPPORTED", message)
}

pub(super) fn bad_digest(message: &str) -> Reply {
    error(StatusCode::BAD_REQUEST, "DIGEST_INVALID", message)
}
