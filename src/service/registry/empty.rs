//! An image that is nothing but a name, where there is no real one to push.

use reqwest::Response;
use reqwest::header::{CONTENT_TYPE, LOCATION};
use serde_json::json;

use super::api::Registry;
use super::{Reference, RegistryError, digest_of};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
/// Stands in a manifest for a configuration that there is none of (OCI Image Specification 1.1).
pub(crate) const NO_CONFIGURATION: &str = "application/vnd.oci.empty.v1+json";

impl Registry {
    /// Puts a manifest without layers under `reference` and gives its digest.
    pub async fn put_empty_image(&self, reference: &Reference) -> Result<String, RegistryError> {
        let config = self.put_blob(&reference.repository, b"{}").await?;
        let manifest = json!({
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": { "mediaType": NO_CONFIGURATION, "digest": config, "size": 2 },
            "layers": [],
        });
        let content = manifest.to_string().into_bytes();
        let digest = digest_of(&content);
        let url = self.manifest_url(reference);
        let put = self.client.put(url).header(CONTENT_TYPE, MANIFEST);
        self.checked(self.send(put.body(content)).await?).await?;
        Ok(digest)
    }

    async fn put_blob(
        &self,
        repository: &str,
        content: &'static [u8],
    ) -> Result<String, RegistryError> {
        let digest = digest_of(content);
        let start = self
            .client
            .post(self.url(&format!("{repository}/blobs/uploads/")));
        let started = self.checked(self.send(start).await?).await?;
        let Some(mut url) = location(&started) else {
            return Err(self.odd("it does not tell where to upload to"));
        };
        url.query_pairs_mut().append_pair("digest", &digest);
        let put = self
            .client
            .put(url)
            .header(CONTENT_TYPE, "application/octet-stream");
        self.checked(self.send(put.body(content)).await?).await?;
        Ok(digest)
    }
}

/// May be relative.
fn location(response: &Response) -> Option<reqwest::Url> {
    let location = response.headers().get(LOCATION)?.to_str().ok()?;
    response.url().join(location).ok()
}
