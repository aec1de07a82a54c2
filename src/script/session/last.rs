//! `_`, what the entry before gave. The language has no such name, so it stands for one that it has.

/// What `_` stands for.
pub(super) const NAME: &str = "_last";

/// `text` with each `_` that stands alone replaced, but for those of a `switch` and in text.
pub(super) fn replaced(text: &str) -> String {
    let mut replaced = String::with_capacity(text.len());
    let mut quote = None;
    let mut escaped = false;
    let mut before = ' ';
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match quote {
            Some(open) if !escaped && c == open => quote = None,
            None if matches!(c, '"' | '`' | '\'') => quote = Some(c),
            _ => {}
        }
        escaped = quote.is_some() && c == '\\' && !escaped;
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let alone = !is_word(before) && !rest.peek().copied().is_some_and(is_word);
        let in_switch = || {
            let ahead: String = rest
                .clone()
                .skip_while(|c| c.is_whitespace())
                .take(2)
                .collect();
            ahead == "=>"
        };
        if c == '_' && quote.is_none() && alone && !in_switch() {
            replaced.push_str(NAME);
        } else {
            replaced.push(c);
        }
        before = c;
    }
    replaced
}

#[cfg(test)]
mod tests {
    use super::replaced;

    #[test]
    fn only_what_stands_alone_is_replaced() {
        for (text, wanted) in [
            ("_", "_last"),
            ("_.len() + _[0]", "_last.len() + _last[0]"),
            ("a_b + _c + d_", "a_b + _c + d_"),
            ("\"_\" + `_` + '_'", "\"_\" + `_` + '_'"),
            ("\"\\\"_\" + _", "\"\\\"_\" + _last"),
            (
                "switch _ { 1 => 2, _ => 3 }",
                "switch _last { 1 => 2, _ => 3 }",
            ),
        ] {
            assert_eq!(replaced(text), wanted);
        }
    }
}
