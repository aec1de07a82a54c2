//! Why a registry did not give what it was asked for.

use reqwest::StatusCode;
use serde::Deserialize;

#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    #[error("the registry `{registry}` cannot be asked")]
    Unreachable {
        registry: String,
        source: reqwest::Error,
    },
    #[error("the registry `{registry}` refuses access ({status}): {message}")]
    Refused {
        registry: String,
        status: StatusCode,
        message: String,
    },
    #[error("the registry `{registry}` answers {status}: {message}")]
    Answered {
        registry: String,
        status: StatusCode,
        message: String,
    },
    #[error("the registry `{registry}` does not keep to the protocol: {reason}")]
    Odd { registry: String, reason: String },
}

impl RegistryError {
    /// Whether the same question may be answered a moment later.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Unreachable { source, .. } => !source.is_builder(),
            Self::Answered { status, .. } => {
                status.is_server_error()
                    || [StatusCode::TOO_MANY_REQUESTS, StatusCode::REQUEST_TIMEOUT].contains(status)
            }
            Self::Refused { .. } | Self::Odd { .. } => false,
        }
    }

    /// Whether this process got no answer at all.
    pub fn is_unreachable(&self) -> bool {
        matches!(self, Self::Unreachable { .. })
    }

    pub fn is_refusal(&self) -> bool {
        matches!(self, Self::Refused { .. })
    }
}

/// The `errors` of the specification, or the start of whatever else was said.
pub(super) fn told_error(body: &[u8]) -> String {
    #[derive(Deserialize)]
    struct Errors {
        errors: Vec<Told>,
    }
    #[derive(Deserialize, Default)]
    #[serde(default)]
    struct Told {
        code: String,
        message: String,
    }
    let told: Option<Errors> = serde_json::from_slice(body).ok();
    let first = told.and_then(|told| told.errors.into_iter().next());
    match first {
        Some(Told { code, message }) if message.is_empty() => code,
        Some(Told { message, .. }) => message,
        None => {
            let text = String::from_utf8_lossy(&body[..body.len().min(200)]);
            let line = text.lines().next().unwrap_or_default().trim();
            if line.is_empty() {
                "nothing more"
            } else {
                line
            }
            .to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::told_error;

    #[test]
    fn tells_what_the_registry_says_went_wrong() {
        for (body, wanted) in [
            (
                r#"{"errors":[{"code":"DENIED","message":"requested access to the resource is denied","detail":{}}]}"#,
                "requested access to the resource is denied",
            ),
            (r#"{"errors":[{"code":"NAME_UNKNOWN"}]}"#, "NAME_UNKNOWN"),
            (r#"{"errors":[]}"#, r#"{"errors":[]}"#),
            ("Too Many Requests\nplease wait", "Too Many Requests"),
            ("", "nothing more"),
        ] {
            assert_eq!(told_error(body.as_bytes()), wanted);
        }
    }
}
