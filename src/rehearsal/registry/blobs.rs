//! Layers and configurations: begun, sent in one piece or several, checked, and let go.

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::Body;
use hyper::{Request, StatusCode, header};
use uuid::Uuid;

use super::memory::Upload;
use super::reply::{self, Reply};
use super::{Registry, route};
use crate::service::registry::written_digest;

impl Registry {
    /// POST: a mount of what another repository has, a whole blob, or the begin of an upload.
    pub(super) async fn start<B>(&self, repository: &str, request: Request<B>) -> Reply
    where
        B: Body<Data = Bytes> + Unpin,
    {
        let query = |name| route::query(request.uri(), name);
        if let (Some(digest), Some(from)) = (query("mount"), query("from"))
            && let Some(size) = self.size(&from, &digest)
        {
            return self.keep(repository, digest, size);
        }
        let upload = Upload::new();
        if let Some(digest) = query("digest") {
            return self.complete(repository, upload, &digest, request).await;
        }
        let id = Uuid::new_v4().to_string();
        self.memory().uploads.insert(id.clone(), upload);
        uploading(StatusCode::ACCEPTED, repository, &id, 0)
    }

    /// GET: how far an upload is.
    pub(super) fn progress(&self, repository: &str, id: &str) -> Reply {
        match self.memory().uploads.get(id) {
            Some(upload) => uploading(StatusCode::NO_CONTENT, repository, id, upload.size),
            None => unknown_upload(),
        }
    }

    /// PATCH: the next piece.
    pub(super) async fn append<B>(&self, repository: &str, id: &str, request: Request<B>) -> Reply
    where
        B: Body<Data = Bytes> + Unpin,
    {
        let Some(mut upload) = self.memory().uploads.remove(id) else {
            return unknown_upload();
        };
        let size = upload.size;
        let in_order = starts_at(&request).is_none_or(|start| start == size);
        let arrived = !in_order || receive(&mut upload, request.into_body()).await;
        let size = upload.size;
        self.memory().uploads.insert(id.to_owned(), upload);
        match (in_order, arrived) {
            (true, true) => uploading(StatusCode::ACCEPTED, repository, id, size),
            (true, false) => broken_off(),
            (false, _) => uploading(StatusCode::RANGE_NOT_SATISFIABLE, repository, id, size),
        }
    }

    /// PUT: the last piece, which may be empty, and the digest of the whole.
    pub(super) async fn finish<B>(&self, repository: &str, id: &str, request: Request<B>) -> Reply
    where
        B: Body<Data = Bytes> + Unpin,
    {
        let Some(digest) = route::query(request.uri(), "digest") else {
            return reply::bad_digest("the digest is missing");
        };
        let Some(upload) = self.memory().uploads.remove(id) else {
            return unknown_upload();
        };
        self.complete(repository, upload, &digest, request).await
    }

    pub(super) fn abandon(&self, id: &str) -> Reply {
        match self.memory().uploads.remove(id) {
            Some(_) => Reply::new(StatusCode::NO_CONTENT),
            None => unknown_upload(),
        }
    }

    /// HEAD: whether it is here.
    pub(super) fn blob(&self, repository: &str, digest: &str) -> Reply {
        let Some(size) = self.size(repository, digest) else {
            let message = "the blob is not in this repository";
            return reply::error(StatusCode::NOT_FOUND, "BLOB_UNKNOWN", message);
        };
        Reply::new(StatusCode::OK)
            .header("docker-content-digest", digest)
            .header("content-type", "application/octet-stream")
            .header("content-length", &size.to_string())
    }

    async fn complete<B>(
        &self,
        repository: &str,
        mut upload: Upload,
        digest: &str,
        request: Request<B>,
    ) -> Reply
    where
        B: Body<Data = Bytes> + Unpin,
    {
        if !receive(&mut upload, request.into_body()).await {
            return broken_off();
        }
        let actual = written_digest(upload.hash.finish().as_ref());
        if actual != digest {
            return reply::bad_digest(&format!("what arrived has the digest {actual}"));
        }
        self.keep(repository, actual, upload.size)
    }

    fn keep(&self, repository: &str, digest: String, size: u64) -> Reply {
        let reply = Reply::new(StatusCode::CREATED)
            .header("location", &format!("/v2/{repository}/blobs/{digest}"))
            .header("docker-content-digest", &digest);
        let mut memory = self.memory();
        let kept = memory
            .repositories
            .entry(repository.to_owned())
            .or_default();
        kept.blobs.insert(digest, size);
        reply
    }

    fn size(&self, repository: &str, digest: &str) -> Option<u64> {
        let memory = self.memory();
        memory
            .repositories
            .get(repository)?
            .blobs
            .get(digest)
            .copied()
    }
}

/// Hashes and counts a body; tells whether it arrived whole.
async fn receive<B>(upload: &mut Upload, mut body: B) -> bool
where
    B: Body<Data = Bytes> + Unpin,
{
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else {
            return false;
        };
        if let Some(piece) = frame.data_ref() {
            upload.hash.update(piece);
            upload.size += piece.len() as u64;
        }
    }
    true
}

/// Of a `Content-Range: 0-99`, which need not be there.
fn starts_at<B>(request: &Request<B>) -> Option<u64> {
    let range = request
        .headers()
        .get(header::CONTENT_RANGE)?
        .to_str()
        .ok()?;
    range.split('-').next()?.parse().ok()
}

/// `Range` ends at the last byte that is here, and is `0-0` also where there is none.
fn uploading(status: StatusCode, repository: &str, id: &str, size: u64) -> Reply {
    Reply::new(status)
        .header("location", &format!("/v2/{repository}/blobs/uploads/{id}"))
        .header("range", &format!("0-{}", size.saturating_sub(1)))
        .header("docker-upload-uuid", id)
}

fn unknown_upload() -> Reply {
    let message = "there is no such upload";
    reply::error(StatusCode::NOT_FOUND, "BLOB_UPLOAD_UNKNOWN", message)
}

fn broken_off() -> Reply {
    let message = "the upload broke off";
    reply::error(StatusCode::BAD_REQUEST, "BLOB_UPLOAD_INVALID", message)
}
