//! What is often written in place of what was meant, and what that is.

use rhai::ParseErrorType as P;

/// What to do about `error`, which the parser found at the byte `at` of `text`, where the text
/// tells what was meant.
pub(super) fn hint(error: &P, text: &str, at: usize) -> Option<String> {
    let before = text.get(..at)?.trim_end();
    let rest = text.get(at..)?;
    let word = last_word(before);
    match error {
        P::MissingToken(_, why) if why.contains("parameters of function") => {
            match rest.chars().next()? {
                '=' => Some(
                    "no parameter has a default: write another function of this name without it"
                        .into(),
                ),
                ':' => Some("no parameter has a type: its name is enough".into()),
                _ => None,
            }
        }
        P::MissingToken(_, why) if why.contains("arguments to function call") => {
            let named = rest.starts_with(':') && !word.is_empty();
            named.then(|| format!("options are given as a map: `#{{ {word}: … }}`"))
        }
        P::MissingToken(token, _) if token == ";" => unended(before, rest, word),
        P::MismatchedType(..) => {
            let behind = after_text(rest)?;
            let closure = behind.trim_start().starts_with('|');
            closure.then(|| "is a `,` missing before the closure?".to_owned())
        }
        P::Reserved(name) if is_called(name) => rest[name.len().min(rest.len())..]
            .trim_start()
            .starts_with(['"', '`'])
            .then(|| format!("arguments stand in parentheses: `{name}(…)`")),
        P::Reserved(name) if name == "null" || name == "nil" => {
            Some("nothing is written `()`".to_owned())
        }
        _ => None,
    }
}

/// A statement that something follows which cannot be part of it.
fn unended(before: &str, rest: &str, word: &str) -> Option<String> {
    if rest.starts_with(':') {
        let key = before.trim_end_matches('"').strip_suffix(word)?;
        let opened = key.trim_end_matches('"').trim_end();
        return opened
            .ends_with('{')
            .then(|| "a map is written `#{ … }`".to_owned());
    }
    let is_name = word.starts_with(|c: char| c.is_alphabetic() || c == '_');
    (is_name && rest.starts_with(['"', '`']))
        .then(|| format!("arguments stand in parentheses: `{word}(…)`"))
}

/// Functions whose names nothing else can have.
fn is_called(name: &str) -> bool {
    ["print", "debug", "call", "curry", "type_of"].contains(&name)
}

/// The name, or the name in quotes, that `text` ends with.
fn last_word(text: &str) -> &str {
    let text = text.strip_suffix('"').unwrap_or(text);
    let start = text
        .char_indices()
        .rev()
        .find(|(_, c)| !c.is_alphanumeric() && *c != '_');
    start.map_or(text, |(at, c)| &text[at + c.len_utf8()..])
}

/// What follows the text in quotes that `source` begins with.
fn after_text(source: &str) -> Option<&str> {
    let inside = source.strip_prefix('"')?;
    let end = inside.find('"')?;
    inside.get(end + 1..)
}
