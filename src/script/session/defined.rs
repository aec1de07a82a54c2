//! What a text defines: its functions, as their comments tell of them, and the options they take.

use super::scan::PieceKind;
use super::statements::{Statement, statements};

/// A function of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Defined {
    pub(super) name: String,
    pub(super) parameters: String,
    /// The first line of the comment above it.
    pub(super) summary: String,
    pub(super) is_private: bool,
    /// Its options and what they are where they are not given, as it hands them to `with_defaults`.
    pub(super) options: Vec<(String, String)>,
}

pub(super) fn functions(text: &str) -> Vec<Defined> {
    statements(text).iter().filter_map(function).collect()
}

fn function(statement: &Statement<'_>) -> Option<Defined> {
    let (name, _) = statement.function()?;
    let whole = statement.text;
    let open = statement.code.iter().find(|piece| piece.text == "(")?;
    let inner = &whole[open.end() - statement.at..];
    Some(Defined {
        name: name.to_owned(),
        parameters: inner
            .split(')')
            .next()
            .unwrap_or_default()
            .trim()
            .to_owned(),
        summary: summary(whole),
        is_private: statement.first() == "private",
        options: options(statement),
    })
}

fn summary(text: &str) -> String {
    let mut lines = text.lines().map(str::trim);
    let first = lines.find_map(|line| line.strip_prefix("///"));
    first
        .unwrap_or_default()
        .trim()
        .trim_end_matches('.')
        .to_owned()
}

fn options(statement: &Statement<'_>) -> Vec<(String, String)> {
    let code = &statement.code;
    let called = code.iter().position(|piece| piece.text == "with_defaults");
    let map = called.and_then(|called| {
        let behind = code[called..].windows(2);
        let mut maps = behind.enumerate();
        let (at, _) = maps.find(|(_, pair)| pair[0].text == "#" && pair[1].text == "{")?;
        Some(called + at + 2)
    });
    let Some(map) = map else {
        return Vec::new();
    };
    let mut options = Vec::new();
    let (mut depth, mut start, mut key) = (0_usize, 0, None);
    for (index, piece) in code.iter().enumerate().skip(map) {
        let sign = if piece.kind == PieceKind::Sign {
            piece.text
        } else {
            ""
        };
        match sign {
            ":" if depth == 0 && key.is_none() => {
                key = Some(code[index - 1].text.trim_matches('"'));
                start = piece.end();
            }
            "," | "}" if depth == 0 => {
                if let Some(key) = key.take() {
                    let value = &statement.text[start - statement.at..piece.at - statement.at];
                    options.push((key.to_owned(), value.trim().to_owned()));
                }
                if sign == "}" {
                    break;
                }
            }
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth -= 1,
            _ => {}
        }
    }
    options
}

#[cfg(test)]
mod tests {
    use super::functions;

    #[test]
    fn functions_are_told_with_their_options() {
        let text = "//! A module.\n\n/// Posts a text.\n///\n/// More.\nfn post(text, options) {\n    \
                    let options = with_defaults(options, #{ url: (), env: #{ a: 1 }, to: f(1, 2) });\n}\n\
                    private fn own() { }\n";
        let found = functions(text);
        assert_eq!(found.len(), 2);
        assert_eq!(
            (&*found[0].name, &*found[0].parameters, &*found[0].summary),
            ("post", "text, options", "Posts a text")
        );
        let options: Vec<_> = found[0]
            .options
            .iter()
            .map(|(name, default)| (name.as_str(), default.as_str()))
            .collect();
        assert_eq!(
            options,
            [("url", "()"), ("env", "#{ a: 1 }"), ("to", "f(1, 2)")]
        );
        assert!(found[1].is_private);
    }
}
