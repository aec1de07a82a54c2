//! Secrets as protocols carry them: in URLs, in headers, in pairs.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use percent_encoding::percent_decode_str;
use url::Url;

use super::Secrets;
use super::named::{is_key, is_telling, looks_like_token, words};

/// Values that are no secrets, and would make every log unreadable.
const FLAGS: [&str; 6] = ["true", "false", "yes", "no", "on", "off"];

/// What stands for a password where the user is the credential.
const FILLERS: [&str; 3] = ["", "x", "x-oauth-basic"];

/// What a value that cannot be hidden is warned of with; where it is follows.
pub const SHORT: &str = "values of fewer than four characters cannot be hidden";

/// Each tells whether what should be hidden can be.
impl Secrets {
    /// Hides a URL that is a secret itself, such as a deploy hook: the whole, and
    /// [what is secret in it](Secrets::add_url_parts) alone.
    pub fn add_url(&self, text: &str) -> bool {
        self.add(text);
        Url::parse(text).map_or(true, |url| {
            self.add(url.as_str());
            self.add_url_parts(&url)
        })
    }

    /// Hides the URL that Sentry's clients are given; an old one has a secret beside its key.
    pub fn add_dsn(&self, text: &str) -> bool {
        let url = Url::parse(text);
        let key = url.map_or(true, |url| self.add_if_any(url.username()));
        self.add_url(text) && key
    }

    /// Hides the credentials in a URL: the password and its pair with the user, a user that stands
    /// alone (as a DSN's key does) or is a token, and query values under a name like `key` or
    /// `token`.
    pub fn add_url_parts(&self, url: &Url) -> bool {
        let decoded = |text| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let user = decoded(url.username());
        let mut all = match url.password() {
            Some(password) => self.add_basic(&user, &decoded(password)),
            None => self.add_if_any(&user),
        };
        for (name, value) in url.query_pairs() {
            let words = words(&name);
            let is_secret = is_telling(&words) || is_key(&words);
            all &= !is_secret || self.add_if_any(&value);
        }
        all
    }

    /// Hides the value of a header that carries a credential: of `Authorization: Bearer …` and the
    /// like only that, of cookies those that are credentials too.
    pub fn add_header(&self, name: &str, value: &str) -> bool {
        let words = words(name);
        if words.last().is_some_and(|word| word == "authorization") {
            let (scheme, credential) = value.split_once(' ').unwrap_or(("", value));
            if scheme.eq_ignore_ascii_case("basic") {
                self.add_pair(credential);
            }
            return self.add_if_any(credential);
        }
        if words.iter().any(|word| word.starts_with("cookie")) {
            self.add_if_any(value);
            return self.add_cookies(value);
        }
        !is_telling(&words) || self.add_if_any(value)
    }

    /// Hides the cookies that are credentials; a language or a theme is a word of any line.
    fn add_cookies(&self, cookies: &str) -> bool {
        let mut all = true;
        for (name, value) in cookies.split(';').filter_map(|one| one.split_once('=')) {
            let value = value.trim();
            let is_secret = is_telling(&words(name)) || looks_like_token(value);
            all &= !is_secret || self.add_if_any(value);
        }
        all
    }

    /// Hides the credential of HTTP's basic authentication: the password and the pair as it is
    /// written, and a user that is a token.
    pub fn add_basic(&self, user: &str, password: &str) -> bool {
        let is_filler = FILLERS.contains(&password.to_lowercase().as_str());
        let mut all = true;
        if is_filler || looks_like_token(user) {
            all &= self.add_if_any(user);
        }
        if !password.is_empty() {
            self.add(&BASE64_STANDARD.encode(format!("{user}:{password}")));
        }
        all & (is_filler || self.add(password))
    }

    /// What is secret in a pair of HTTP's basic authentication.
    fn add_pair(&self, pair: &str) {
        let decoded = BASE64_STANDARD.decode(pair.trim()).unwrap_or_default();
        let decoded = String::from_utf8_lossy(&decoded);
        if let Some((user, password)) = decoded.split_once(':') {
            self.add_basic(user, password);
        }
    }

    /// Hides a value unless it is a mere flag, or nothing.
    fn add_if_any(&self, value: &str) -> bool {
        value.is_empty() || is_flag(value) || self.add(value)
    }
}

/// Whether `value` only switches something on or off.
pub fn is_flag(value: &str) -> bool {
    FLAGS.contains(&value.to_lowercase().as_str())
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
            (
                "https://ghp_0123456789abcdef0123:x-oauth-basic@github.com/me/app",
                "ghp_0123456789abcdef0123 with x-oauth-basic",
                "*** with x-oauth-basic",
            ),
            (
                "https://sk_live_0123456789abcdef:word99@example.com",
                "sk_live_0123456789abcdef word99",
                "*** ***",
            ),
            (
                "https://example.com/?keyword=image&author=deploy&sentry_key=0a1b2c3d",
                "deploy image 0a1b2c3d",
                "deploy image ***",
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
        secrets.add_header("Cookie", "sid=sessionvalue1; theme=dark99; consent=true");
        secrets.add_header("X-Auth-Words", "first second third");
        secrets.add_header("Authorization", "Basic YWRhOmh1bnRlcjIy");
        assert_eq!(
            secrets.mask("sessionvalue1, dark99, true, first second third, hunter22"),
            "***, dark99, true, ***, ***"
        );
        secrets.add_header("Authorization", "Basic c2hvcnR1c2VyOg==");
        assert_eq!(secrets.mask("shortuser:"), "***:");
    }

    #[test]
    fn leaves_what_only_sounds_like_a_credential() {
        let secrets = Secrets::new();
        for (name, value) in [
            ("Surrogate-Key", "main"),
            ("Idempotency-Key", "deploy"),
            ("X-Author", "image"),
            ("Cookie", "lang=tags; theme=dark"),
        ] {
            assert!(secrets.add_header(name, value), "{name}");
        }
        assert_eq!(
            secrets.mask("deploy image of main, tags"),
            "deploy image of main, tags"
        );
        let names = ["XSRF-TOKEN", "sessionid", "PHPSESSID", "connect.sid"];
        for (at, name) in names.iter().enumerate() {
            secrets.add_header("Cookie", &format!("lang=tags; {name}=value-{at}"));
            assert_eq!(secrets.mask(&format!("tags value-{at}")), "tags ***");
        }
        for (at, name) in ["x-goog-api-key", "accessKey", "PRIVATE-TOKEN"]
            .iter()
            .enumerate()
        {
            secrets.add_header(name, &format!("header-{at}"));
            assert_eq!(secrets.mask(&format!("header-{at}")), "***", "{name}");
        }
    }

    #[test]
    fn tells_of_what_is_too_short_to_be_hidden() {
        let secrets = Secrets::new();
        assert!(!secrets.add_header("X-Api-Key", "abc"));
        assert!(!secrets.add_header("Authorization", "Bearer abc"));
        assert!(!secrets.add_url("https://api.render.com/deploy/srv-1?key=abc"));
        assert!(!secrets.add_url("https://ada:abc@example.com/"));
        assert!(secrets.add_url("https://example.com/?auth=on"));
        assert!(secrets.add_header("Accept", "*"));
    }

    #[test]
    fn hides_both_halves_of_an_old_dsn() {
        let secrets = Secrets::new();
        assert!(secrets.add_dsn("https://pubkey99:secpart99@sentry.example.com/42"));
        assert_eq!(secrets.mask("pubkey99 and secpart99"), "*** and ***");
    }
}
