//! Numbers, and words of others, as a person should read them.

use std::error::Error;

/// `text` without the numbers that Rust puts behind what the system says: “No such file or
/// directory (os error 2)”.
pub fn plain(text: impl Into<String>) -> String {
    const MARK: &str = " (os error ";
    let mut text = text.into();
    let mut from = 0;
    while let Some(found) = text[from..].find(MARK) {
        let start = from + found;
        let behind = &text[start + MARK.len()..];
        let digits = behind.bytes().take_while(u8::is_ascii_digit).count();
        if digits > 0 && behind[digits..].starts_with(')') {
            text.replace_range(start..=start + MARK.len() + digits, "");
            from = start;
        } else {
            from = start + MARK.len();
        }
    }
    text
}

/// What is under all of `error`: what is above only repeats that something failed.
pub fn root_cause(error: &(dyn Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |error| (*error).source());
    plain(causes.last().unwrap_or(error).to_string())
}

/// `text` as one word of a shell.
pub fn word(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./:@=+,%".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

/// Stands before a text in plain data that is no text of the script but tells what stands in its
/// place, such as a size in words: it is shown without quotes.
pub const AS_IS: char = '\u{1}';

/// `1 file`, `2 files`.
pub fn counted(count: usize, what: &str) -> String {
    let end = if count == 1 { "" } else { "s" };
    format!("{count} {what}{end}")
}

/// `512 B`, `34 kB`, `12.4 MB`, `1.2 GB`: in thousands, as Docker counts.
pub fn size(bytes: u64) -> String {
    let tenths = |unit: u64| format!("{}.{}", bytes / unit, bytes % unit * 10 / unit);
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{} kB", bytes / 1_000),
        1_000_000..1_000_000_000 => format!("{} MB", tenths(1_000_000)),
        _ => format!("{} GB", tenths(1_000_000_000)),
    }
}

#[cfg(test)]
mod tests {
    use super::{plain, size, word};

    #[test]
    fn sizes_have_one_unit() {
        for (bytes, expected) in [
            (0, "0 B"),
            (999, "999 B"),
            (1_999, "1 kB"),
            (12_450_000, "12.4 MB"),
            (3_000_000_000, "3.0 GB"),
        ] {
            assert_eq!(size(bytes), expected);
        }
    }

    #[test]
    fn only_the_number_goes() {
        assert_eq!(plain("No such file (os error 2)"), "No such file");
        assert_eq!(plain("a (os error 13), b (os error 2)."), "a, b.");
        assert_eq!(plain("why (os error x)"), "why (os error x)");
        assert_eq!(plain("(os error 2"), "(os error 2");
    }

    #[test]
    fn a_name_is_one_word() {
        for (name, expected) in [
            ("test", "test"),
            ("key=value", "key=value"),
            ("key=***", "'key=***'"),
            ("", "''"),
            ("test (python=3.11)", "'test (python=3.11)'"),
            ("it's", r"'it'\''s'"),
        ] {
            assert_eq!(word(name), expected);
        }
    }
}
