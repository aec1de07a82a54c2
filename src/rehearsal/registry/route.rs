//! Which of the specification's end points a path is.

use hyper::Uri;

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Route {
    /// `/v2/`, by which a client learns that this is a registry and how to log in.
    Version,
    Tags {
        repository: String,
    },
    Uploads {
        repository: String,
    },
    Upload {
        repository: String,
        id: String,
    },
    Blob {
        repository: String,
        digest: String,
    },
    Manifest {
        repository: String,
        reference: String,
    },
}

impl Route {
    pub(super) fn of(uri: &Uri) -> Option<Self> {
        let path = uri.path().strip_prefix("/v2")?;
        if path.is_empty() || path == "/" {
            return Some(Self::Version);
        }
        let path = path.strip_prefix('/')?;
        // A repository may have components of any of these names: the last one counts.
        let split = |mark| {
            let (repository, rest): (&str, &str) = path.rsplit_once(mark)?;
            (!repository.is_empty()).then(|| (repository.to_owned(), rest.to_owned()))
        };
        if let Some((repository, rest)) = split("/blobs/uploads") {
            let id = rest.trim_start_matches('/').to_owned();
            return Some(if id.is_empty() {
                Self::Uploads { repository }
            } else {
                Self::Upload { repository, id }
            });
        }
        if let Some((repository, digest)) = split("/blobs/") {
            return Some(Self::Blob { repository, digest });
        }
        if let Some((repository, reference)) = split("/manifests/") {
            return Some(Self::Manifest {
                repository,
                reference,
            });
        }
        let (repository, _) = split("/tags/list")?;
        Some(Self::Tags { repository })
    }
}

/// The value of `name` in a query.
pub(super) fn query(uri: &Uri, name: &str) -> Option<String> {
    let pairs = url::form_urlencoded::parse(uri.query()?.as_bytes());
    let mut values = pairs.filter(|(key, _)| key == name);
    values.next().map(|(_, value)| value.into_owned())
}

#[cfg(test)]
mod tests {
    use super::{Route, query};

    #[test]
    fn tells_end_points_apart() {
        let own = str::to_owned;
        for (path, wanted) in [
            ("/v2", Some(Route::Version)),
            ("/v2/", Some(Route::Version)),
            (
                "/v2/me/app/tags/list",
                Some(Route::Tags {
                    repository: own("me/app"),
                }),
            ),
            (
                "/v2/me/app/blobs/uploads/",
                Some(Route::Uploads {
                    repository: own("me/app"),
                }),
            ),
            (
                "/v2/app/blobs/uploads/1-2",
                Some(Route::Upload {
                    repository: own("app"),
                    id: own("1-2"),
                }),
            ),
            (
                "/v2/me/blobs/app/blobs/sha256:1",
                Some(Route::Blob {
                    repository: own("me/blobs/app"),
                    digest: own("sha256:1"),
                }),
            ),
            (
                "/v2/a/b/manifests/v1",
                Some(Route::Manifest {
                    repository: own("a/b"),
                    reference: own("v1"),
                }),
            ),
            ("/v2/manifests/v1", None),
            ("/v2/a/referrers/x", None),
            ("/", None),
        ] {
            assert_eq!(Route::of(&path.parse().expect(path)), wanted, "{path}");
        }
        let uri = "/v2/a/blobs/uploads/?mount=sha256%3A1&from=b"
            .parse()
            .expect("a path");
        assert_eq!(query(&uri, "mount").as_deref(), Some("sha256:1"));
        assert_eq!(query(&uri, "digest"), None);
    }
}
