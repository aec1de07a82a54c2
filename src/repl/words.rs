//! The words of a command, as a shell would split them.

/// `text` at its spaces, but for those in quotes or behind a backslash; the last words are one where
/// they are one of `names`. Nothing if a quote is open.
pub(super) fn split(text: &str, names: &[String]) -> Option<Vec<String>> {
    let text = text.trim();
    if names.iter().any(|name| name == text) {
        return Some(vec![text.to_owned()]);
    }
    let named = names
        .iter()
        .filter(|name| name.contains(char::is_whitespace))
        .filter_map(|name| Some((name, text.strip_suffix(name.as_str())?)))
        .find(|(_, before)| before.ends_with(char::is_whitespace));
    match named {
        Some((name, before)) => {
            let mut words = plain(before)?;
            words.push(name.clone());
            Some(words)
        }
        None => plain(text),
    }
}

fn plain(text: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match (quote, c) {
            (Some(own), c) if c == own => quote = None,
            (None, '"' | '\'') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None | Some('"'), '\\') => word.get_or_insert_default().push(rest.next()?),
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    quote.is_none().then_some(words)
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn words_are_those_of_a_shell() {
        let names = ["to the moon".to_owned(), "test".to_owned()];
        for (text, wanted) in [
            ("", Some(vec![])),
            ("test --force", Some(vec!["test", "--force"])),
            ("to the moon", Some(vec!["to the moon"])),
            ("\"to the moon\" x", Some(vec!["to the moon", "x"])),
            (
                "--explain to the moon",
                Some(vec!["--explain", "to the moon"]),
            ),
            ("sh 'echo \"hi\"'", Some(vec!["sh", "echo \"hi\""])),
            ("a\\ b \"\" c", Some(vec!["a b", "", "c"])),
            ("\"open", None),
        ] {
            let words = split(text, &names);
            let words = words
                .as_ref()
                .map(|words| words.iter().map(String::as_str).collect::<Vec<_>>());
            assert_eq!(words, wanted, "{text}");
        }
    }
}
