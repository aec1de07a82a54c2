//! Secrets as protocols carry them: in URLs, in headers, in pairs.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use percent_encoding::percent_decode_str;
use url::Url;

use super::Secrets;

/// Parts of the names that query values and headers with a credential have.
const TELLING: [&str; 9] = [
    "key",
    "token",
    "secret",
    "password",
    "passwd",
    "auth",
    "signature",
    "credential",
    "cookie",
];

impl Secrets {
    /// Hides a URL that is a secret itself, such as a deploy hook: the whole, and
    /// [what is secret in it](Secrets::add_url_parts) alone.
    pub fn add_url(&self, text: &str) {
        self.add(text);
        if let Ok(url) = Url::parse(text) {
            self.add(url.as_str());
            self.add_url_parts(&url);
        }
    }

    /// Hides the credentials in a URL: the password and its pair with the user, a user that stands
    /// alone (as a DSN's key does), and query values under a name like `key` or `token`.
    pub fn add_url_parts(&self, url: &Url) {
        let decoded = |text| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let user = decoded(url.username());
        match url.password() {
            Some(password) => self.add_basic(&user, &decoded(password)),
            None => {
                self.add(&user);
            }
        }
        for (name, value) in url.query_pairs() {
            if is_telling(&name) {
                self.add(&value);
            }
        }
    }

    /// Hides the value of a header that carries a credential; of `Bearer …` and the like only that.
    pub fn add_header(&self, name: &str, value: &str) {
        if is_telling(name) {
            let credential = value.split_once(' ').map_or(value, |(_, rest)| rest);
            self.add(credential);
        }
    }

    /// Hides a password, and the pair as HTTP's basic authentication writes it.
    pub fn add_basic(&self, user: &str, password: &str) {
        if self.add(password) {
            self.add(&BASE64_STANDARD.encode(format!("{user}:{password}")));
        }
    }
}

fn is_telling(name: &str) -> bool {
    let name = name.to_lowercase();
    name == "sig" || TELLING.iter().any(|part| name.contains(part))
}

#[cfg(test)]
mod tests {
    use super::Secrets;

    #[test]
    fn hides_what_is_secret_in_a_url_alone() {
        for (url, text, masked) in [
            (
                "https://api.render.com/deploy/srv-1?key=AbC_123&ref=main",
                "AbC_123 on main at https://api.render.com/deploy/srv-1?key=AbC_123&ref=main",
                "*** on main at ***",
            ),
            (
                "https://0a1b2c3d@o1.ingest.sentry.io/42",
                "sentry_key=0a1b2c3d of o1.ingest.sentry.io",
                "sentry_key=*** of o1.ingest.sentry.io",
            ),
            (
                "https://ada:p%40ss%2Fword@example.com",
                "ada p@ss/word p%40ss%2Fword YWRhOnBAc3Mvd29yZA==",
                "ada *** *** ***",
            ),
        ] {
            let secrets = Secrets::new();
            secrets.add_url(url);
            assert_eq!(secrets.mask(text), masked);
        }
    }

    #[test]
    fn hides_the_credential_in_a_header() {
        let secrets = Secrets::new();
        secrets.add_header("Authorization", "Bearer t0ken-1");
        secrets.add_header("X-Api-Key", "k3y-2");
        secrets.add_header("Accept", "text/html");
        assert_eq!(
            secrets.mask("Bearer t0ken-1, k3y-2, text/html"),
            "Bearer ***, ***, text/html"
        );
    }
}
