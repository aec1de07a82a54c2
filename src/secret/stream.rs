//! Masking of bytes that arrive in pieces.

use std::ops::Range;

use super::matcher::merged;
use super::{MASK, Secrets};

/// Holds back what may be the beginning of a secret, and never more than that.
#[derive(Debug, Default)]
pub struct MaskStream {
    secrets: Secrets,
    held: Vec<u8>,
    /// Where in the held bytes there are secrets that began before them.
    known: Vec<Range<usize>>,
    /// Whether the mask of the first of these has been handed out already.
    begun: bool,
}

impl MaskStream {
    pub(super) fn new(secrets: Secrets) -> Self {
        Self {
            secrets,
            ..Self::default()
        }
    }

    /// What of `bytes`, and of what was held back, can be shown now.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<u8> {
        self.held.extend_from_slice(bytes);
        self.release(false)
    }

    /// All that was held back.
    pub fn finish(mut self) -> Vec<u8> {
        self.release(true)
    }

    fn release(&mut self, ended: bool) -> Vec<u8> {
        let Some(matcher) = self.secrets.matcher() else {
            return std::mem::take(&mut self.held);
        };
        let sighted = matcher.look(&self.held, ended);
        let cut = sighted.unfinished;
        let mut ranges = sighted.ranges;
        ranges.append(&mut self.known);
        let ranges = merged(ranges);
        let mut shown = Vec::with_capacity(cut);
        let mut at = 0;
        for range in ranges.iter().filter(|range| range.start < cut) {
            shown.extend_from_slice(&self.held[at..range.start]);
            if range.start > 0 || !self.begun {
                shown.extend_from_slice(MASK);
            }
            at = range.end.min(cut);
        }
        shown.extend_from_slice(&self.held[at..cut]);
        self.held.drain(..cut);
        // One that is broken over lines is not found again without its beginning.
        let left = ranges.iter().filter(|range| range.end > cut);
        self.known = left
            .map(|range| range.start.saturating_sub(cut)..range.end - cut)
            .collect();
        self.begun = ranges
            .iter()
            .any(|range| range.start < cut && range.end > cut)
            || (cut == 0 && self.begun);
        shown
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
    use proptest::prelude::*;

    use super::super::Secrets;

    fn masked_in_pieces(secrets: &Secrets, text: &[u8], size: usize) -> Vec<u8> {
        let mut stream = secrets.stream();
        let mut masked = Vec::new();
        for piece in text.chunks(size.max(1)) {
            masked.extend(stream.push(piece));
        }
        masked.extend(stream.finish());
        masked
    }

    fn contains(text: &[u8], part: &str) -> bool {
        text.windows(part.len())
            .any(|window| window == part.as_bytes())
    }

    #[test]
    fn hides_secrets_wherever_they_stand() {
        let secrets = Secrets::new();
        assert!(secrets.add("s3cret/key"));
        assert!(!secrets.add("abc"));
        for (text, expected) in [
            ("the s3cret/key is", "the *** is"),
            ("s3cret%2Fkey s3cret%2fkey", "*** ***"),
            (r#"{"a":"s3cret\/key"}"#, r#"{"a":"***"}"#),
            ("7333637265742f6b6579", "***"),
            ("s3cret/kez abc", "s3cret/kez abc"),
            ("s3cret/keys3cret/key", "******"),
        ] {
            assert_eq!(secrets.mask(text), expected);
        }
    }

    #[test]
    fn hides_overlapping_secrets_under_one_mask() {
        let secrets = Secrets::new();
        secrets.add("abcdef");
        secrets.add("defghi");
        assert_eq!(secrets.mask("xabcdefghix"), "x***x");
        assert_eq!(masked_in_pieces(&secrets, b"xabcdefghix", 1), b"x***x");
    }

    #[test]
    fn a_stream_hides_what_becomes_known_while_it_is_open() {
        let secrets = Secrets::new();
        let mut stream = secrets.stream();
        assert_eq!(stream.push(b"token-1 "), b"token-1 ");
        secrets.add("token-1");
        assert_eq!(stream.push(b"token-1 "), b"*** ");
    }

    #[test]
    fn hides_a_key_of_many_lines_however_it_is_printed() {
        let key: String = (0..5)
            .map(|line| format!("{}\n", line.to_string().repeat(50) + "/é'"))
            .collect();
        let key = format!("-----BEGIN KEY-----\n{{\n{key}-----END KEY-----");
        let secrets = Secrets::new();
        secrets.add(&key);
        let indented = key.replace('\n', "\n    ");
        assert_eq!(secrets.mask(&indented).matches("***").count(), 7);
        let encoded = BASE64_STANDARD.encode(&key);
        for width in [64, 76] {
            let lines: Vec<_> = encoded.as_bytes().chunks(width).collect();
            let masked = secrets.mask(&String::from_utf8_lossy(&lines.join(&b'\n')));
            assert!(!masked.contains(&encoded[..20]), "{masked}");
            assert!(masked.starts_with("***\n***\n***\n"), "{masked}");
        }
        let python = r#""0000/\u00e9'""#.replace("0000", &"0".repeat(50));
        assert_eq!(secrets.mask(&python), "\"***\"");
        assert_eq!(secrets.mask("{ }"), "{ }");
    }

    #[test]
    fn hides_what_base64_breaks_into_lines() {
        let secrets = Secrets::new();
        secrets.add("correcthorsebatteryQQ");
        for before in 0..80 {
            let text = format!("{}: correcthorsebatteryQQ and so on", "u".repeat(before));
            for (width, end) in [(76, "\n"), (64, "\r\n"), (60, "\n    ")] {
                let encoded = BASE64_STANDARD.encode(&text);
                let lines: Vec<_> = encoded.as_bytes().chunks(width).collect();
                let written = lines.join(end.as_bytes());
                let hidden = encoded.len() - 22;
                for size in [1, 7, 1000] {
                    let masked = masked_in_pieces(&secrets, &written, size);
                    let masked = String::from_utf8_lossy(&masked);
                    let left = masked.split_whitespace().collect::<String>();
                    assert!(left.replace("***", "").len() <= hidden, "{masked}");
                    assert_eq!(masked.lines().count(), lines.len(), "{masked}");
                }
            }
        }
    }

    #[test]
    fn a_line_is_not_held_back_for_what_the_next_may_be() {
        let secrets = Secrets::new();
        secrets.add("correcthorsebatteryQQ");
        let mut stream = secrets.stream();
        let line = b"built 0123456789abcdef0123456789abcdY\n";
        assert_eq!(stream.push(line), line);
    }

    #[test]
    fn hides_secrets_that_control_sequences_take_apart() {
        let secrets = Secrets::new();
        secrets.add("correct-horse");
        for written in [
            "correct\x1b[31m-horse",
            "correct\x1b]8;;https://a.dev\x1b\\-horse",
            "c\0orrect-hors\x08e",
            "correct\x1b[1m%2Dh\\u006frse",
        ] {
            for size in 1..9 {
                let text = format!("a {written} b");
                let masked = masked_in_pieces(&secrets, text.as_bytes(), size);
                assert_eq!(String::from_utf8_lossy(&masked), "a *** b");
            }
        }
        let mut stream = secrets.stream();
        assert_eq!(stream.push(b"it is corr\x1b[1mect"), b"it is ");
        assert_eq!(stream.push(b"ed\x1b[0m"), b"corr\x1b[1mected\x1b[0m");
    }

    #[test]
    fn holds_back_no_more_than_a_beginning() {
        let secrets = Secrets::new();
        secrets.add("tok-123456");
        let mut stream = secrets.stream();
        assert_eq!(stream.push(b"Password: "), b"Password: ");
        assert_eq!(stream.push(b"to"), b"");
        assert_eq!(stream.push(b"day"), b"today");
        assert_eq!(stream.push(b" tok-12"), b" ");
        assert_eq!(stream.finish(), b"tok-12");
    }

    proptest! {
        #[test]
        fn no_secret_gets_out(
            secret in "[a-zA-Z0-9/+=:@ _-]{6,40}",
            before in "[a-z \n]{0,20}",
            after in "[a-z \n]{0,20}",
            size in 1..16_usize,
            encoding in 0..6_usize,
        ) {
            prop_assume!(secret.trim() == secret);
            let secrets = Secrets::new();
            secrets.add(&secret);
            let written = match encoding {
                0 => secret.clone(),
                1 => secret.bytes().map(|byte| format!("{byte:02x}")).collect(),
                2 => BASE64_STANDARD.encode(&secret),
                3 => BASE64_URL_SAFE_NO_PAD.encode(&secret),
                4 => percent_encoding::utf8_percent_encode(&secret, percent_encoding::NON_ALPHANUMERIC).to_string(),
                _ => BASE64_STANDARD.encode(format!("{before}{secret}{after}")),
            };
            let text = format!("{before}{written}{after}");
            let masked = masked_in_pieces(&secrets, text.as_bytes(), size);
            prop_assert!(!contains(&masked, &secret));
            if encoding < 5 {
                prop_assert!(!contains(&masked, &written));
            }
            prop_assert!(contains(&masked, "***"));
            prop_assert_eq!(String::from_utf8_lossy(&masked), secrets.mask(&text));
        }

        #[test]
        fn no_mixture_of_escapes_gets_a_secret_out(
            secret in "[g-z][g-zG-Zé/+&<>\"'^{}!* %\\\\-]{4,22}[g-z]",
            ways in proptest::collection::vec(0..8_usize, 24),
            size in 1..16_usize,
        ) {
            let secrets = Secrets::new();
            secrets.add(&secret);
            let mut written = String::new();
            for (c, way) in secret.chars().zip(&ways) {
                let percent = || {
                    let char = c.to_string();
                    char.bytes().map(|byte| format!("%{byte:02x}")).collect::<String>()
                };
                let one = match way {
                    0 => percent(),
                    1 => percent().replace('%', "%25"),
                    2 => format!("\\u{:04x}", u32::from(c)),
                    3 => format!("\\\\u{:04X}", u32::from(c)),
                    4 => format!("\x1b[1m{c}"),
                    5 => format!("\\x{:02x}", u32::from(c)),
                    _ if matches!(c, '"' | '\\' | '/') => format!("\\{c}"),
                    _ if c == '%' => "%25".to_owned(),
                    _ => c.to_string(),
                };
                written += &one;
            }
            let text = format!("it is {written}. That is all");
            let masked = masked_in_pieces(&secrets, text.as_bytes(), size);
            let masked = String::from_utf8_lossy(&masked).replace("\x1b[1m", "").replace('\\', "");
            prop_assert_eq!(masked, "it is ***. That is all", "{}", written);
        }

        #[test]
        fn what_is_no_secret_passes_unchanged(text in proptest::collection::vec(0..128_u8, 0..200), size in 1..16_usize) {
            let secrets = Secrets::new();
            secrets.add("\u{fe}never in ascii");
            prop_assert_eq!(masked_in_pieces(&secrets, &text, size), text);
        }

        #[test]
        fn pieces_and_the_whole_are_masked_alike(text in "[ab]{0,60}", size in 1..7_usize) {
            let secrets = Secrets::new();
            for secret in ["abab", "babba", "aaaaa"] {
                secrets.add(secret);
            }
            let pieces = masked_in_pieces(&secrets, text.as_bytes(), size);
            let whole = secrets.mask(&text);
            prop_assert_eq!(String::from_utf8_lossy(&pieces), whole);
        }
    }
}
