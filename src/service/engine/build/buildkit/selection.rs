//! What the engine asks for in a `DiffCopy` call, in the call's metadata.

use std::path::Path;

use percent_encoding::percent_decode_str;
use tonic::Status;
use tonic::metadata::MetadataMap;

use crate::service::engine::context::{Patterns, Selection, follow};

/// The folder that is asked for: `context` or `dockerfile`.
pub(super) fn folder(metadata: &MetadataMap) -> String {
    values(metadata, "dir-name").pop().unwrap_or_default()
}

/// Which part of the folder at `root`. The engine has read the ignore file and sends its rules.
pub(super) fn selection(metadata: &MetadataMap, root: &Path) -> Result<Selection, Status> {
    let patterns = |patterns: Vec<String>| {
        Patterns::new(patterns).map_err(|wrong| {
            let text = format!("the pattern {}: {}", wrong.pattern, wrong.reason);
            Status::invalid_argument(text)
        })
    };
    let followed = values(metadata, "followpaths");
    let mut wanted = values(metadata, "include-patterns");
    let mut everything = wanted.is_empty() && followed.is_empty();
    if !followed.is_empty() {
        match follow(root, &followed) {
            Some(paths) => wanted.extend(paths),
            None => everything = true,
        }
    }
    let include = if everything {
        None
    } else {
        Some(patterns(wanted)?)
    };
    Ok(Selection {
        include,
        exclude: patterns(values(metadata, "exclude-patterns"))?,
    })
}

/// Every value of `key`. Where `key-encoded` is set they are percent-encoded as in a form, which
/// newer engines do when one is not ASCII (`moby/buildkit`, `session/filesync`).
fn values(metadata: &MetadataMap, key: &str) -> Vec<String> {
    let encoded = metadata.get(format!("{key}-encoded")).is_some();
    let values = metadata.get_all(key);
    values
        .iter()
        .filter_map(|value| std::str::from_utf8(value.as_bytes()).ok())
        .map(|value| {
            if encoded {
                let spaced = value.replace('+', " ");
                percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
            } else {
                value.to_owned()
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_may_be_encoded() {
        let mut metadata = MetadataMap::new();
        let value = |text: &str| text.parse().expect("an ASCII value");
        metadata.append("dir-name", value("context"));
        metadata.append("followpaths", value("a+b"));
        metadata.append("exclude-patterns", value("%E2%98%BA+x"));
        metadata.append("exclude-patterns", value("b%2Bc"));
        metadata.append("exclude-patterns-encoded", value("1"));
        assert_eq!(folder(&metadata), "context");
        assert_eq!(values(&metadata, "followpaths"), ["a+b"]);
        assert_eq!(values(&metadata, "exclude-patterns"), ["☺ x", "b+c"]);
    }
}
