//! How many columns of a terminal a text takes.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

pub(super) fn width(text: &str) -> usize {
    text.width()
}

/// `text` in at most `columns`, with `…` where its end is missing.
pub(super) fn cut(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut left = columns.saturating_sub(1);
    let fits = text.chars().take_while(|c| {
        let takes = c.width().unwrap_or(0);
        let fits = takes <= left;
        left = left.saturating_sub(takes);
        fits
    });
    let mut shown: String = fits.collect();
    if columns > 0 {
        shown.push('…');
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
        ] {
            assert_eq!(cut(text, columns), expected, "{text} in {columns}");
        }
    }
}
