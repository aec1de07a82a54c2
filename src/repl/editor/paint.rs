//! An entry in colours.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

use crate::action;

const KEYWORDS: [&str; 22] = [
    "break", "catch", "const", "continue", "do", "else", "false", "fn", "for", "if", "import",
    "in", "let", "loop", "return", "switch", "throw", "true", "try", "until", "while", "as",
];

/// `line` with the colours of its words. What is shown is as wide as what was typed.
pub(super) fn painted(line: &str) -> String {
    let mut painted = String::with_capacity(line.len() * 2);
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        let length = length(first, rest);
        let (word, behind) = rest.split_at(length);
        let style = style(first, word);
        if style == Style::new() {
            painted.push_str(word);
        } else {
            let _ = write!(painted, "{style}{word}{style:#}");
        }
        rest = behind;
    }
    painted
}

/// How much of `rest` belongs to its first character, in bytes.
fn length(first: char, rest: &str) -> usize {
    let until = |end: fn(char) -> bool| rest.find(end).unwrap_or(rest.len());
    if rest.starts_with("//") {
        return until(|c| c == '\n');
    }
    if rest.starts_with("/*") {
        return rest.find("*/").map_or(rest.len(), |end| end + 2);
    }
    if matches!(first, '"' | '`' | '\'') {
        return text(first, rest);
    }
    if first.is_alphanumeric() || first == '_' {
        return until(|c| !c.is_alphanumeric() && c != '_');
    }
    first.len_utf8()
}

/// The length of a text in quotes, to the end if nothing closes it.
fn text(quote: char, rest: &str) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        if c == quote && !escaped {
            return at + c.len_utf8();
        }
        escaped = c == '\\' && !escaped && quote != '`';
    }
    rest.len()
}

fn style(first: char, word: &str) -> Style {
    let colour = |colour: AnsiColor| Style::new().fg_color(Some(colour.into()));
    if matches!(first, '"' | '`' | '\'') {
        colour(AnsiColor::Green)
    } else if word.starts_with("//") || word.starts_with("/*") {
        Style::new().dimmed()
    } else if first.is_ascii_digit() {
        colour(AnsiColor::Cyan)
    } else if KEYWORDS.contains(&word) {
        colour(AnsiColor::Magenta)
    } else if action::find(word).is_some() || word == "stage" {
        colour(AnsiColor::Blue).bold()
    } else {
        Style::new()
    }
}

#[cfg(test)]
mod tests {
    use super::painted;
    use crate::line::clean;

    #[test]
    fn colours_change_nothing_else() {
        for line in [
            "let x = sh(\"a \\\" b\", #{ cwd: `c` }); // done",
            "\"open",
            "/* open",
            "é + 1 - 'x'",
            "",
        ] {
            assert_eq!(clean(&painted(line), false), line);
        }
        assert_eq!(painted("x"), "x");
        assert!(painted("let x").contains("\x1b["));
    }
}
