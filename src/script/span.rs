//! From Rhai's line and column to the bytes of the token that stands there.

use std::ops::Range;
use std::sync::Arc;

use rhai::Position;

use crate::failure::{Place, Source};

/// The token at `position`, or nothing where Rhai gave no position. Past the end of the text it is
/// the empty span at the end.
pub(super) fn place_at(source: &Arc<Source>, position: Position) -> Option<Place> {
    Some(Place {
        span: span_at(source, position)?,
        source: source.clone(),
        label: String::new(),
    })
}

fn span_at(source: &Source, position: Position) -> Option<Range<usize>> {
    let (line, text) = (position.line()?, &source.text);
    let start_of_line = source.start_of_line(line).unwrap_or(text.len());
    let rest = text.get(start_of_line..)?;
    let row = rest.split('\n').next().unwrap_or_default();
    let column = position.position().unwrap_or(1).max(1);
    let offset = row
        .char_indices()
        .nth(column - 1)
        .map_or(row.trim_end().len(), |(offset, _)| offset);
    let start = start_of_line + offset;
    Some(start..start + token_length(&row[offset..]))
}

/// Operators of more than one character, and what people write instead of them; longer ones first.
const OPERATORS: [&str; 27] = [
    "===", "!==", "**=", "<<=", ">>=", "..=", "==", "!=", "<=", ">=", "&&", "||", "??", "..", "**",
    "+=", "-=", "*=", "/=", "%=", "->", "=>", ":=", "::", "<<", ">>", "/*",
];

/// How many bytes the token at the start of `text` takes: a word, a string, an operator, or one
/// character.
fn token_length(text: &str) -> usize {
    let Some(first) = text.chars().next() else {
        return 0;
    };
    match first {
        '"' | '`' | '\'' => string_length(text, first),
        _ if is_word(first) => text.find(|c| !is_word(c)).unwrap_or(text.len()),
        _ => {
            let mut operators = OPERATORS.iter();
            operators
                .find(|operator| text.starts_with(**operator))
                .map_or(first.len_utf8(), |operator| operator.len())
        }
    }
}

fn string_length(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (offset, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return offset + c.len_utf8(),
            _ => {}
        }
    }
    text.len()
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::{Source, span_at};
    use rhai::Position;

    #[test]
    fn finds_words_strings_and_ends() {
        let text = "let é = \"a b\";\nrun_tests()\n";
        for (line, column, expected) in [
            (1, 9, "\"a b\""),
            (1, 5, "é"),
            (2, 1, "run_tests"),
            (2, 10, "("),
            (2, 40, ""),
        ] {
            let span =
                span_at(&Source::new("", text), Position::new(line, column)).expect("a position");
            assert_eq!(&text[span], expected, "{line}:{column}");
        }
    }
}
