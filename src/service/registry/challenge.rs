//! What a registry asks for in `WWW-Authenticate` (RFC 9110, 11.6.1; the token flow is
//! `distribution`'s “Token Authentication Specification”).

/// A way to log in that wharf knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Challenge {
    Basic,
    Bearer {
        realm: String,
        service: Option<String>,
        scope: Option<String>,
    },
}

impl Challenge {
    /// The first challenge in a header's value that wharf can answer.
    pub(super) fn parse(header: &str) -> Option<Self> {
        let mut rest = header;
        while !rest.is_empty() {
            let (scheme, after) = token(rest);
            let (parameters, after) = parameters(after);
            rest = after;
            let named = |name: &str| {
                let found = parameters
                    .iter()
                    .find(|(key, _)| key.eq_ignore_ascii_case(name));
                found.map(|(_, value)| value.clone())
            };
            if scheme.eq_ignore_ascii_case("basic") {
                return Some(Self::Basic);
            }
            if scheme.eq_ignore_ascii_case("bearer")
                && let Some(realm) = named("realm")
            {
                return Some(Self::Bearer {
                    realm,
                    service: named("service"),
                    scope: named("scope"),
                });
            }
            if scheme.is_empty() {
                return None;
            }
        }
        None
    }
}

/// `key=value` and `key="value"` with commas between, up to the next scheme.
fn parameters(mut text: &str) -> (Vec<(String, String)>, &str) {
    let mut found = Vec::new();
    loop {
        let start = text.trim_start_matches([' ', '\t', ',']);
        let (key, after) = token(start);
        let Some(after) = after.trim_start().strip_prefix('=') else {
            return (found, start);
        };
        let (value, after) = value(after.trim_start());
        found.push((key.to_owned(), value));
        text = after;
    }
}

fn value(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let (value, rest) = token(text);
        return (value.to_owned(), rest);
    };
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return (value, &quoted[at + 1..]),
            '\\' => value.extend(characters.next().map(|(_, escaped)| escaped)),
            other => value.push(other),
        }
    }
    (value, "")
}

fn token(text: &str) -> (&str, &str) {
    let text = text.trim_start();
    let end = text.find([' ', '\t', ',', '=', '"']).unwrap_or(text.len());
    text.split_at(end)
}

#[cfg(test)]
mod tests {
    use super::Challenge;

    #[test]
    fn reads_the_ways_to_log_in() {
        let bearer = |realm: &str, service: Option<&str>, scope: Option<&str>| {
            Some(Challenge::Bearer {
                realm: realm.to_owned(),
                service: service.map(str::to_owned),
                scope: scope.map(str::to_owned),
            })
        };
        for (header, wanted) in [
            (
                r#"Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:a/b:pull,push""#,
                bearer(
                    "https://auth.docker.io/token",
                    Some("registry.docker.io"),
                    Some("repository:a/b:pull,push"),
                ),
            ),
            (r#"Basic realm="Registry Realm""#, Some(Challenge::Basic)),
            ("basic", Some(Challenge::Basic)),
            (
                r#"Negotiate, Digest realm="x", nonce="a\"b", BEARER realm=r"#,
                bearer("r", None, None),
            ),
            (r#"Bearer realm="unclosed"#, bearer("unclosed", None, None)),
            ("Bearer", None),
            ("Negotiate abc==", None),
            ("", None),
            ("=,=\"", None),
        ] {
            assert_eq!(Challenge::parse(header), wanted, "{header}");
        }
    }
}
