//! Whether what was typed so far is an entry already.

use rhai::{Engine, ParseError, ParseErrorType};

use super::scan::{Inside, pieces};

/// What a text is to a line editor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completeness {
    /// An entry, or what no further line would make one.
    Whole,
    /// The beginning of one: a further line is needed.
    Open,
}

pub(super) fn completeness(engine: &Engine, text: &str) -> Completeness {
    let open = match pieces(text).1 {
        Inside::Continued | Inside::Comment => true,
        Inside::Text => false,
        Inside::Nothing => engine
            .compile(text)
            .is_err_and(|error| wants_more(&error, text)),
    };
    if open {
        Completeness::Open
    } else {
        Completeness::Whole
    }
}

/// Whether all that is wrong is that `text` ends too early.
fn wants_more(error: &ParseError, text: &str) -> bool {
    use ParseErrorType as P;
    match error.err_type() {
        P::UnexpectedEOF => true,
        P::MissingToken(..)
        | P::MissingSymbol(..)
        | P::FnMissingParams(..)
        | P::FnMissingName
        | P::FnMissingBody(..)
        | P::VariableExpected
        | P::PropertyExpected
        | P::ExprExpected(..) => is_at_end(error, text),
        _ => false,
    }
}

fn is_at_end(error: &ParseError, text: &str) -> bool {
    let position = error.position();
    let (Some(line), Some(column)) = (position.line(), position.position()) else {
        return position.is_none();
    };
    let mut lines = text.lines().skip(line - 1);
    let rest = lines.next().map_or("", |own| {
        let start = own.char_indices().nth(column - 1);
        start.map_or("", |(at, _)| &own[at..])
    });
    rest.trim().is_empty() && lines.all(|line| line.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use rhai::Engine;

    use super::{Completeness, completeness};

    #[test]
    fn what_goes_on_is_open() {
        let engine = Engine::new();
        for text in [
            "let x = #{",
            "fn f(a,",
            "fn f(a) {",
            "fn",
            "if x {",
            "let x =",
            "let",
            "f(1,",
            "[1, 2",
            "`a\nb",
            "stage(\"a\", || {\n    sh(\"true\");",
            "x.",
            "/* a",
            "1 +",
            "for n in",
            "let q = \"a\\",
            "print(\"`\"); `a",
            "`a ${ [1,",
        ] {
            assert_eq!(completeness(&engine, text), Completeness::Open, "{text}");
        }
    }

    #[test]
    fn what_is_whole_or_wrong_is_not() {
        let engine = Engine::new();
        for text in [
            "",
            "1 + 1",
            "let x = 1;",
            "fn f(a) { a }",
            "let x = ;",
            "f(1))",
            "\"no end",
            "if x { 1 } else { 2 }",
            "`a\nb`",
            "// a",
            "1 2",
            "let q = \"a\\\nb\"; q",
            "print(\"`\"); `a\nb`",
        ] {
            assert_eq!(completeness(&engine, text), Completeness::Whole, "{text}");
        }
    }
}
