//! The words of an instruction.

/// Words as a shell would have them, their quotes kept.
pub(super) fn words(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let (mut start, mut quote, mut escaped) = (None, None, false);
    for (at, char) in text.char_indices() {
        if quote.is_none() && !escaped && char.is_whitespace() {
            found.extend(start.take().map(|start| &text[start..at]));
            continue;
        }
        start = start.or(Some(at));
        match char {
            _ if escaped => escaped = false,
            '\\' if quote != Some('\'') => escaped = true,
            '"' | '\'' if quote.is_none() => quote = Some(char),
            _ if quote == Some(char) => quote = None,
            _ => {}
        }
    }
    found.extend(start.map(|start| &text[start..]));
    found
}

/// A word without the quotes in it.
pub(super) fn unquoted(word: &str) -> String {
    let mut quote = None;
    word.chars()
        .filter(|char| match (quote, *char) {
            (None, '"' | '\'') => {
                quote = Some(*char);
                false
            }
            (Some(open), char) if open == char => {
                quote = None;
                false
            }
            _ => true,
        })
        .collect()
}
