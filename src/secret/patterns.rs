//! The ways a secret is written in a log.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::GeneralPurpose;
use base64::prelude::{
    BASE64_STANDARD, BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE, BASE64_URL_SAFE_NO_PAD,
};

use super::{SHORTEST, folded};

/// Every byte string that gives a secret away.
#[derive(Debug, Default)]
pub(super) struct Patterns {
    /// In the text as it is.
    pub(super) plain: BTreeSet<Vec<u8>>,
    /// In the text as it is, where a line of it begins.
    pub(super) tails: BTreeSet<Vec<u8>>,
    /// In the text with its escapes undone.
    pub(super) folded: BTreeSet<Vec<u8>>,
    /// In the text with broken lines put together.
    pub(super) wrapped: BTreeSet<Vec<u8>>,
}

/// Shorter digits are found everywhere once lines are put together.
const SHORTEST_WRAPPED: usize = 6;

/// Of digits as many as this, what is left without the first few is a pattern of its own: the
/// first few may stand in a line of their own.
pub(super) const TAILED: usize = 12;

impl Patterns {
    pub(super) fn add(&mut self, value: &str) {
        self.add_encodings(value);
        // Tools print a key of many lines line by line.
        for line in value.lines().map(str::trim).filter(|line| *line != value) {
            self.add_encodings(line);
        }
    }

    fn add_encodings(&mut self, value: &str) {
        if value.chars().count() < SHORTEST {
            return;
        }
        let folded = folded::patterns(value).into_iter();
        self.folded
            .extend(folded.filter(|pattern| pattern.len() >= SHORTEST));
        let mut plain = vec![
            value.to_owned(),
            value.replace(' ', "+"),
            value.replace('\'', r"'\''"),
            value.replace('\'', r#"'"'"'"#),
        ];
        for engine in [
            BASE64_STANDARD,
            BASE64_STANDARD_NO_PAD,
            BASE64_URL_SAFE,
            BASE64_URL_SAFE_NO_PAD,
        ] {
            plain.push(engine.encode(value));
        }
        for digits in digits(value) {
            if digits.len() >= TAILED {
                let tails = (1..4).map(|skipped| digits.as_bytes()[skipped..].to_vec());
                self.tails.extend(tails);
            }
            if digits.len() >= SHORTEST_WRAPPED {
                self.wrapped.insert(digits.clone().into_bytes());
            }
            plain.push(digits);
        }
        let plain = plain.into_iter().map(String::into_bytes);
        self.plain
            .extend(plain.filter(|pattern| pattern.len() >= SHORTEST));
    }
}

/// `value` in base64, wherever it stands in a longer text, and in hexadecimal.
fn digits(value: &str) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for engine in [&BASE64_STANDARD_NO_PAD, &BASE64_URL_SAFE_NO_PAD] {
        all.extend((0..3).map(|offset| inside_base64(value, offset, engine)));
    }
    all.insert(value.bytes().map(|byte| format!("{byte:02x}")).collect());
    all.insert(value.bytes().map(|byte| format!("{byte:02X}")).collect());
    all
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
