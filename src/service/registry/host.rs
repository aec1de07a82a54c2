//! Where a registry of an image reference listens.

use std::net::IpAddr;

/// `scheme://host[:port]` of a registry's API. A registry on this machine speaks plain HTTP, as
/// Docker takes it to; `docker.io` is a name in references, and Docker Hub's API is elsewhere.
pub(super) fn origin(registry: &str) -> String {
    match registry {
        "docker.io" => "https://registry-1.docker.io".to_owned(),
        _ if is_loopback(registry) => format!("http://{registry}"),
        _ => format!("https://{registry}"),
    }
}

/// Whether what is sent to `registry` (`host[:port]`) stays on this machine.
pub fn is_loopback(registry: &str) -> bool {
    let host = match registry.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => registry.split(':').next().unwrap_or_default(),
    };
    host == "localhost" || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::origin;

    #[test]
    fn only_a_loopback_registry_is_plain() {
        for (registry, wanted) in [
            ("docker.io", "https://registry-1.docker.io"),
            ("ghcr.io", "https://ghcr.io"),
            ("localhost", "http://localhost"),
            ("127.8.0.1:5000", "http://127.8.0.1:5000"),
            ("[::1]:5000", "http://[::1]:5000"),
            ("localhost.example.com", "https://localhost.example.com"),
            (
                "127.0.0.1.example.com:80",
                "https://127.0.0.1.example.com:80",
            ),
            ("10.0.0.1:5000", "https://10.0.0.1:5000"),
        ] {
            assert_eq!(origin(registry), wanted);
        }
    }
}
