//! Render: the deploy hook and the deploys of its API.
//!
//! Sources: Render's `OpenAPI` document and documentation of deploy hooks; traffic recorded by its
//! Terraform provider; the rules of its command line for a deploy's end.

mod deploy;
mod hook;

use serde_json::Value;

use super::http::{HttpError, Response};

pub use deploy::{Api, Deploy, Trigger};
pub use hook::{hook_request, hooked_service, started};

/// Where Render answers.
pub const ORIGIN: &str = "https://api.render.com";

/// Between two looks at a deploy. Render allows 400 reads a minute.
pub const POLL: std::time::Duration = std::time::Duration::from_secs(2);

#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    #[error(transparent)]
    Http(#[from] HttpError),
    #[error("Render refused with status {status}: {message}")]
    Refused {
        status: u16,
        message: String,
        /// How long Render asks to wait before the next request.
        wait: Option<std::time::Duration>,
    },
    #[error("Render's answer cannot be understood: {0}")]
    Odd(String),
}

impl RenderError {
    /// Whether what was asked for may have begun all the same.
    pub fn may_have_started(&self) -> bool {
        match self {
            Self::Http(error) => !matches!(error, HttpError::Connect { .. }) && error.may_pass(),
            Self::Refused { status, .. } => matches!(status, 500 | 502 | 504),
            Self::Odd(_) => true,
        }
    }

    /// Whether the same question may be answered a moment later.
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Http(error) => error.may_pass(),
            Self::Refused { status, .. } => *status == 429 || *status >= 500,
            Self::Odd(_) => true,
        }
    }
}

/// The answer, if Render agreed.
pub fn agreed(response: Response) -> Result<Response, RenderError> {
    if response.is_success() {
        return Ok(response);
    }
    Err(RenderError::Refused {
        status: response.status,
        message: message(&response),
        wait: response.asked_wait(),
    })
}

/// `{"message": …}`, or `{"error": …}` from the rate limiter, or plain text.
fn message(response: &Response) -> String {
    if let Some(url) = response.elsewhere() {
        return format!("it points to {url}");
    }
    let told = response.json().and_then(|body| {
        let text = body.get("message").or_else(|| body.get("error"))?;
        text.as_str().map(str::to_owned)
    });
    let told = told.unwrap_or_else(|| response.summary());
    if told.is_empty() {
        "no reason given".to_owned()
    } else {
        told
    }
}

/// The `deploy` in a body that wraps it, or the body itself.
fn unwrapped(body: &Value) -> &Value {
    body.get("deploy").unwrap_or(body)
}
