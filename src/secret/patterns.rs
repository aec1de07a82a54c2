//! The ways a secret is written in a log.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::GeneralPurpose;
use base64::prelude::{
    BASE64_STANDARD, BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE, BASE64_URL_SAFE_NO_PAD,
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::SHORTEST;

/// What `encodeURIComponent` leaves as it is, and what stricter encoders do.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');
const LENIENT: &AsciiSet = &COMPONENT
    .remove(b'!')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

/// Every byte string that gives `value` away.
pub(super) fn of(value: &str) -> BTreeSet<Vec<u8>> {
    let mut patterns = BTreeSet::new();
    encodings(value, &mut patterns);
    // Tools print a key of many lines line by line.
    for line in value.lines().map(str::trim).filter(|line| *line != value) {
        encodings(line, &mut patterns);
    }
    patterns.retain(|pattern| pattern.len() >= SHORTEST);
    patterns
}

fn encodings(value: &str, patterns: &mut BTreeSet<Vec<u8>>) {
    if value.chars().count() < SHORTEST {
        return;
    }
    let mut add = |text: String| {
        patterns.insert(text.into_bytes());
    };
    add(value.to_owned());
    add(value.bytes().map(|byte| format!("{byte:02x}")).collect());
    add(value.bytes().map(|byte| format!("{byte:02X}")).collect());
    for set in [NON_ALPHANUMERIC, COMPONENT, LENIENT] {
        let encoded = utf8_percent_encode(value, set).to_string();
        add(lower_escapes(&encoded));
        add(encoded.replace("%20", "+"));
        add(encoded);
    }
    let json = serde_json::to_string(value).unwrap_or_default();
    add(json.trim_matches('"').replace('/', "\\/"));
    add(json[1..json.len().max(2) - 1].to_owned());
    add(ascii_only(&json[1..json.len().max(2) - 1]));
    add(value.replace('\'', r"'\''"));
    for engine in [
        BASE64_STANDARD,
        BASE64_STANDARD_NO_PAD,
        BASE64_URL_SAFE,
        BASE64_URL_SAFE_NO_PAD,
    ] {
        add(engine.encode(value));
    }
    for line in wrapped(&BASE64_STANDARD.encode(value)) {
        add(line);
    }
    for engine in [&BASE64_STANDARD_NO_PAD, &BASE64_URL_SAFE_NO_PAD] {
        for offset in 0..3 {
            add(inside_base64(value, offset, engine));
        }
    }
}

/// The lines that `base64` and OpenSSL break a long text into. A last line that is short is left
/// out: it would be found everywhere.
fn wrapped(encoded: &str) -> Vec<String> {
    [76, 64]
        .into_iter()
        .filter(|width| encoded.len() > *width)
        .flat_map(|width| {
            let lines = encoded.as_bytes().chunks(width);
            lines.filter(|line| line.len() >= 8)
        })
        .map(|line| String::from_utf8_lossy(line).into_owned())
        .collect()
}

/// The characters that are the same wherever `value` stands in a longer text whose base64 is
/// written, when it begins `offset` bytes after a group of three.
fn inside_base64(value: &str, offset: usize, engine: &GeneralPurpose) -> String {
    let mut bytes = vec![0; offset];
    bytes.extend_from_slice(value.as_bytes());
    let encoded = engine.encode(&bytes);
    let start = (offset * 8).div_ceil(6);
    let end = bytes.len() * 8 / 6;
    encoded[start..end.max(start)].to_owned()
}

/// JSON text as Python writes it: what is not ASCII as `\u00e9`.
fn ascii_only(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    for c in json.chars() {
        if c.is_ascii() {
            escaped.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(escaped, "\\u{unit:04x}");
            }
        }
    }
    escaped
}

/// `%2F` as `%2f`.
fn lower_escapes(encoded: &str) -> String {
    let mut lower = String::with_capacity(encoded.len());
    let mut left = 0;
    for c in encoded.chars() {
        if c == '%' {
            left = 3;
        }
        lower.push(if left > 0 { c.to_ascii_lowercase() } else { c });
        left = usize::saturating_sub(left, 1);
    }
    lower
}
