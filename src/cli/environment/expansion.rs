//! A `$` in `.env` that stands for nothing.

use std::iter::Peekable;
use std::str::Chars;

/// The line, from 1, of the first `$` outside single quotes that no value takes the place of: what
/// follows it is no name, or one that neither `is_set` nor an earlier line sets. What reads the file
/// would leave it out of the value without a word.
pub(super) fn lost(text: &str, is_set: impl Fn(&str) -> bool) -> Option<usize> {
    let mut reader = Reader {
        characters: text.chars().peekable(),
        line: 1,
    };
    let mut known: Vec<String> = Vec::new();
    while reader.characters.peek().is_some() {
        let name = reader.name();
        let of = |name: &str| is_set(name) || known.iter().any(|known| known == name);
        if let Some(line) = reader.value(of) {
            return Some(line);
        }
        known.extend(name);
    }
    None
}

struct Reader<'a> {
    characters: Peekable<Chars<'a>>,
    line: usize,
}

impl Reader<'_> {
    fn next(&mut self) -> Option<char> {
        let next = self.characters.next();
        if next == Some('\n') {
            self.line += 1;
        }
        next
    }

    /// The name before `=`; nothing where the line is a comment or sets nothing.
    fn name(&mut self) -> Option<String> {
        let mut name = String::new();
        while let Some(c) = self.characters.peek().copied() {
            match c {
                '\n' => return None,
                '#' if name.trim().is_empty() => {
                    while self.characters.peek().is_some_and(|c| *c != '\n') {
                        self.next();
                    }
                    return None;
                }
                '=' => {
                    let name = name.trim();
                    let name = name.strip_prefix("export ").unwrap_or(name);
                    return Some(name.trim().to_owned());
                }
                c => name.push(c),
            }
            self.next();
        }
        None
    }

    /// Goes through a value to the end of its line; the line of a `$` in it that is lost.
    fn value(&mut self, is_set: impl Fn(&str) -> bool) -> Option<usize> {
        let mut quote = None;
        let mut before = ' ';
        while let Some(c) = self.next() {
            match (quote, c) {
                (None, '\n') => return None,
                (None, '#') if before.is_whitespace() => {
                    while self.characters.peek().is_some_and(|c| *c != '\n') {
                        self.next();
                    }
                }
                (None, '\'' | '"') => quote = Some(c),
                (Some(own), c) if own == c => quote = None,
                (Some('\''), _) => {}
                (_, '\\') => drop(self.next()),
                (_, '$') => {
                    let line = self.line;
                    if !is_set(&self.variable()) {
                        return Some(line);
                    }
                }
                _ => {}
            }
            before = c;
        }
        None
    }

    /// The name behind a `$`, with or without braces; empty if there is none.
    fn variable(&mut self) -> String {
        let braced = self.characters.next_if_eq(&'{').is_some();
        let mut name = String::new();
        while let Some(c) = self
            .characters
            .next_if(|c| c.is_alphanumeric() || *c == '_')
        {
            name.push(c);
        }
        if braced {
            self.characters.next_if_eq(&'}');
        }
        name
    }
}

#[cfg(test)]
mod tests {
    use super::lost;

    #[test]
    fn finds_what_no_value_takes_the_place_of() {
        for (text, line) in [
            ("A=pa$$word", Some(1)),
            ("A=1\n# $x\n\nB=\"a$b\"", Some(4)),
            ("A='pa$$word'\nB=pa\\$word", None),
            ("A=1\nB=$A-${A}\nC=$HOME", None),
            ("export A=1 # costs $5\nB=$A", None),
            ("A='one\n$two'\nB=${C}", Some(3)),
            ("A=$", Some(1)),
        ] {
            assert_eq!(lost(text, |name| name == "HOME"), line, "{text}");
        }
    }
}
