//! What makes blobs an image, under a digest and a tag.

use bytes::Bytes;
use http_body_util::{BodyExt, Limited};
use hyper::body::Body;
use hyper::{Request, StatusCode, header};
use serde::Deserialize;
use serde_json::json;

use super::Registry;
use super::memory::{Manifest, Repository};
use super::reply::{self, Reply};
use crate::service::registry::NO_CONFIGURATION;
use crate::service::registry::{digest_of, unplayed};
use crate::words::{counted, size};

/// Registries take no manifest over 4 MiB.
const LARGEST: usize = 4 << 20;

impl Registry {
    /// GET and HEAD, by tag or by digest.
    pub(super) fn manifest(&self, repository: &str, reference: &str) -> Reply {
        let memory = self.memory();
        let repository = memory.repositories.get(repository);
        let found = repository.and_then(|repository| repository.manifest(reference));
        let Some((digest, manifest)) = found else {
            let message = "there is no such manifest";
            return reply::error(StatusCode::NOT_FOUND, "MANIFEST_UNKNOWN", message);
        };
        Reply::new(StatusCode::OK)
            .header("docker-content-digest", digest)
            .body(&manifest.media_type, manifest.content.clone())
    }

    pub(super) async fn put_manifest<B>(
        &self,
        repository: &str,
        reference: &str,
        user: &str,
        request: Request<B>,
    ) -> Reply
    where
        B: Body<Data = Bytes> + Unpin,
    {
        let told = request.headers().get(header::CONTENT_TYPE);
        let told = told
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned);
        let Some(content) = collect(request.into_body()).await else {
            return invalid("it is over 4 MiB or broke off");
        };
        let Ok(parsed) = serde_json::from_slice::<Content>(&content) else {
            return invalid("it is not a manifest");
        };
        let digest = digest_of(&content);
        let mut memory = self.memory();
        let kept = memory
            .repositories
            .entry(repository.to_owned())
            .or_default();
        if let Some(missing) = parsed.missing(kept) {
            let message = format!("`{missing}` is not in this repository");
            return reply::error(StatusCode::NOT_FOUND, "MANIFEST_BLOB_UNKNOWN", &message);
        }
        let by_digest = reference.contains(':');
        if by_digest && reference != digest {
            return reply::bad_digest(&format!("the manifest has the digest {digest}"));
        }
        if !by_digest {
            kept.tags.insert(reference.to_owned(), digest.clone());
        }
        let media_type = told
            .or_else(|| parsed.media_type.clone())
            .unwrap_or_default();
        kept.manifests.insert(
            digest.clone(),
            Manifest {
                media_type,
                content,
            },
        );
        let separator = if by_digest { '@' } else { ':' };
        let line = format!(
            "{}{separator}{} as {user} — {}",
            unplayed(repository),
            short(reference),
            parsed.told(&digest)
        );
        memory.received.push(line);
        Reply::new(StatusCode::CREATED)
            .header("location", &format!("/v2/{repository}/manifests/{digest}"))
            .header("docker-content-digest", &digest)
    }

    pub(super) fn tags(&self, repository: &str) -> Reply {
        let memory = self.memory();
        let Some(kept) = memory.repositories.get(repository) else {
            let message = "there is no such repository";
            return reply::error(StatusCode::NOT_FOUND, "NAME_UNKNOWN", message);
        };
        let tags: Vec<&String> = kept.tags.keys().collect();
        let body = json!({ "name": repository, "tags": tags });
        Reply::new(StatusCode::OK).body("application/json", body.to_string().into())
    }
}

impl Repository {
    fn manifest(&self, reference: &str) -> Option<(&str, &Manifest)> {
        let digest = self.tags.get(reference).map_or(reference, String::as_str);
        let (digest, manifest) = self.manifests.get_key_value(digest)?;
        Some((digest, manifest))
    }
}

/// An image's manifest, or an index of several.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Content {
    media_type: Option<String>,
    config: Option<Descriptor>,
    #[serde(default)]
    layers: Vec<Descriptor>,
    #[serde(default)]
    manifests: Vec<Descriptor>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    #[serde(default)]
    media_type: String,
    digest: String,
    #[serde(default)]
    size: u64,
    /// Layers that are kept elsewhere by agreement are not sent.
    #[serde(default)]
    urls: Vec<String>,
}

impl Content {
    /// The first part that was never sent.
    fn missing(&self, kept: &Repository) -> Option<&str> {
        let blobs = self.config.iter().chain(&self.layers);
        let mut blobs = blobs.filter(|blob| blob.urls.is_empty());
        let blob = blobs.find(|blob| !kept.blobs.contains_key(&blob.digest));
        let mut manifests = self.manifests.iter();
        let manifest = || manifests.find(|part| !kept.manifests.contains_key(&part.digest));
        blob.or_else(manifest).map(|part| part.digest.as_str())
    }

    /// For people: `sha256:3f2a9c1b0d4e, 3 layers, 12.4 MB`.
    fn told(&self, digest: &str) -> String {
        let digest = short(digest);
        if !self.manifests.is_empty() {
            return format!("{digest}, {}", counted(self.manifests.len(), "platform"));
        }
        let config = self.config.as_ref();
        if config.is_some_and(|config| config.media_type == NO_CONFIGURATION) {
            return format!("{digest}, simulated: a name without an image");
        }
        let bytes = self.layers.iter().map(|layer| layer.size).sum();
        format!(
            "{digest}, {}, {}",
            counted(self.layers.len(), "layer"),
            size(bytes)
        )
    }
}

async fn collect<B>(body: B) -> Option<Bytes>
where
    B: Body<Data = Bytes> + Unpin,
{
    let body = body.map_err(|_| "broken off");
    let whole = Limited::new(body, LARGEST).collect().await.ok()?;
    Some(whole.to_bytes())
}

/// A digest as short as Docker shows it; a tag as it is.
fn short(reference: &str) -> &str {
    let end = reference.find(':').map(|colon| colon + 13);
    end.and_then(|end| reference.get(..end))
        .unwrap_or(reference)
}

fn invalid(message: &str) -> Reply {
    reply::error(StatusCode::BAD_REQUEST, "MANIFEST_INVALID", message)
}
