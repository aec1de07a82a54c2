//! Is it there, and what can it do? One small request, before anything else.

use std::io;
use std::time::Duration;

use hyper::header::HeaderMap;

use super::{Address, EngineError, transport};

/// A healthy engine answers in under ten milliseconds, one at the far end of a tunnel in a second.
const PATIENCE: Duration = Duration::from_secs(10);

/// What an engine says of itself in the headers of `/_ping`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// The newest API version it speaks.
    pub api: (u32, u32),
    /// `linux` or `windows`.
    pub os: String,
    /// Name and version (`Docker/28.2.2 (linux)`).
    pub server: String,
    builder: String,
}

impl About {
    /// Whether `/session` and `/grpc` are there. They came with API 1.39; Podman's imitation of
    /// the API has neither, whatever version it claims, and says `Builder-Version:` empty.
    pub fn has_buildkit(&self) -> bool {
        let real = self.builder == "2" || self.server.starts_with("Docker/");
        self.api >= (1, 39) && self.os != "windows" && real
    }
}

pub(super) async fn ping(address: &Address) -> Result<About, EngineError> {
    let request = transport::send(
        address,
        hyper::Request::get("/_ping")
            .header(hyper::header::HOST, transport::HOST)
            .body(http_body_util::Empty::<bytes::Bytes>::new())
            .expect("a constant request is well formed"),
    );
    let response = match tokio::time::timeout(PATIENCE, request).await {
        Ok(Ok(response)) => response,
        Ok(Err(transport::SendError::Dial(source))) => {
            return Err(EngineError::Unreachable {
                address: address.clone(),
                source,
            });
        }
        Ok(Err(transport::SendError::Http(error))) => {
            return Err(EngineError::Unreachable {
                address: address.clone(),
                source: io::Error::other(error),
            });
        }
        Err(_) => {
            return Err(EngineError::Silent {
                address: address.clone(),
                seconds: PATIENCE.as_secs(),
            });
        }
    };
    let wrong = |reason: String| EngineError::NotAnEngine {
        address: address.clone(),
        reason,
    };
    if !response.status().is_success() {
        return Err(wrong(format!("it answers `{}`", response.status())));
    }
    about(response.headers()).ok_or_else(|| wrong("it does not tell its API version".to_owned()))
}

fn about(headers: &HeaderMap) -> Option<About> {
    let header = |name: &str| {
        let value = headers.get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default().to_owned()
    };
    let version = header("api-version");
    let (major, minor) = version.split_once('.')?;
    Some(About {
        api: (major.parse().ok()?, minor.parse().ok()?),
        os: header("ostype"),
        server: header("server"),
        builder: header("builder-version"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buildkit_is_where_docker_has_it() {
        for (api, os, server, builder, expected) in [
            ("1.41", "linux", "Docker/20.10.24+dfsg1 (linux)", "", true),
            ("1.50", "linux", "Docker/28.2.2 (linux)", "2", true),
            ("1.38", "linux", "Docker/18.06.3-ce (linux)", "", false),
            ("1.50", "windows", "Docker/28.2.2 (windows)", "1", false),
            ("1.41", "linux", "Libpod/5.4.0 (linux)", "", false),
        ] {
            let mut headers = HeaderMap::new();
            for (name, value) in [
                ("api-version", api),
                ("ostype", os),
                ("server", server),
                ("builder-version", builder),
            ] {
                headers.insert(name, value.parse().expect("a header value"));
            }
            let about = about(&headers).expect("an engine");
            assert_eq!(about.has_buildkit(), expected, "{server}");
        }
        assert_eq!(about(&HeaderMap::new()), None);
    }
}
