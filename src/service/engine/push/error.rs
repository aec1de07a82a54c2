//! Why an image was not pushed, and whether it is worth another try.

use std::io;

use crate::service::engine::Address;

#[derive(Debug, thiserror::Error)]
pub enum PushError {
    #[error("the Docker Engine at `{address}` is gone")]
    NoEngine { address: Address, source: io::Error },
    #[error("the Docker Engine broke off")]
    BrokenOff(#[source] hyper::Error),
    #[error("the Docker Engine broke off")]
    Broken(#[source] bollard::errors::Error),
    #[error("there is no image `{reference}` in the engine")]
    NoImage { reference: String },
    #[error("what the engine says about the push makes no sense")]
    Garbled,
    /// In the engine's or the registry's own words.
    #[error("{message}")]
    Told { message: String },
    #[error("the engine ended the push without telling a digest")]
    NoDigest,
}

/// What kind of failure the words of an engine are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The registry does not let this user in, or not do this.
    Refused,
    /// The engine has no image of this name.
    NoImage,
    /// Nobody listens where the registry should be.
    NobodyThere,
    /// The registry's name has no address.
    UnknownHost,
    /// No room is left, at the engine or in the registry.
    DiskFull,
    /// The same push may work a moment later.
    Transient,
    Lasting,
}

impl PushError {
    pub fn fault(&self) -> Fault {
        match self {
            Self::Told { message } => Fault::of(message),
            Self::BrokenOff(_) => Fault::Transient,
            Self::NoImage { .. } => Fault::NoImage,
            Self::NoEngine { .. } | Self::Broken(_) | Self::Garbled | Self::NoDigest => {
                Fault::Lasting
            }
        }
    }
}

impl Fault {
    /// The engine passes on what Go's network code, the registry and its own client say; there
    /// are no codes to go by. The first row that fits counts.
    fn of(message: &str) -> Self {
        const ROWS: &[(Fault, &[&str])] = &[
            (
                Fault::NoImage,
                &["does not exist locally", "tag does not exist"],
            ),
            (
                Fault::Refused,
                &[
                    "no basic auth credentials",
                    "unauthorized",
                    "authentication required",
                    "denied",
                    "forbidden",
                    "insufficient_scope",
                    "incorrect username or password",
                ],
            ),
            (Fault::DiskFull, &["no space left on device"]),
            (Fault::NobodyThere, &["connection refused"]),
            (Fault::UnknownHost, &["no such host"]),
            (
                Fault::Transient,
                &[
                    "toomanyrequests",
                    "too many requests",
                    "http status: 5",
                    "http status: 429",
                    "parsing http 5",
                    "parsing http 429",
                    "internal server error",
                    "bad gateway",
                    "service unavailable",
                    "gateway timeout",
                    "gateway time-out",
                    "connection reset",
                    "broken pipe",
                    "eof",
                    "timeout",
                    "timed out",
                    "deadline exceeded",
                    "server misbehaving",
                    "temporary failure",
                    "request canceled",
                    "use of closed network connection",
                    "network is unreachable",
                ],
            ),
        ];
        let message = message.to_lowercase();
        let row = ROWS
            .iter()
            .find(|(_, marks)| marks.iter().any(|mark| message.contains(mark)));
        row.map_or(Self::Lasting, |(fault, _)| *fault)
    }
}

#[cfg(test)]
mod tests {
    use super::Fault;

    /// Messages as engine 20.10 gave them.
    #[test]
    fn tells_a_refusal_from_a_bad_moment() {
        for (message, wanted) in [
            ("no basic auth credentials", Fault::Refused),
            ("unauthorized: authentication required", Fault::Refused),
            (
                "denied: requested access to the resource is denied",
                Fault::Refused,
            ),
            (
                "An image does not exist locally with the tag: 127.0.0.1:5000/me/none",
                Fault::NoImage,
            ),
            (
                "Get \"http://127.0.0.1:5999/v2/\": dial tcp 127.0.0.1:5999: connect: connection refused",
                Fault::NobodyThere,
            ),
            (
                "Get \"https://nowhere.example.com/v2/\": dial tcp: lookup nowhere.example.com on 192.0.2.53:53: no such host",
                Fault::UnknownHost,
            ),
            (
                "Get \"http://127.0.0.1:5463/v2/\": context deadline exceeded",
                Fault::Transient,
            ),
            (
                "received unexpected HTTP status: 503 Service Unavailable",
                Fault::Transient,
            ),
            (
                "received unexpected HTTP status: 502 Bad Gateway",
                Fault::Transient,
            ),
            ("toomanyrequests: slow down", Fault::Transient),
            (
                "write /var/lib/docker/tmp/GetImageBlob1: no space left on device",
                Fault::DiskFull,
            ),
            (
                "write tcp 127.0.0.1:59384->127.0.0.1:5469: write: connection reset by peer",
                Fault::Transient,
            ),
            (
                "error parsing HTTP 413 response body: invalid character 'b' looking for beginning of value: \"big\"",
                Fault::Lasting,
            ),
        ] {
            assert_eq!(Fault::of(message), wanted, "{message}");
        }
    }
}
