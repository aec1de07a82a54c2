//! A child's line without what could move the cursor, retitle the window or speak to a CI runner.

use std::fmt::Write as _;

use anstyle_parse::{DefaultCharAccumulator, Params, Parser, Perform};

/// `line` with colours kept and every other control sequence taken out; of text that a carriage
/// return overwrites, what a terminal would show last. Without `colour` colours go too.
pub fn clean(line: &str, colour: bool) -> String {
    let line = line.trim_end_matches('\r');
    let line = line.rsplit('\r').next().unwrap_or(line);
    if !line.contains(|c: char| c.is_control() && c != '\t') {
        return line.to_owned();
    }
    let mut kept = Kept {
        text: String::with_capacity(line.len()),
        colour,
        coloured: false,
    };
    let mut parser = Parser::<DefaultCharAccumulator>::new();
    for byte in line.bytes() {
        parser.advance(&mut kept, byte);
    }
    if kept.coloured {
        kept.text.push_str("\x1b[0m");
    }
    kept.text
}

struct Kept {
    text: String,
    colour: bool,
    /// A colour was set and may still be.
    coloured: bool,
}

impl Perform for Kept {
    fn print(&mut self, c: char) {
        if !c.is_control() {
            self.text.push(c);
        }
    }

    fn execute(&mut self, byte: u8) {
        if byte == b'\t' {
            self.text.push('\t');
        }
    }

    fn csi_dispatch(&mut self, params: &Params, intermediates: &[u8], _ignore: bool, action: u8) {
        if action != b'm' || !intermediates.is_empty() || !self.colour {
            return;
        }
        let params: Vec<_> = params
            .iter()
            .map(|param| {
                let parts: Vec<_> = param.iter().map(u16::to_string).collect();
                parts.join(":")
            })
            .collect();
        let params = params.join(";");
        self.coloured = !matches!(params.as_str(), "" | "0");
        let _ = write!(self.text, "\x1b[{params}m");
    }
}

#[cfg(test)]
mod tests {
    use super::clean;
    use proptest::prelude::*;

    #[test]
    fn keeps_text_and_colour_only() {
        for (line, expected) in [
            ("plain\tté", "plain\tté"),
            ("\x1b[31mred\x1b[0m", "\x1b[31mred\x1b[0m"),
            ("\x1b[1;38:5:196mred", "\x1b[1;38:5:196mred\x1b[0m"),
            ("\x1b[2J\x1b[Hgone", "gone"),
            ("\x1b]0;title\x07text", "text"),
            ("\x1bP1$r0m\x1b\\text", "text"),
            (" 10 %\r100 %\r", "100 %"),
            ("bell\x07", "bell"),
        ] {
            assert_eq!(clean(line, true), expected, "{line:?}");
        }
        assert_eq!(clean("\x1b[31mred\x1b[0m", false), "red");
    }

    proptest! {
        #[test]
        fn lets_no_control_through(line in "[\\x00-\\x7f\\u{80}-\\u{9f}é]{0,60}") {
            let cleaned = clean(&line, false);
            prop_assert!(!cleaned.contains(|c: char| c.is_control() && c != '\t'));
        }
    }
}
