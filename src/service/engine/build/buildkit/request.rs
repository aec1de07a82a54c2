//! A build as BuildKit wants it asked for.

use std::collections::HashMap;

use bollard_buildkit_proto::moby::buildkit::v1::{
    CacheOptions, CacheOptionsEntry, SolveRequest, SolveResponse,
};

use crate::service::engine::build::Build;

/// The names of the attributes are those of `frontend/dockerfile/builder` and of the engine's own
/// exporter, `moby`.
pub(super) fn solve(build: &Build, session: &str) -> SolveRequest {
    let tags: Vec<_> = build.tags.iter().map(ToString::to_string).collect();
    let exporter = HashMap::from([("name".to_owned(), tags.join(","))]);
    let host = build.network.as_deref() == Some("host");
    let exports = build.build_args.contains_key("BUILDKIT_INLINE_CACHE");
    SolveRequest {
        r#ref: uuid::Uuid::new_v4().simple().to_string(),
        session: session.to_owned(),
        frontend: "dockerfile.v0".to_owned(),
        frontend_attrs: attributes(build),
        exporter_deprecated: "moby".to_owned(),
        exporter_attrs_deprecated: if tags.is_empty() {
            HashMap::new()
        } else {
            exporter
        },
        entitlements: host
            .then(|| "network.host".to_owned())
            .into_iter()
            .collect(),
        cache: Some(CacheOptions {
            exports: exports
                .then(|| CacheOptionsEntry {
                    r#type: "inline".to_owned(),
                    attrs: HashMap::new(),
                })
                .into_iter()
                .collect(),
            imports: build.cache_from.iter().map(|image| import(image)).collect(),
            ..CacheOptions::default()
        }),
        ..SolveRequest::default()
    }
}

/// With the containerd image store that is the manifest's digest, else the configuration's.
pub(super) fn image_id(mut solved: SolveResponse) -> Option<String> {
    solved.exporter_response.remove("containerimage.digest")
}

fn attributes(build: &Build) -> HashMap<String, String> {
    let file = build.context.dockerfile.file_name();
    let mut made = HashMap::new();
    let mut set = |name: &str, value: String| made.insert(name.to_owned(), value);
    set(
        "filename",
        file.unwrap_or_default().to_string_lossy().into_owned(),
    );
    for (name, value) in &build.build_args {
        set(&format!("build-arg:{name}"), value.clone());
    }
    for (name, value) in &build.labels {
        set(&format!("label:{name}"), value.clone());
    }
    if let Some(target) = &build.target {
        set("target", target.clone());
    }
    if let Some(platform) = &build.platform {
        set("platform", platform.clone());
    }
    if let Some(network) = &build.network {
        set("force-network-mode", network.clone());
    }
    if build.no_cache {
        set("no-cache", String::new());
    }
    if build.pull {
        set("image-resolve-mode", "pull".to_owned());
    }
    if !build.cache_from.is_empty() {
        let imports: Vec<_> = build.cache_from.iter().collect();
        let imports = imports
            .iter()
            .map(|image| serde_json::json!({ "Type": "registry", "Attrs": { "ref": image } }));
        set(
            "cache-imports",
            serde_json::Value::Array(imports.collect()).to_string(),
        );
    }
    made
}

fn import(image: &str) -> CacheOptionsEntry {
    CacheOptionsEntry {
        r#type: "registry".to_owned(),
        attrs: HashMap::from([("ref".to_owned(), image.to_owned())]),
    }
}
