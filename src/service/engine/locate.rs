//! Which engine is meant, by the same rules as Docker's own client.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use ring::digest::{SHA256, digest};
use serde::Deserialize;

use super::stream::tls;
use super::{Address, EngineError};
use crate::service::registry::{self, hex};

/// Addresses to try in turn; never empty. More than one only where nobody chose.
pub(super) fn candidates(
    environment: &BTreeMap<String, String>,
) -> Result<Vec<Address>, EngineError> {
    let env = |name: &str| environment.get(name).filter(|value| !value.is_empty());
    let folder = registry::settings(environment);
    if let Some(host) = env("DOCKER_HOST") {
        let address = Address::parse(host)?;
        if env("DOCKER_TLS_VERIFY").is_none() {
            return Ok(vec![address]);
        }
        let certificates = env("DOCKER_CERT_PATH").map(PathBuf::from).or(folder);
        return Ok(vec![with_tls(address, &certificates.unwrap_or_default())?]);
    }
    if let Some((name, origin)) = chosen_context(env("DOCKER_CONTEXT"), folder.as_deref()) {
        let contexts = folder.unwrap_or_default().join("contexts");
        return context(&contexts, &name, &origin).map(|address| vec![address]);
    }
    Ok(usual(env("HOME"), env("XDG_RUNTIME_DIR")))
}

/// The context in force unless it is `default`, which means the usual sockets, and who names it.
fn chosen_context(variable: Option<&String>, folder: Option<&Path>) -> Option<(String, String)> {
    let chosen = if let Some(name) = variable {
        (name.clone(), "`DOCKER_CONTEXT`".to_owned())
    } else {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Config {
            current_context: Option<String>,
        }
        let path = folder?.join("config.json");
        let config: Config = serde_json::from_slice(&fs::read(&path).ok()?).ok()?;
        (config.current_context?, format!("`{}`", path.display()))
    };
    (!chosen.0.is_empty() && chosen.0 != "default").then_some(chosen)
}

/// Contexts are kept under the SHA-256 of their name: `meta/<id>/meta.json`, `tls/<id>/docker/*.pem`
/// (`docker/cli`, `cli/context/store`).
fn context(contexts: &Path, name: &str, origin: &str) -> Result<Address, EngineError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Meta {
        endpoints: BTreeMap<String, Endpoint>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase", default)]
    #[derive(Default)]
    struct Endpoint {
        host: String,
        #[serde(rename = "SkipTLSVerify")]
        skip_tls_verify: bool,
    }
    let wrong = |reason: String| EngineError::Context {
        name: name.to_owned(),
        origin: origin.to_owned(),
        reason,
    };

    let id = hex(digest(&SHA256, name.as_bytes()).as_ref());
    let path = contexts.join("meta").join(&id).join("meta.json");
    let text = fs::read(&path).map_err(|_| wrong("there is no such context".to_owned()))?;
    let mut meta: Meta = serde_json::from_slice(&text)
        .map_err(|error| wrong(format!("`{}` is broken: {error}", path.display())))?;
    let endpoint = meta
        .endpoints
        .remove("docker")
        .ok_or_else(|| wrong("it has no `docker` endpoint".to_owned()))?;
    let address = Address::parse(&endpoint.host)?;
    let certificates = contexts.join("tls").join(id).join("docker");
    if !certificates.is_dir() {
        return Ok(address);
    }
    if endpoint.skip_tls_verify {
        return Err(wrong(
            "it does not verify the engine's certificate, and wharf always does".to_owned(),
        ));
    }
    with_tls(address, &certificates)
}

/// TLS is for TCP; a socket stays as it is.
fn with_tls(address: Address, folder: &Path) -> Result<Address, EngineError> {
    match address {
        Address::Tcp { host, port } => Ok(Address::Tls {
            host,
            port,
            config: tls(folder)?,
        }),
        other => Ok(other),
    }
}

/// The engine's own socket, then rootless Docker's, then Docker Desktop's on macOS and on Linux.
fn usual(home: Option<&String>, runtime: Option<&String>) -> Vec<Address> {
    let under =
        |folder: Option<&String>, socket| folder.map(|folder| Path::new(folder).join(socket));
    [
        Some(PathBuf::from("/var/run/docker.sock")),
        under(runtime, "docker.sock"),
        under(home, ".docker/run/docker.sock"),
        under(home, ".docker/desktop/docker.sock"),
    ]
    .into_iter()
    .flatten()
    .map(Address::Unix)
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(pairs: &[(&str, &str)]) -> String {
        let environment = pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        match candidates(&environment) {
            Ok(addresses) => addresses
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join(" "),
            Err(error) => error.to_string(),
        }
    }

    fn docker_folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a temporary folder");
        // What `docker context create remote` makes.
        let id = "b71199ebd070b36beab7317920c2c2f1d777df8d05e5527d8458fda57cb17a7a";
        let meta = folder.path().join("contexts/meta").join(id);
        fs::create_dir_all(&meta).expect("a folder");
        fs::write(
            meta.join("meta.json"),
            r#"{"Name":"remote","Metadata":{},"Endpoints":{"docker":{"Host":"tcp://10.0.0.7:2375","SkipTLSVerify":false}}}"#,
        )
        .expect("a file");
        folder
    }

    #[test]
    fn a_host_beats_a_context_and_a_context_the_usual_sockets() {
        let folder = docker_folder();
        let config = folder.path().to_str().expect("a plain path");
        assert_eq!(
            found(&[
                ("DOCKER_HOST", "unix:///x.sock"),
                ("DOCKER_CONTEXT", "remote"),
                ("DOCKER_CONFIG", config)
            ]),
            "unix:///x.sock"
        );
        assert_eq!(
            found(&[("DOCKER_CONTEXT", "remote"), ("DOCKER_CONFIG", config)]),
            "tcp://10.0.0.7:2375"
        );
        assert_eq!(
            found(&[("DOCKER_CONTEXT", "default"), ("DOCKER_CONFIG", config)]),
            "unix:///var/run/docker.sock"
        );
        fs::write(
            folder.path().join("config.json"),
            r#"{"currentContext":"remote"}"#,
        )
        .expect("a file");
        assert_eq!(found(&[("DOCKER_CONFIG", config)]), "tcp://10.0.0.7:2375");
        assert_eq!(
            found(&[("DOCKER_CONTEXT", "gone"), ("DOCKER_CONFIG", config)]),
            "the Docker context `gone`, which `DOCKER_CONTEXT` names, cannot be used: there is no such context"
        );
    }

    #[test]
    fn the_usual_sockets_include_rootless_and_desktop() {
        assert_eq!(
            found(&[("HOME", "/h"), ("XDG_RUNTIME_DIR", "/run/user/1000")]),
            "unix:///var/run/docker.sock unix:///run/user/1000/docker.sock \
             unix:///h/.docker/run/docker.sock unix:///h/.docker/desktop/docker.sock"
        );
    }
}
