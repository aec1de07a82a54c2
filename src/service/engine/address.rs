//! Where an engine listens.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use rustls::ClientConfig;

use super::EngineError;

/// An address that can be connected to; it displays as `DOCKER_HOST` is written.
#[derive(Clone)]
pub enum Address {
    Unix(PathBuf),
    Tcp {
        host: String,
        port: u16,
    },
    /// TCP, with TLS by the certificates of `DOCKER_CERT_PATH` or of a context.
    Tls {
        host: String,
        port: u16,
        config: Arc<ClientConfig>,
    },
}

impl Address {
    /// An address in the form of `DOCKER_HOST`: `unix:///path`, `tcp://host[:port]`. An `ssh://`
    /// address, a named pipe and anything else are refused with a reason.
    pub fn parse(text: &str) -> Result<Self, EngineError> {
        let wrong = |reason: &str| EngineError::Address {
            address: text.to_owned(),
            reason: reason.to_owned(),
        };
        let Some((scheme, rest)) = text.split_once("://") else {
            return Err(wrong("it has no `unix://` or `tcp://` in front"));
        };
        match scheme {
            "unix" if rest.starts_with('/') => Ok(Self::Unix(PathBuf::from(rest))),
            "unix" => Err(wrong("the path of a socket starts with `/`")),
            "tcp" | "http" => {
                let (host, port) = host_and_port(rest)
                    .ok_or_else(|| wrong("it is not `tcp://HOST` or `tcp://HOST:PORT`"))?;
                Ok(Self::Tcp { host, port })
            }
            "ssh" => Err(EngineError::Ssh {
                address: text.to_owned(),
            }),
            _ => Err(wrong(&format!(
                "engines are reached over `unix://` and `tcp://`, not `{scheme}://`"
            ))),
        }
    }
}

/// 2375 is the engine's registered port for plain HTTP.
fn host_and_port(text: &str) -> Option<(String, u16)> {
    let url = url::Url::parse(&format!("http://{text}")).ok()?;
    let plain = url.username().is_empty() && matches!(url.path(), "" | "/");
    let host = url.host_str()?.trim_matches(['[', ']']).to_owned();
    // `Url` drops port 80 as the default of its scheme.
    let port = match url.port() {
        Some(port) => port,
        None if text.trim_end_matches('/').ends_with(":80") => 80,
        None => 2375,
    };
    plain.then_some((host, port))
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => write!(f, "unix://{}", path.display()),
            Self::Tcp { host, port } | Self::Tls { host, port, .. } => {
                if host.contains(':') {
                    write!(f, "tcp://[{host}]:{port}")
                } else {
                    write!(f, "tcp://{host}:{port}")
                }
            }
        }
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::Address;

    #[test]
    fn reads_what_docker_host_may_hold() {
        for (text, expected) in [
            ("unix:///var/run/docker.sock", "unix:///var/run/docker.sock"),
            ("tcp://127.0.0.1", "tcp://127.0.0.1:2375"),
            ("tcp://build.example.com:80", "tcp://build.example.com:80"),
            ("tcp://[::1]:2376/", "tcp://[::1]:2376"),
            (
                "docker.sock",
                "`docker.sock` is not the address of a Docker Engine: it has no `unix://` or `tcp://` in front",
            ),
            (
                "tcp://host:port",
                "`tcp://host:port` is not the address of a Docker Engine: it is not `tcp://HOST` or `tcp://HOST:PORT`",
            ),
            (
                "npipe:////./pipe/docker_engine",
                "`npipe:////./pipe/docker_engine` is not the address of a Docker Engine: engines are reached over `unix://` and `tcp://`, not `npipe://`",
            ),
            (
                "ssh://me@host",
                "the Docker Engine at `ssh://me@host` is reached over ssh, which wharf does not do",
            ),
        ] {
            let got = match Address::parse(text) {
                Ok(address) => address.to_string(),
                Err(error) => error.to_string(),
            };
            assert_eq!(got, expected);
        }
    }
}
