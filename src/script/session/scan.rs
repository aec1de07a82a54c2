//! The words, texts and comments of what is being typed, which need not be a script yet.

/// What a piece of a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PieceKind {
    /// A name, a keyword or a number.
    Word,
    /// A text in quotes with them; of one in back-ticks, what stands between its `${…}`.
    Text,
    Comment,
    Space,
    /// Any other character.
    Sign,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece<'a> {
    pub kind: PieceKind,
    pub text: &'a str,
    /// Its first byte in the whole.
    pub at: usize,
}

impl Piece<'_> {
    pub fn end(&self) -> usize {
        self.at + self.text.len()
    }

    /// Whether it is neither space nor comment.
    pub fn is_code(&self) -> bool {
        !matches!(self.kind, PieceKind::Space | PieceKind::Comment)
    }
}

/// What a text ends inside of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inside {
    Nothing,
    /// A text in quotes that no further line can close.
    Text,
    /// A text that a further line may close.
    Continued,
    Comment,
}

/// All pieces of `text`, one behind the other, and what it ends inside of.
pub fn pieces(text: &str) -> (Vec<Piece<'_>>, Inside) {
    let mut scanner = Scanner {
        text,
        at: 0,
        pieces: Vec::new(),
        inside: Inside::Nothing,
        interpolations: Vec::new(),
    };
    while scanner.at < text.len() {
        scanner.next();
    }
    if scanner.inside == Inside::Nothing && !scanner.interpolations.is_empty() {
        scanner.inside = Inside::Continued;
    }
    (scanner.pieces, scanner.inside)
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
    pieces: Vec<Piece<'a>>,
    inside: Inside,
    /// How many braces are open in each `${…}` that the end is in.
    interpolations: Vec<usize>,
}

impl Scanner<'_> {
    fn next(&mut self) {
        let rest = &self.text[self.at..];
        let first = rest.chars().next().unwrap_or_default();
        let until = |end: fn(char) -> bool| rest.find(end).unwrap_or(rest.len());
        if rest.starts_with("//") {
            return self.push(PieceKind::Comment, until(|c| c == '\n'));
        }
        if rest.starts_with("/*") {
            return self.comment(rest);
        }
        let hashes = rest.len() - rest.trim_start_matches('#').len();
        if hashes > 0 && rest[hashes..].starts_with('"') {
            return self.raw(rest, hashes);
        }
        match first {
            '"' | '\'' => self.quoted(rest, first),
            '`' => self.template(rest, 1),
            '{' => {
                if let Some(open) = self.interpolations.last_mut() {
                    *open += 1;
                }
                self.push(PieceKind::Sign, 1);
            }
            '}' => match self.interpolations.last_mut() {
                Some(0) => {
                    self.interpolations.pop();
                    self.template(rest, 1);
                }
                Some(open) => {
                    *open -= 1;
                    self.push(PieceKind::Sign, 1);
                }
                None => self.push(PieceKind::Sign, 1),
            },
            c if c.is_whitespace() => self.push(PieceKind::Space, until(|c| !c.is_whitespace())),
            c if is_word(c) => self.push(PieceKind::Word, until(|c| !is_word(c))),
            c => self.push(PieceKind::Sign, c.len_utf8()),
        }
    }

    fn push(&mut self, kind: PieceKind, length: usize) {
        self.pieces.push(Piece {
            kind,
            text: &self.text[self.at..self.at + length],
            at: self.at,
        });
        self.at += length;
    }

    /// Comments may stand in comments.
    fn comment(&mut self, rest: &str) {
        let mut depth = 0_usize;
        let mut at = 0;
        while let Some(next) = rest[at..].find(['/', '*']) {
            at += next;
            let (step, change) = match rest.get(at..at + 2) {
                Some("/*") => (2, 1),
                Some("*/") => (2, -1),
                _ => (1, 0),
            };
            at += step;
            depth = depth.saturating_add_signed(change);
            if depth == 0 {
                return self.push(PieceKind::Comment, at);
            }
        }
        self.inside = Inside::Comment;
        self.push(PieceKind::Comment, rest.len());
    }

    fn raw(&mut self, rest: &str, hashes: usize) {
        let end = format!("\"{}", "#".repeat(hashes));
        let Some(length) = rest[hashes + 1..].find(&end) else {
            self.inside = Inside::Continued;
            return self.push(PieceKind::Text, rest.len());
        };
        self.push(PieceKind::Text, hashes + 1 + length + end.len());
    }

    fn quoted(&mut self, rest: &str, quote: char) {
        let mut escaped = false;
        for (at, c) in rest.char_indices().skip(1) {
            match c {
                '\n' if !escaped => return self.push(PieceKind::Text, at),
                c if c == quote && !escaped => return self.push(PieceKind::Text, at + 1),
                _ => escaped = c == '\\' && !escaped,
            }
        }
        self.inside = if escaped || rest.ends_with("\\\n") {
            Inside::Continued
        } else {
            Inside::Text
        };
        self.push(PieceKind::Text, rest.len());
    }

    /// A text in back-ticks, from behind its first `skipped` bytes to its end or its next `${`.
    fn template(&mut self, rest: &str, skipped: usize) {
        let end = rest[skipped..].find('`').map(|at| skipped + at);
        let inner = rest[skipped..].find("${").map(|at| skipped + at);
        match (end, inner) {
            (Some(end), inner) if inner.is_none_or(|inner| end < inner) => {
                self.push(PieceKind::Text, end + 1);
            }
            (_, Some(inner)) => {
                self.interpolations.push(0);
                self.push(PieceKind::Text, inner + 2);
            }
            _ => {
                self.inside = Inside::Continued;
                self.push(PieceKind::Text, rest.len());
            }
        }
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::{Inside, PieceKind, pieces};

    #[test]
    fn pieces_are_the_whole_text() {
        for text in [
            "let x = sh(\"a \\\" b\", #{ cwd: `c` }); // don't\nx",
            "`a ${ f(#{ a: `b ${ 1 }` }) } c` + _",
            "/* a /* b */ c */ 'x' #\"raw \"#",
            "é \"open",
            "",
        ] {
            let (pieces, _) = pieces(text);
            let joined: String = pieces.iter().map(|piece| piece.text).collect();
            assert_eq!(joined, text);
        }
    }

    #[test]
    fn words_in_an_interpolation_are_words() {
        let (pieces, inside) = pieces("`v ${_} and _ ${ #{ a: _ }.a }`");
        let words: Vec<_> = pieces
            .iter()
            .filter(|piece| piece.kind == PieceKind::Word)
            .map(|piece| piece.text)
            .collect();
        assert_eq!(words, ["_", "a", "_", "a"]);
        assert_eq!(inside, Inside::Nothing);
    }

    #[test]
    fn what_a_text_ends_inside_of_is_known() {
        for (text, wanted) in [
            ("1", Inside::Nothing),
            ("\"a", Inside::Text),
            ("\"a\\", Inside::Continued),
            ("print(\"`\"); `a", Inside::Continued),
            ("print(\"`\"); `a`", Inside::Nothing),
            ("`a ${ 1", Inside::Continued),
            ("// don't", Inside::Nothing),
            ("/* a", Inside::Comment),
        ] {
            assert_eq!(pieces(text).1, wanted, "{text}");
        }
    }
}
