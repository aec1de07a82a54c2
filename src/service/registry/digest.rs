//! Digests as registries write them.

use std::fmt::Write;

use ring::digest::{SHA256, digest};

/// `sha256:` and 64 hex digits.
pub fn digest_of(content: &[u8]) -> String {
    written(digest(&SHA256, content).as_ref())
}

/// The same of a SHA-256 that was taken piece by piece.
pub fn written(hash: &[u8]) -> String {
    format!("sha256:{}", hex(hash))
}

/// Two hex digits a byte.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
