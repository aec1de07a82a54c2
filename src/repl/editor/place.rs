//! Where in an entry the cursor is.

use crate::script::{Inside, Piece, PieceKind, pieces};

/// The call that the cursor is in, and how.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    /// What is called, with its module.
    pub(super) callee: String,
    /// Whether it is in a map of the call, which holds its options.
    pub(super) in_options: bool,
    /// The keys of the maps around the innermost one.
    pub(super) path: Vec<String>,
    /// The key whose value is being typed.
    pub(super) key: Option<String>,
    /// Whether it is in a text, and where what is in it begins.
    pub(super) text: Option<usize>,
    pub(super) in_comment: bool,
    /// The word before the cursor, or before the text that it is in.
    pub(super) before: String,
}

/// A bracket that is open, and what was called with it.
struct Open {
    bracket: Bracket,
    callee: String,
    key: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bracket {
    Round,
    Map,
    Other,
}

/// Where the end of `line` is.
pub(super) fn place(line: &str) -> Place {
    let (pieces, inside) = pieces(line);
    let is_text = matches!(inside, Inside::Text | Inside::Continued);
    let mut code: Vec<&Piece<'_>> = pieces.iter().filter(|piece| piece.is_code()).collect();
    let text = code
        .pop_if(|piece| is_text && piece.kind == PieceKind::Text)
        .map(|piece| piece.at + 1);
    let mut open: Vec<Open> = Vec::new();
    let mut word = String::new();
    for (index, piece) in code.iter().enumerate() {
        let before = index.checked_sub(1).map(|before| code[before]);
        match (piece.kind, piece.text) {
            (PieceKind::Word, name) if word.ends_with("::") => word.push_str(name),
            (PieceKind::Word, name) => name.clone_into(&mut word),
            (PieceKind::Text, text) => text.trim_matches(['"', '`']).clone_into(&mut word),
            (_, "(") => open.push(Open {
                bracket: Bracket::Round,
                callee: std::mem::take(&mut word),
                key: None,
            }),
            (_, "[" | "{") => {
                let is_map = before.is_some_and(|before| before.text == "#");
                open.push(Open {
                    bracket: match (is_map, piece.text) {
                        (true, "{") => Bracket::Map,
                        _ => Bracket::Other,
                    },
                    callee: String::new(),
                    key: None,
                });
            }
            (_, ")" | "]" | "}") => drop(open.pop()),
            (_, ":") if line[piece.at..].starts_with("::") => word.push_str("::"),
            (_, ":") if word.ends_with("::") => {}
            (_, ":") => {
                if let Some(inner) = open
                    .last_mut()
                    .filter(|inner| inner.bracket == Bracket::Map)
                {
                    inner.key = Some(std::mem::take(&mut word));
                }
            }
            (_, ",") => {
                if let Some(inner) = open.last_mut() {
                    inner.key = None;
                }
                word.clear();
            }
            _ => word.clear(),
        }
    }
    let call = open
        .iter()
        .rposition(|inner| inner.bracket == Bracket::Round);
    let maps: Vec<_> = open[call.map_or(0, |call| call + 1)..]
        .iter()
        .filter(|inner| inner.bracket == Bracket::Map)
        .collect();
    let first = call.and_then(|call| open.get(call + 1));
    let in_options = first.is_some_and(|first| first.bracket == Bracket::Map);
    let (innermost, around) = match maps.split_last() {
        Some((innermost, around)) if in_options => (Some(innermost), around),
        _ => (None, &[][..]),
    };
    Place {
        callee: call
            .map(|call| open[call].callee.clone())
            .unwrap_or_default(),
        in_options,
        path: around.iter().filter_map(|map| map.key.clone()).collect(),
        key: innermost.and_then(|map| map.key.clone()),
        text,
        in_comment: inside == Inside::Comment
            || pieces
                .last()
                .is_some_and(|last| last.text.starts_with("//")),
        before: word,
    }
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn the_place_of_the_cursor_is_known() {
        for (line, callee, in_options, key, in_text) in [
            ("docker_build(", "docker_build", false, None, false),
            ("docker_build(#{ ta", "docker_build", true, None, false),
            (
                "docker_build(#{ tag: \"a",
                "docker_build",
                true,
                Some("tag"),
                true,
            ),
            (
                "docker_build(#{ tag: \"a, b\", pul",
                "docker_build",
                true,
                None,
                false,
            ),
            (
                "stage(\"a\", #{ needs: [\"b",
                "stage",
                true,
                Some("needs"),
                true,
            ),
            ("stage(\"a\", #{ retry: #{ co", "stage", true, None, false),
            ("stage(\"a\", || { le", "stage", false, None, false),
            ("sh(\"a\") + env(\"P", "env", false, None, true),
            ("slack::post(\"x\", #{ ", "slack::post", true, None, false),
            ("// don't\nsh(\"a", "sh", false, None, true),
        ] {
            let found = place(line);
            assert_eq!(found.callee, callee, "{line}");
            assert_eq!(found.in_options, in_options, "{line}");
            assert_eq!(found.key.as_deref(), key, "{line}");
            assert_eq!(found.text.is_some(), in_text, "{line}");
        }
        assert_eq!(place("stage(\"a\", #{ retry: #{ co").path, ["retry"]);
        assert_eq!(place("import \"st").before, "import");
    }
}
