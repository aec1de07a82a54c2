//! Image references by the grammar of `distribution/reference` (the Go package that Docker, Podman
//! and the registries share), with its defaults: `docker.io`, `library/` and `latest`.

#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::LazyLock;

use regex::Regex;
use serde::Serialize;

const HUB: &str = "docker.io";
/// What Docker Hub was called before; it still stands in old files.
const HUB_OF_OLD: &str = "index.docker.io";
/// Where Docker Hub keeps images that are written as one word.
const OFFICIAL: &str = "library/";
const LATEST: &str = "latest";
const LONGEST_REPOSITORY: usize = 255;

/// What a port's colon becomes where a registry's name is part of a path.
const PORT: &str = "__";

/// `path` of [`Reference::played_at`] as it was before.
pub fn unplayed(path: &str) -> String {
    let registry = path.split('/').next().unwrap_or_default();
    let port = registry.split_once(PORT).map(|(_, port)| port);
    let is_port = port.is_some_and(|port| port.bytes().all(|byte| byte.is_ascii_digit()));
    if is_port {
        path.replacen(PORT, ":", 1)
    } else {
        path.to_owned()
    }
}

/// Which image is meant, with nothing left to defaults. It displays in full:
/// `docker.io/library/redis:latest`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reference {
    /// Host, with a port when one is given.
    pub registry: String,
    pub repository: String,
    /// Missing only where a digest is given without a tag.
    pub tag: Option<String>,
    /// `sha256:…`; it wins over the tag.
    pub digest: Option<String>,
}

/// Why a text is not an image reference.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidReference {
    #[error("an image reference cannot be empty")]
    Empty,
    #[error("`{0}` is not an image reference: a repository is written in lowercase")]
    Uppercase(String),
    #[error("`{0}` is the id of an image, not a reference: give it a tag")]
    Id(String),
    #[error("`{0}` is not an image reference: a repository has at most 255 characters")]
    TooLong(String),
    #[error("`{0}` is not an image reference: a digest is `sha256:` and 64 lowercase hex digits")]
    Digest(String),
    #[error("`{0}` is not an image reference, which is `[HOST[:PORT]/]REPOSITORY[:TAG][@DIGEST]`")]
    Format(String),
    #[error(
        "`{0}` is not a tag: up to 128 letters, digits, `_`, `.` and `-`, not starting with `.` or `-`"
    )]
    Tag(String),
}

impl Reference {
    /// Reads a reference as people write it: `redis`, `me/app:1`, `ghcr.io/me/app@sha256:…`.
    pub fn parse(text: &str) -> Result<Self, InvalidReference> {
        if is_id(text) {
            return Err(InvalidReference::Id(text.to_owned()));
        }
        let (registry, remainder) = split_registry(text);
        let repository = remainder.split([':', '@']).next().unwrap_or_default();
        if repository.chars().any(char::is_uppercase) {
            return Err(InvalidReference::Uppercase(text.to_owned()));
        }
        let library = registry == HUB && !remainder.contains('/');
        let prefix = if library { OFFICIAL } else { "" };
        let whole = format!("{registry}/{prefix}{remainder}");
        let parts = Parts::read(&whole, text)?;
        // What cannot be a host would become a part of the repository.
        let Some(domain) = parts.domain else {
            return Err(InvalidReference::Format(text.to_owned()));
        };
        let untagged = parts.tag.is_none() && parts.digest.is_none();
        Ok(Self {
            registry: domain.to_owned(),
            repository: parts.path.to_owned(),
            tag: parts.tag.or(untagged.then_some(LATEST)).map(str::to_owned),
            digest: parts.digest.map(str::to_owned),
        })
    }

    /// As short as people write it: no `docker.io`, no `library/`.
    pub fn familiar(&self) -> String {
        format!("{}{}", self.familiar_name(), self.suffix())
    }

    /// [`Reference::familiar`] without tag and digest.
    pub fn familiar_name(&self) -> String {
        if self.is_on_hub() {
            self.short_repository().to_owned()
        } else {
            format!("{}/{}", self.registry, self.repository)
        }
    }

    /// What a registry is asked for: the digest when there is one, else the tag.
    pub fn identifier(&self) -> &str {
        let tag = || self.tag.as_deref();
        self.digest.as_deref().or_else(tag).unwrap_or(LATEST)
    }

    pub fn is_on_hub(&self) -> bool {
        self.registry == HUB
    }

    /// The same repository under another tag, without a digest.
    pub fn tagged(&self, tag: &str) -> Result<Self, InvalidReference> {
        static TAG: LazyLock<Regex> = LazyLock::new(|| grammar(&format!("^{TAG_PATTERN}$")));
        if !TAG.is_match(tag) {
            return Err(InvalidReference::Tag(tag.to_owned()));
        }
        Ok(Self {
            tag: Some(tag.to_owned()),
            digest: None,
            ..self.clone()
        })
    }

    /// The same repository and tag in the registry at `host`; a bare `host` is always a registry.
    pub fn at(&self, host: &str) -> Result<Self, InvalidReference> {
        static HOST: LazyLock<Regex> = LazyLock::new(|| grammar(&format!("^{}$", domain())));
        if !HOST.is_match(host) {
            return Err(InvalidReference::Format(host.to_owned()));
        }
        if host == HUB || host == HUB_OF_OLD {
            return Self::parse(&format!(
                "{HUB}/{}{}",
                self.short_repository(),
                self.suffix()
            ));
        }
        Ok(Self {
            registry: host.to_owned(),
            repository: self.short_repository().to_owned(),
            ..self.clone()
        })
    }

    /// The name under which the registry at `address` (`127.0.0.1:PORT`) plays this one: the real
    /// registry, unless it is Docker Hub, becomes a part of the path.
    #[must_use]
    pub fn played_at(&self, address: &str) -> Self {
        let path = self.familiar_name().to_lowercase().replacen(':', PORT, 1);
        Self::parse(&format!("{address}/{path}{}", self.suffix())).unwrap_or_else(|_| Self {
            registry: address.to_owned(),
            ..self.clone()
        })
    }

    /// Only Docker Hub has `library/`, and only its direct children are written without it.
    fn short_repository(&self) -> &str {
        match self.repository.strip_prefix(OFFICIAL) {
            Some(short) if self.is_on_hub() && !short.contains('/') => short,
            _ => &self.repository,
        }
    }

    fn suffix(&self) -> String {
        let part = |mark: &str, value: &Option<String>| {
            value
                .as_ref()
                .map_or_else(String::new, |value| format!("{mark}{value}"))
        };
        [part(":", &self.tag), part("@", &self.digest)].concat()
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}{}", self.registry, self.repository, self.suffix())
    }
}

/// A first component is a registry when it cannot be a repository's: it is `localhost`, or has a
/// dot, a colon or an uppercase letter.
fn split_registry(text: &str) -> (&str, &str) {
    match text.split_once('/') {
        Some((HUB_OF_OLD, rest)) => (HUB, rest),
        Some((first, rest))
            if first == "localhost"
                || first.contains(['.', ':'])
                || first.chars().any(char::is_uppercase) =>
        {
            (first, rest)
        }
        _ => (HUB, text),
    }
}

/// A reference as the grammar takes it apart, without any default.
#[derive(Debug, PartialEq, Eq)]
struct Parts<'a> {
    domain: Option<&'a str>,
    path: &'a str,
    tag: Option<&'a str>,
    digest: Option<&'a str>,
}

impl<'a> Parts<'a> {
    /// Errors tell of `given`, the text before defaults were filled in.
    fn read(text: &'a str, given: &str) -> Result<Self, InvalidReference> {
        static REFERENCE: LazyLock<Regex> = LazyLock::new(|| grammar(&reference_pattern()));
        if given.is_empty() {
            return Err(InvalidReference::Empty);
        }
        let given = given.to_owned();
        let Some(found) = REFERENCE.captures(text) else {
            let uppercase = REFERENCE.is_match(&text.to_lowercase());
            return Err(if uppercase {
                InvalidReference::Uppercase(given)
            } else {
                InvalidReference::Format(given)
            });
        };
        let part = |index| found.get(index).map(|part: regex::Match<'a>| part.as_str());
        let path = part(2).unwrap_or_default();
        if path.len() > LONGEST_REPOSITORY {
            return Err(InvalidReference::TooLong(given));
        }
        let digest = part(4);
        if digest.is_some_and(|digest| !is_digest(digest)) {
            return Err(InvalidReference::Digest(given));
        }
        Ok(Self {
            domain: part(1),
            path,
            tag: part(3),
            digest,
        })
    }
}

const TAG_PATTERN: &str = "[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}";
const DIGEST_PATTERN: &str = "[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}";

/// A DNS name, an IPv4 address or an IPv6 address in brackets, and a port.
fn domain() -> String {
    let label = "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])";
    format!(r"(?:{label}(?:\.{label})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?")
}

fn reference_pattern() -> String {
    let component = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
    format!(
        "^(?:({})/)?({component}(?:/{component})*)(?::({TAG_PATTERN}))?(?:@({DIGEST_PATTERN}))?$",
        domain()
    )
}

fn grammar(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a pattern that the tests have compiled")
}

/// The id of an image or container: a repository of that shape would be ambiguous.
fn is_id(text: &str) -> bool {
    text.len() == 64 && is_lower_hex(text)
}

/// The digests that `opencontainers/go-digest` knows.
fn is_digest(text: &str) -> bool {
    text.split_once(':').is_some_and(|(algorithm, hex)| {
        let length = match algorithm {
            "sha256" => 64,
            "sha384" => 96,
            "sha512" => 128,
            _ => return false,
        };
        hex.len() == length && is_lower_hex(hex)
    })
}

fn is_lower_hex(text: &str) -> bool {
    text.bytes()
        .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}
