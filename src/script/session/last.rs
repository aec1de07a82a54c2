//! `_`, what the entry before gave. The language has no such name, so it stands for one that it has.

use std::collections::BTreeSet;

use rhai::{Engine, Token};

use super::scan::{Piece, pieces};
use crate::script::engine;

/// What `_` stands for.
pub(super) const NAME: &str = "_last";

/// Where in `text` there is a `_` that stands for a value: not those of a `switch`.
pub(super) fn uses(text: &str) -> Vec<usize> {
    let (pieces, _) = pieces(text);
    let code: Vec<&Piece<'_>> = pieces.iter().filter(|piece| piece.is_code()).collect();
    let in_switch = |index: usize| {
        let behind: String = code[index + 1..]
            .iter()
            .take(2)
            .map(|piece| piece.text)
            .collect();
        behind == "=>"
    };
    code.iter()
        .enumerate()
        .filter(|(index, piece)| piece.text == "_" && !in_switch(*index))
        .map(|(_, piece)| piece.at)
        .collect()
}

/// An engine that reads `text` with [`NAME`] in each of these places, which stay where they are.
pub(super) fn parser(text: &str, uses: &[usize]) -> Engine {
    let places: BTreeSet<_> = uses.iter().map(|at| place(text, *at)).collect();
    let mut parser = engine::parser();
    #[expect(
        deprecated,
        reason = "how rhai marks what it may change; its version is pinned"
    )]
    parser.on_parse_token(move |token, position, _| {
        let here = (
            position.line().unwrap_or_default(),
            position.position().unwrap_or_default(),
        );
        if places.contains(&here) {
            Token::Identifier(Box::new(NAME.into()))
        } else {
            token
        }
    });
    parser
}

/// The line and the character, both from 1, of the byte `at`.
fn place(text: &str, at: usize) -> (usize, usize) {
    let before = &text[..at];
    let line = before.rsplit('\n').next().unwrap_or_default();
    (before.matches('\n').count() + 1, line.chars().count() + 1)
}

#[cfg(test)]
mod tests {
    use super::uses;

    #[test]
    fn only_what_stands_alone_is_the_last_value() {
        for (text, wanted) in [
            ("_", &[0][..]),
            ("_.len() + _[0]", &[0, 10]),
            ("a_b + _c + d_", &[]),
            ("\"_\" + `_` + '_' // _", &[]),
            ("\"\\\"_\" + _", &[8]),
            ("switch _ { 1 => 2, _ => 3 }", &[7]),
            ("`v ${_}`", &[5]),
        ] {
            assert_eq!(uses(text), wanted, "{text}");
        }
    }
}
