//! The statements of a text, one behind the other.

use super::scan::{Piece, PieceKind, pieces};

/// What a statement begins with that ends with its block, and needs nothing behind it.
const BLOCKS: [&str; 10] = [
    "fn", "private", "if", "for", "while", "loop", "do", "switch", "try", "{",
];

/// What goes on behind a block.
const FURTHER: [&str; 4] = ["else", "catch", "while", "until"];

/// A statement with the comments above it; the last one also with those behind it.
#[derive(Debug)]
pub(super) struct Statement<'a> {
    pub(super) text: &'a str,
    /// Its code; where each piece is in the whole text.
    pub(super) code: Vec<Piece<'a>>,
    /// Where it begins in the whole text.
    pub(super) at: usize,
}

pub(super) fn statements(text: &str) -> Vec<Statement<'_>> {
    let (pieces, _) = pieces(text);
    let code: Vec<_> = pieces.into_iter().filter(Piece::is_code).collect();
    let mut found = Vec::new();
    let (mut start, mut first, mut depth) = (0, 0, 0_usize);
    for (index, piece) in code.iter().enumerate() {
        let sign = if piece.kind == PieceKind::Sign {
            piece.text
        } else {
            ""
        };
        match sign {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth = depth.saturating_sub(1),
            _ => {}
        }
        let further = code
            .get(index + 1)
            .is_some_and(|next| FURTHER.contains(&next.text));
        let ends = match sign {
            ";" => true,
            "}" => BLOCKS.contains(&code[first].text) && !further,
            _ => false,
        };
        if depth == 0 && ends {
            found.push(Statement {
                text: &text[start..piece.end()],
                code: code[first..=index].to_vec(),
                at: start,
            });
            (start, first) = (piece.end(), index + 1);
        }
    }
    match found.last_mut() {
        // Only comments are left.
        Some(last) if first == code.len() => last.text = &text[last.at..],
        _ => found.push(Statement {
            text: &text[start..],
            code: code[first..].to_vec(),
            at: start,
        }),
    }
    found
}

impl Statement<'_> {
    pub(super) fn first(&self) -> &str {
        self.code.first().map_or("", |piece| piece.text)
    }

    /// Whether something has to end it before another follows.
    pub(super) fn is_open(&self) -> bool {
        let last = self.code.last().map_or("", |piece| piece.text);
        !self.code.is_empty() && last != ";" && !(last == "}" && BLOCKS.contains(&self.first()))
    }

    /// The name of the function that it defines, and how many parameters that has.
    pub(super) fn function(&self) -> Option<(&str, usize)> {
        let at = self.code.iter().position(|piece| piece.text == "fn")?;
        if at > 1 || !matches!(self.first(), "fn" | "private") {
            return None;
        }
        let name = self.code.get(at + 1)?;
        let parameters = self.code[at + 2..].iter();
        let words = parameters.take_while(|piece| piece.text != ")");
        let count = words.filter(|piece| piece.kind == PieceKind::Word).count();
        Some((name.text, count))
    }

    /// Whether a function called as one of `names` is.
    pub(super) fn calls(&self, names: &[&str]) -> bool {
        self.code
            .windows(2)
            .any(|pair| names.contains(&pair[0].text) && pair[1].text == "(")
    }
}

#[cfg(test)]
mod tests {
    use super::statements;

    #[test]
    fn statements_end_where_they_do() {
        let told = |text| -> Vec<String> {
            let found = statements(text).into_iter();
            found.map(|one| one.text.trim().to_owned()).collect()
        };
        assert_eq!(
            told("let a = 1; fn f(a) { a; } f(#{ b: 1 }); // done"),
            ["let a = 1;", "fn f(a) { a; }", "f(#{ b: 1 }); // done"]
        );
        assert_eq!(
            told("if a { 1 } else { 2 }\n`; ${ \"}\" }`"),
            ["if a { 1 } else { 2 }", "`; ${ \"}\" }`"]
        );
        assert_eq!(told("let f = |x| { x + 1 }"), ["let f = |x| { x + 1 }"]);
        let open: Vec<_> = ["let m = #{ a: 1 }", "fn f() { }", "x;", "if a { }", ""]
            .into_iter()
            .map(|text| statements(text)[0].is_open())
            .collect();
        assert_eq!(open, [true, false, false, false, false]);
        assert_eq!(
            statements("private fn f(a, b) { }")[0].function(),
            Some(("f", 2))
        );
    }
}
