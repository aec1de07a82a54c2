//! What is secret by its name or its shape.

use url::Url;

use super::{Secrets, is_flag};

/// Ends of the words that name a credential in a query, a header or a cookie.
const TELLING: [&str; 9] = [
    "token",
    "secret",
    "password",
    "passwd",
    "passphrase",
    "apikey",
    "signature",
    "session",
    "sessionid",
];

/// Words that are too short for other words not to end in them.
const TELLING_WHOLE: [&str; 9] = [
    "auth",
    "oauth",
    "authorization",
    "credential",
    "credentials",
    "sess",
    "sid",
    "sig",
    "phpsessid",
];

/// What makes a credential of the `key` behind it; that of a cache is none.
const OF_KEY: [&str; 21] = [
    "api",
    "access",
    "private",
    "account",
    "master",
    "functions",
    "subscription",
    "secret",
    "signing",
    "encryption",
    "auth",
    "deploy",
    "ssh",
    "gpg",
    "pgp",
    "tls",
    "jwt",
    "hmac",
    "session",
    "admin",
    "license",
];

/// As long as this may be a token; a user's name seldom is.
const SHORTEST_TOKEN: usize = 20;

/// Whether a name of the environment says that its value is a secret. That of a key says so unless the
/// value is a plain word, as that of a cache may be.
pub fn is_secret(name: &str, value: &str) -> bool {
    let name = name.to_uppercase().replace('-', "_");
    matches!(name.as_str(), "HOOK_RENDER" | "SENTRY_DSN")
        || [
            "PASSWORD",
            "PASSWD",
            "PASSPHRASE",
            "_PASS",
            "TOKEN",
            "SECRET",
            "_KEY_BASE",
            "APIKEY",
            "_PAT",
            "CREDENTIAL",
            "CREDENTIALS",
        ]
        .into_iter()
        .any(|end| name.ends_with(end))
        || name.strip_suffix("_KEY").is_some_and(|of| {
            let of = words(of).pop();
            of.is_none_or(|of| OF_KEY.contains(&of.as_str())) || !is_plain(value)
        })
}

/// Whether a name of these words is that of a credential in a protocol.
pub(super) fn is_telling(words: &[String]) -> bool {
    let is_one = |word: &String| {
        TELLING_WHOLE.contains(&word.as_str()) || TELLING.iter().any(|end| word.ends_with(end))
    };
    words.iter().any(is_one)
        || words
            .windows(2)
            .any(|two| OF_KEY.contains(&two[0].as_str()) && two[1] == "key")
}

/// Whether a name of these words is that of a key, be it a database's or a door's.
pub(super) fn is_key(words: &[String]) -> bool {
    words.iter().any(|word| word == "key")
}

/// The words of a name, in lower case: `X-Api-Key`, `api_key` and `apiKey` have `api` and `key`.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = None;
    for c in name.chars() {
        let is_hump = c.is_uppercase() && before.is_some_and(char::is_lowercase);
        if is_hump || !c.is_alphanumeric() {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| c.is_alphanumeric()) {
            word.extend(c.to_lowercase());
        }
        before = Some(c);
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Whether `value` is more likely made by a machine than a name: long, of one word, with digits.
pub(super) fn looks_like_token(value: &str) -> bool {
    let is_of_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    value.len() >= SHORTEST_TOKEN
        && value.chars().all(is_of_word)
        && value.contains(|c: char| c.is_ascii_digit())
}

/// Whether `value` is of words that any line may have, such as `main` or `build-cache`.
fn is_plain(value: &str) -> bool {
    let is_of_words = |c: char| c.is_alphabetic() || matches!(c, '_' | '-' | '.' | '/' | ' ');
    value.len() < SHORTEST_TOKEN && value.chars().all(is_of_words)
}

/// `value` as a URL that has a credential in it: a password, as that of a database has, or a token
/// for a user.
pub fn with_credential(value: &str) -> Option<Url> {
    let may_be = value.contains("://") && value.contains('@');
    let url = may_be.then(|| Url::parse(value).ok()).flatten()?;
    let is_one = url.password().is_some() || looks_like_token(url.username());
    is_one.then_some(url)
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

#[cfg(test)]
mod tests {
    use super::{is_secret, with_credential, words};

    #[test]
    fn a_name_is_told_by_its_words() {
        for (name, expected) in [
            ("X-Api-Key", "x api key"),
            ("accessToken", "access token"),
            ("SURROGATE_KEY", "surrogate key"),
            ("connect.sid", "connect sid"),
            ("author", "author"),
            ("--", ""),
        ] {
            assert_eq!(words(name).join(" "), expected);
        }
    }

    #[test]
    fn a_name_says_that_its_value_is_secret() {
        for name in [
            "GPG_PASSPHRASE",
            "SECRET_KEY_BASE",
            "GOOGLE_CREDENTIALS",
            "DB_PASSWORD",
            "RENDER_API_KEY",
            "DJANGO_SECRET_KEY",
            "_token",
            "_deploy-key",
            "_key",
        ] {
            assert!(is_secret(name, "main"), "{name}");
        }
        for name in ["KEY_BASED", "AUTHOR", "PATH", "DESKTOP_SESSION"] {
            assert!(!is_secret(name, "rnd_3f9a1c77"), "{name}");
        }
    }

    #[test]
    fn a_key_is_secret_unless_it_is_a_plain_word() {
        for value in ["main", "build-cache", "feature/login", ""] {
            assert!(!is_secret("CACHE_KEY", value), "{value}");
        }
        for value in ["rnd_3f9a1c77", "correct-horse-battery", "c2VjcmV0="] {
            assert!(is_secret("STRIPE_KEY", value), "{value}");
        }
    }

    #[test]
    fn a_url_has_a_credential_in_it() {
        for url in [
            "postgres://app:hunter22@db/app",
            "https://ghp_0123456789abcdef0123@github.com/me/app",
        ] {
            assert!(with_credential(url).is_some(), "{url}");
        }
        for url in ["ssh://git@github.com/me/app", "https://example.com/@a"] {
            assert!(with_credential(url).is_none(), "{url}");
        }
    }
}
