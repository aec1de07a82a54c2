//! Why there is no engine to talk to.

use std::io;
use std::path::PathBuf;

use super::Address;

#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    #[error("no Docker Engine can be reached at `{address}`")]
    Unreachable { address: Address, source: io::Error },
    #[error("the Docker Engine at `{address}` does not answer: nothing in {seconds} seconds")]
    Silent { address: Address, seconds: u64 },
    #[error("what answers at `{address}` is not a Docker Engine: {reason}")]
    NotAnEngine { address: Address, reason: String },
    #[error("`{address}` is not the address of a Docker Engine: {reason}")]
    Address { address: String, reason: String },
    #[error("the Docker Engine at `{address}` is reached over ssh, which wharf does not do")]
    Ssh { address: String },
    #[error("the Docker context `{name}`, which {origin} names, cannot be used: {reason}")]
    Context {
        name: String,
        /// `DOCKER_CONTEXT`, or the file that names it.
        origin: String,
        reason: String,
    },
    #[error("the TLS certificate file `{}` cannot be used: {reason}", path.display())]
    Certificate { path: PathBuf, reason: String },
}

/// What a port that speaks TLS does with a plain request looks like many things.
const NEEDS_TLS: &str = "look at the host and port of `DOCKER_HOST`; if the engine speaks TLS there, \
                         set `DOCKER_TLS_VERIFY=1` and `DOCKER_CERT_PATH`";

impl EngineError {
    /// What to do next.
    pub fn hint(&self) -> String {
        match self {
            Self::Unreachable { source, .. } if source.kind() == io::ErrorKind::PermissionDenied => {
                "you may not use the socket: join its group (`sudo usermod -aG docker $USER`, then \
                 log in again), or run a rootless engine"
                    .to_owned()
            }
            Self::Unreachable { source, .. } if source.to_string().contains("certificate") => {
                "the certificates in `DOCKER_CERT_PATH` are not this engine's".to_owned()
            }
            Self::Unreachable {
                address: Address::Tcp { .. },
                source,
            } if source.kind() == io::ErrorKind::Other => NEEDS_TLS.to_owned(),
            Self::Unreachable { .. } => {
                "start Docker (`sudo systemctl start docker`, or open Docker Desktop), or set \
                 `DOCKER_HOST` to where an engine runs"
                    .to_owned()
            }
            Self::Silent { .. } => {
                "look whether it hangs (`docker info`), and restart it (`sudo systemctl restart docker`)"
                    .to_owned()
            }
            Self::NotAnEngine {
                address: Address::Tcp { .. },
                ..
            } => NEEDS_TLS.to_owned(),
            Self::NotAnEngine { .. } | Self::Address { .. } => {
                "set `DOCKER_HOST` as `unix:///var/run/docker.sock` or `tcp://host:2375`, or unset it"
                    .to_owned()
            }
            Self::Ssh { address } => {
                let host = address.trim_start_matches("ssh://");
                format!(
                    "forward its socket, `ssh -nNT -L /tmp/docker.sock:/var/run/docker.sock {host}`, \
                     and set `DOCKER_HOST=unix:///tmp/docker.sock`"
                )
            }
            Self::Context { .. } => {
                "`docker context ls` shows the contexts there are, `docker context use default` goes \
                 back to the local engine"
                    .to_owned()
            }
            Self::Certificate { .. } => {
                "`DOCKER_CERT_PATH` is a folder with `ca.pem`, `cert.pem` and `key.pem`".to_owned()
            }
        }
    }

    /// What a rehearsal has to do without.
    pub fn lack(&self) -> String {
        match self {
            Self::Unreachable { address, .. } => format!("no Docker Engine at `{address}`"),
            other => other.to_string(),
        }
    }

    /// Of two sockets that did not work the one that is there says more than the one that is not.
    #[must_use]
    pub(super) fn or_more_telling(self, other: Self) -> Self {
        if self.is_absent() && !other.is_absent() {
            other
        } else {
            self
        }
    }

    fn is_absent(&self) -> bool {
        matches!(self, Self::Unreachable { source, .. } if source.kind() == io::ErrorKind::NotFound)
    }
}
