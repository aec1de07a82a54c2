//! One pattern of a `.dockerignore`. The rules are Docker's own (`moby/patternmatcher`), which are
//! neither those of `.gitignore` nor those of a shell.

use regex::Regex;

/// A pattern matches a whole path from the context's root; a folder's match is its content's.
#[derive(Debug)]
pub(super) struct Pattern {
    text: String,
    /// It began with `!`: what it matches is taken back in.
    pub(super) reincludes: bool,
    /// `None` where the text itself is the only path that matches.
    wildcards: Option<Regex>,
}

impl Pattern {
    /// From a pattern without surrounding space; nothing from an empty one.
    pub(super) fn new(text: &str) -> Result<Option<Self>, String> {
        if text.is_empty() {
            return Ok(None);
        }
        let text = clean(text);
        let (reincludes, text) = match text.strip_prefix('!') {
            Some("") => return Err("nothing follows the `!`".to_owned()),
            Some(rest) => (true, rest.to_owned()),
            None => (false, text),
        };
        Ok(Some(Self {
            reincludes,
            wildcards: compile(&text)?,
            text,
        }))
    }

    /// Whether this matches `path` itself; its parents are the caller's to ask about.
    pub(super) fn matches(&self, path: &str) -> bool {
        match &self.wildcards {
            None => self.text == path,
            Some(wildcards) => wildcards.is_match(path),
        }
    }

    /// Whether something under `folder` could match although `folder` does not.
    pub(super) fn reaches_below(&self, folder: &str) -> bool {
        let fixed = self.fixed();
        is_under(fixed, folder)
            || self.wildcards.is_some()
                && (fixed.is_empty() || fixed == folder || is_under(folder, fixed))
    }

    /// The leading folders that have no wildcard in them.
    fn fixed(&self) -> &str {
        if self.wildcards.is_none() {
            return &self.text;
        }
        let wild = self.text.find(['*', '?', '[', '\\']).unwrap_or_default();
        self.text[..wild]
            .rsplit_once('/')
            .map_or("", |(folders, _)| folders)
    }
}

fn is_under(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder)
        .is_some_and(|rest| rest.starts_with('/'))
}

/// The path as Go's `filepath.Clean` writes it, which is what Docker compares: no empty, `.` or
/// inner `..` parts, no `/` at the end, `.` for nothing at all.
pub(super) fn clean(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if rooted => {}
            _ => parts.push(part),
        }
    }
    let joined = parts.join("/");
    match (rooted, joined.is_empty()) {
        (true, _) => format!("/{joined}"),
        (false, true) => ".".to_owned(),
        (false, false) => joined,
    }
}

/// The pattern as a regular expression, or `None` where it has no wildcards.
fn compile(pattern: &str) -> Result<Option<Regex>, String> {
    if !pattern.contains(['*', '?', '[', '\\']) {
        return Ok(None);
    }
    // `**name` is the end of any path, even of `a/myname`.
    let any_end = pattern.strip_prefix("**").filter(|rest| {
        !rest.is_empty() && !rest.starts_with('/') && !rest.contains(['*', '?', '[', '\\'])
    });
    let expression = match any_end {
        Some(end) => format!(".*{}", regex::escape(end)),
        None => translate(pattern)?,
    };
    Regex::new(&format!("(?s)^{expression}$"))
        .map(Some)
        .map_err(|_| "a range in `[…]` runs backwards".to_owned())
}

fn translate(pattern: &str) -> Result<String, String> {
    let mut made = String::new();
    let mut rest = pattern.chars().peekable();
    while let Some(char) = rest.next() {
        match char {
            '*' if rest.next_if_eq(&'*').is_some() => {
                rest.next_if_eq(&'/');
                made += if rest.peek().is_none() {
                    ".*"
                } else {
                    "(.*/)?"
                };
            }
            '*' => made += "[^/]*",
            '?' => made += "[^/]",
            '[' => class(&mut rest, &mut made)?,
            '\\' => {
                let escaped = rest.next().ok_or("nothing follows the last `\\`")?;
                push_literal(&mut made, escaped);
            }
            literal => push_literal(&mut made, literal),
        }
    }
    Ok(made)
}

/// `[abc]`, `[a-z]`, `[^a-z]`; `]` and `-` stand in it only behind a `\`.
fn class(
    rest: &mut std::iter::Peekable<std::str::Chars<'_>>,
    made: &mut String,
) -> Result<(), String> {
    made.push('[');
    if rest.next_if_eq(&'^').is_some() {
        made.push('^');
    }
    let mut empty = true;
    while empty || rest.next_if_eq(&']').is_none() {
        empty = false;
        push_literal(made, member(rest)?);
        if rest.next_if_eq(&'-').is_some() {
            made.push('-');
            push_literal(made, member(rest)?);
        }
    }
    made.push(']');
    Ok(())
}

fn member(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Result<char, String> {
    match rest.next() {
        None => Err("a `[` is not closed".to_owned()),
        Some(char @ ('-' | ']')) => Err(format!("a `{char}` in `[…]` needs a `\\` before it")),
        Some('\\') => rest.next().ok_or_else(|| "a `[` is not closed".to_owned()),
        Some(char) => Ok(char),
    }
}

fn push_literal(made: &mut String, char: char) {
    made.push_str(&regex::escape(char.encode_utf8(&mut [0; 4])));
}

#[cfg(test)]
mod tests {
    use super::{Pattern, clean};

    #[test]
    fn paths_are_cleaned_as_go_cleans_them() {
        for (given, expected) in [
            ("", "."),
            ("./a//b/", "a/b"),
            ("a/../b", "b"),
            ("../a", "../a"),
            ("a/../../b", "../b"),
            ("/../a", "/a"),
            ("/", "/"),
        ] {
            assert_eq!(clean(given), expected, "{given}");
        }
    }

    #[test]
    fn a_broken_pattern_says_what_is_wrong() {
        for (pattern, expected) in [
            ("!", "nothing follows the `!`"),
            ("src/[ab", "a `[` is not closed"),
            ("[]a]", "a `]` in `[…]` needs a `\\` before it"),
            ("[a-]", "a `]` in `[…]` needs a `\\` before it"),
            ("[-a]", "a `-` in `[…]` needs a `\\` before it"),
            ("[z-a]", "a range in `[…]` runs backwards"),
            ("a\\", "nothing follows the last `\\`"),
        ] {
            let error = Pattern::new(pattern).expect_err(pattern);
            assert_eq!(error, expected, "{pattern}");
        }
    }

    #[test]
    fn only_folders_that_can_hold_a_match_are_worth_walking() {
        for (pattern, folder, expected) in [
            ("!a/b/c", "a", true),
            ("!a/b/c", "a/b", true),
            ("!a/b/c", "ab", false),
            ("!a/b/c", "a/b/c", false),
            ("!a/*.txt", "a", true),
            ("!a/*.txt", "b", false),
            ("!**/keep", "any/where", true),
            ("!a/**/keep", "a/b/c", true),
            ("!*.md", "docs", true),
        ] {
            let made = Pattern::new(pattern)
                .expect("a pattern")
                .expect("not empty");
            assert_eq!(made.reaches_below(folder), expected, "{pattern} {folder}");
        }
    }
}
