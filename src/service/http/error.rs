//! Why a request got no answer.

use reqwest::Url;

use crate::words::root_cause;

/// Its text shows a URL without query and credentials: there the secrets are.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HttpError {
    #[error("cannot connect to `{url}`: {cause}")]
    Connect { url: String, cause: String },
    #[error("`{0}` did not answer in time")]
    TimedOut(String),
    #[error("the connection to `{url}` broke: {cause}")]
    Broken { url: String, cause: String },
    #[error("the answer of `{0}` is larger than 16 MiB")]
    TooLarge(String),
    #[error("the header `{0}` cannot be sent as it is")]
    BadHeader(String),
    #[error("no HTTP client can be made: {0}")]
    NoClient(String),
}

impl HttpError {
    pub(super) fn of(url: &Url, error: &reqwest::Error) -> Self {
        let url = shown(url);
        if error.is_timeout() {
            Self::TimedOut(url)
        } else if error.is_connect() {
            Self::Connect {
                url,
                cause: root_cause(error),
            }
        } else {
            Self::Broken {
                url,
                cause: root_cause(error),
            }
        }
    }

    /// Whether the same request may go through a moment later.
    pub fn may_pass(&self) -> bool {
        matches!(
            self,
            Self::Connect { .. } | Self::TimedOut(_) | Self::Broken { .. }
        )
    }
}

/// `url` without what may be secret in it.
pub fn shown(url: &Url) -> String {
    let mut shown = url.clone();
    shown.set_query(None);
    shown.set_fragment(None);
    // Both fail only for URLs that have no host, and those carry no credentials.
    let _ = shown.set_username("");
    let _ = shown.set_password(None);
    shown.into()
}
