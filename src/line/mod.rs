//! A child's output as lines: cut, masked, and without what could move a cursor.

mod clean;

use std::borrow::Cow;

use crate::secret::{MaskStream, Secrets};

pub use clean::clean;

/// Masks a stream of bytes and hands on the whole lines in it.
pub struct Lines {
    mask: MaskStream,
    partial: Vec<u8>,
}

/// A line that never ends is cut here, so that memory stays bounded. A line of data that a command
/// prints, such as JSON or an image in base64, is whole.
const LONGEST: usize = 1024 * 1024;

/// As much of a line's beginning is shown while it is not whole; a terminal is narrower.
const SHOWN: usize = 4096;

impl Lines {
    pub fn new(secrets: &Secrets) -> Self {
        Self {
            mask: secrets.stream(),
            partial: Vec::new(),
        }
    }

    /// The lines that are whole now, without their ends.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<String> {
        let masked = self.mask.push(bytes);
        self.cut(&masked)
    }

    /// The beginning of a line that is not whole yet.
    pub fn partial(&self) -> String {
        text(&self.partial[..self.partial.len().min(SHOWN)])
    }

    /// All that is left.
    pub fn finish(mut self) -> Vec<String> {
        let rest = std::mem::take(&mut self.mask).finish();
        let mut lines = self.cut(&rest);
        if !self.partial.is_empty() {
            lines.push(text(&self.partial));
        }
        lines
    }

    fn cut(&mut self, bytes: &[u8]) -> Vec<String> {
        let mut lines = Vec::new();
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.partial.extend_from_slice(piece);
            if self.partial.ends_with(b"\n") {
                self.partial.pop();
                lines.push(text(&self.partial));
                self.partial.clear();
            }
        }
        if self.partial.len() > LONGEST {
            let rest = self.partial.split_off(whole(&self.partial));
            lines.push(text(&self.partial));
            self.partial = rest;
        }
        lines
    }
}

/// How much of `bytes` is left without a character at the end that is not whole.
fn whole(bytes: &[u8]) -> usize {
    let longest = bytes.len().min(3);
    let cut_off = (1..=longest).find(|length| match bytes[bytes.len() - length] {
        0xc2..=0xdf => *length < 2,
        0xe0..=0xef => *length < 3,
        0xf0..=0xf4 => *length < 4,
        _ => false,
    });
    bytes.len() - cut_off.unwrap_or_default()
}

/// A masked line as it is kept in a file: colours stay, unless a secret shows without them.
pub fn kept<'a>(line: &'a str, secrets: &Secrets) -> Cow<'a, str> {
    // 0xc2 leads the controls that are no ASCII; most lines have nothing of the kind.
    let is_plain = |byte| byte == b'\t' || (byte >= 0x20 && byte != 0x7f && byte != 0xc2);
    if line.bytes().all(is_plain) {
        return line.into();
    }
    let plain = clean(line, false);
    // Taking sequences out may have joined the pieces of a secret.
    let masked = secrets.mask(&plain);
    if masked == plain {
        clean(line, true).into()
    } else {
        masked.into()
    }
}

/// A masked line as it may be shown.
pub fn shown(line: &str, colour: bool, secrets: &Secrets) -> String {
    if !line.contains(char::is_control) {
        return line.to_owned();
    }
    let bare = clean(line, false);
    // Taking sequences out may have joined the pieces of a secret, and colours do not part them.
    let masked = secrets.mask(&bare);
    if colour && masked == bare {
        clean(line, true)
    } else {
        masked
    }
}

/// A text of wharf's own or of a script, with one line or more, as [`shown`] shows each.
pub fn harmless(text: &str, colour: bool, secrets: &Secrets) -> String {
    let masked = secrets.mask(text);
    let lines = masked.split('\n').map(|line| shown(line, colour, secrets));
    lines.collect::<Vec<_>>().join("\n")
}

fn text(line: &[u8]) -> String {
    String::from_utf8_lossy(line).into_owned()
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, Lines, kept};
    use crate::secret::Secrets;

    #[test]
    fn what_is_kept_hides_a_secret_with_a_colour_in_it() {
        let secrets = Secrets::new();
        secrets.add("harbour");
        assert_eq!(
            kept("\x1b[31mred\x1b[0m\x07", &secrets),
            "\x1b[31mred\x1b[0m"
        );
        assert_eq!(kept("é\tü\u{85}", &secrets), "é\tü");
        assert_eq!(kept("har\x1b[31mbour\x1b[0m", &secrets), "***");
    }

    #[test]
    fn a_line_that_is_too_long_is_cut_between_two_characters() {
        for character in ["é", "€", "😀"] {
            let line = format!("a{}", character.repeat(LONGEST / character.len() + 90_000));
            let mut lines = Lines::new(&Secrets::new());
            let mut cut = Vec::new();
            for piece in line.as_bytes().chunks(64 * 1024 + 3) {
                cut.extend(lines.push(piece));
            }
            cut.extend(lines.finish());
            assert_eq!(cut.len(), 2);
            assert!(cut.concat() == line, "{character}");
        }
    }
}
