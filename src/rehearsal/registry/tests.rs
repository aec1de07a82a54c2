use http_body_util::BodyExt;

use super::*;
use crate::service::registry::digest_of;

/// Method, path and body; gives the status, the named header and the body.
async fn ask(registry: &Registry, line: &str, body: &str, header: &str) -> (u16, String, String) {
    let (method, path) = line.split_once(' ').expect("a method and a path");
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(AUTHORIZATION, "Basic Y2k6czNjcmV0")
        .header("content-type", "application/vnd.oci.image.manifest.v1+json")
        .body(Full::new(Bytes::from(body.to_owned())))
        .expect("a request");
    let response = registry.reply(request).await.into_response();
    let (parts, body) = response.into_parts();
    let told = parts
        .headers
        .get(header)
        .and_then(|value| value.to_str().ok());
    let body = body.collect().await.expect("a body in memory").to_bytes();
    let body = String::from_utf8_lossy(&body).into_owned();
    (
        parts.status.as_u16(),
        told.unwrap_or_default().to_owned(),
        body,
    )
}

async fn upload(registry: &Registry, repository: &str, pieces: &[&str]) -> String {
    let line = format!("POST /v2/{repository}/blobs/uploads/");
    let (status, location, _) = ask(registry, &line, "", "location").await;
    assert_eq!(status, 202);
    for piece in pieces {
        let (status, _, _) = ask(registry, &format!("PATCH {location}"), piece, "").await;
        assert_eq!(status, 202);
    }
    let digest = digest_of(pieces.concat().as_bytes());
    let line = format!("PUT {location}?digest={digest}");
    let (status, told, _) = ask(registry, &line, "", "docker-content-digest").await;
    assert_eq!((status, &told), (201, &digest));
    digest
}

fn manifest(config: &str, layers: &[(&str, u64)]) -> String {
    let layers: Vec<_> = layers
        .iter()
        .map(|(digest, size)| serde_json::json!({ "digest": digest, "size": size }))
        .collect();
    serde_json::json!({ "schemaVersion": 2, "config": { "digest": config }, "layers": layers })
        .to_string()
}

#[tokio::test]
async fn takes_an_image_and_tells_what_it_was() {
    let registry = Registry::default();
    let config = upload(&registry, "me/app", &["{}"]).await;
    let layer = upload(&registry, "me/app", &["first ", "second"]).await;
    let content = manifest(&config, &[(&layer, 12), (&layer, 12_399_988)]);
    let digest = digest_of(content.as_bytes());
    let header = "docker-content-digest";

    let (status, told, _) = ask(&registry, "PUT /v2/me/app/manifests/v1", &content, header).await;
    assert_eq!((status, &told), (201, &digest));
    for (method, reference, body) in [("HEAD", "v1", &content), ("GET", digest.as_str(), &content)]
    {
        let line = format!("{method} /v2/me/app/manifests/{reference}");
        let (status, told, got) = ask(&registry, &line, "", header).await;
        assert_eq!((status, &told, &got), (200, &digest, body));
    }
    let (_, _, tags) = ask(&registry, "GET /v2/me/app/tags/list", "", "").await;
    assert_eq!(tags, r#"{"name":"me/app","tags":["v1"]}"#);
    let line = format!("me/app:v1 as ci — {}, 2 layers, 12.4 MB", &digest[..19]);
    assert_eq!(registry.received(), [line]);
}

#[tokio::test]
async fn refuses_what_a_registry_refuses() {
    let registry = Registry::default();
    let known = upload(&registry, "me/app", &["{}"]).await;
    let wrong = manifest(&known, &[("sha256:none", 1)]);
    let whole = manifest(&known, &[]);
    for (line, body, status, code) in [
        (
            "PUT /v2/me/app/manifests/v1",
            wrong.as_str(),
            404,
            "MANIFEST_BLOB_UNKNOWN",
        ),
        ("PUT /v2/me/app/manifests/v1", "no", 400, "MANIFEST_INVALID"),
        (
            "PUT /v2/me/app/manifests/sha256:1",
            &whole,
            400,
            "DIGEST_INVALID",
        ),
        ("GET /v2/me/app/manifests/v1", "", 404, "MANIFEST_UNKNOWN"),
        ("HEAD /v2/you/app/blobs/sha256:1", "", 404, "BLOB_UNKNOWN"),
        (
            "POST /v2/me/app/blobs/uploads/?digest=sha256:1",
            "x",
            400,
            "DIGEST_INVALID",
        ),
        (
            "PATCH /v2/me/app/blobs/uploads/1",
            "x",
            404,
            "BLOB_UPLOAD_UNKNOWN",
        ),
        ("DELETE /v2/me/app/manifests/v1", "", 405, "UNSUPPORTED"),
        ("GET /v2/you/app/tags/list", "", 404, "NAME_UNKNOWN"),
        ("GET /v3/", "", 404, "UNSUPPORTED"),
    ] {
        let (got, _, body) = ask(&registry, line, body, "").await;
        assert_eq!(got, status, "{line}");
        assert!(body.contains(code), "{line}: {body}");
    }
    assert_eq!(registry.received(), [""; 0]);
}

#[tokio::test]
async fn mounts_what_another_repository_has() {
    let registry = Registry::default();
    let digest = upload(&registry, "a", &["layer"]).await;
    let mount = |from: &str| format!("POST /v2/b/blobs/uploads/?mount={digest}&from={from}");
    assert_eq!(ask(&registry, &mount("c"), "", "").await.0, 202);
    assert_eq!(ask(&registry, &mount("a"), "", "").await.0, 201);
    let (status, size, _) = ask(
        &registry,
        &format!("HEAD /v2/b/blobs/{digest}"),
        "",
        "content-length",
    )
    .await;
    assert_eq!((status, size.as_str()), (200, "5"));
}

#[tokio::test]
async fn asks_who_it_is() {
    let request = Request::get("/v2/").body(Full::<Bytes>::default());
    let reply = Registry::default().reply(request.expect("a request")).await;
    let response = reply.into_response();
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(
        response.headers()["www-authenticate"],
        r#"Basic realm="rehearsal""#
    );
}
