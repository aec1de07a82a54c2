//! How many columns of a terminal a text takes.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Colours take none.
pub(super) fn width(text: &str) -> usize {
    if text.contains('\x1b') {
        let pieces = text.split('\x1b').enumerate();
        let bare = pieces.map(|(at, piece)| match piece.split_once('m') {
            Some((_, behind)) if at > 0 => behind.width(),
            _ => piece.width(),
        });
        return bare.sum();
    }
    text.width()
}

/// `text` in at most `columns`, with `…` where its end is missing. Colours take none.
pub(super) fn cut(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut left = columns.saturating_sub(1);
    let mut shown = String::new();
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        if c == '\x1b' {
            shown.push(c);
            shown.extend(rest.by_ref().take_while(|c| *c != 'm'));
            shown.push('m');
            continue;
        }
        let takes = c.width().unwrap_or(0);
        if takes > left {
            break;
        }
        left -= takes;
        shown.push(c);
    }
    if columns > 0 {
        shown.push('…');
    }
    if shown.contains('\x1b') {
        shown.push_str("\x1b[0m");
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::cut;

    #[test]
    fn counts_columns_not_characters() {
        for (text, columns, expected) in [
            ("quay", 4, "quay"),
            ("quays", 4, "qua…"),
            ("港の中", 6, "港の中"),
            ("港の中", 5, "港の…"),
            ("港の中", 4, "港…"),
            ("quay", 1, "…"),
            ("quay", 0, ""),
            ("\x1b[31mquay\x1b[0m", 4, "\x1b[31mquay\x1b[0m"),
            ("\x1b[31mquays\x1b[0m", 4, "\x1b[31mqua…\x1b[0m"),
        ] {
            assert_eq!(cut(text, columns), expected, "{text} in {columns}");
        }
    }
}
