//! What is secret by its name or its shape.

use url::Url;

use super::{Secrets, is_flag};

/// Whether a name of the environment says that its value is a secret.
pub fn is_secret(name: &str) -> bool {
    let name = name.to_uppercase();
    matches!(name.as_str(), "HOOK_RENDER" | "SENTRY_DSN")
        || [
            "PASSWORD", "PASSWD", "_PASS", "TOKEN", "SECRET", "_KEY", "APIKEY", "_PAT",
        ]
        .into_iter()
        .any(|end| name.ends_with(end))
}

/// `value` as a URL that has a password in it, as that of a database has.
pub fn with_password(value: &str) -> Option<Url> {
    let may_be = value.contains("://") && value.contains('@');
    let url = may_be.then(|| Url::parse(value).ok()).flatten()?;
    url.password().is_some().then_some(url)
}

/// Hides `value`, and what is secret in it alone if it is a URL. Tells whether a value that should
/// be hidden is.
pub fn hide(value: &str, secrets: &Secrets) -> bool {
    if is_flag(value) {
        return true;
    }
    if value.contains("://") {
        return secrets.add_url(value);
    }
    secrets.add(value)
}
