//! The modules that travel in the binary: `import "std/NAME"`.

/// Name after `std/`, and source.
pub(super) const MODULES: &[(&str, &str)] = &[
    ("discord", include_str!("../../stdlib/discord.rhai")),
    ("django", include_str!("../../stdlib/django.rhai")),
    ("git", include_str!("../../stdlib/git.rhai")),
    ("github", include_str!("../../stdlib/github.rhai")),
    ("go", include_str!("../../stdlib/go.rhai")),
    (
        "healthchecks",
        include_str!("../../stdlib/healthchecks.rhai"),
    ),
    ("node", include_str!("../../stdlib/node.rhai")),
    ("python", include_str!("../../stdlib/python.rhai")),
    ("render", include_str!("../../stdlib/render.rhai")),
    ("rust", include_str!("../../stdlib/rust.rhai")),
    ("semver", include_str!("../../stdlib/semver.rhai")),
    ("sentry", include_str!("../../stdlib/sentry.rhai")),
    ("slack", include_str!("../../stdlib/slack.rhai")),
    ("teams", include_str!("../../stdlib/teams.rhai")),
];

pub(super) fn find(name: &str) -> Option<&'static str> {
    MODULES
        .iter()
        .find_map(|(known, source)| (*known == name).then_some(*source))
}

/// A module of the standard library, as its comments tell of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Documented {
    /// As it is imported: `std/python`.
    pub path: String,
    /// The comment at its top, Markdown.
    pub about: String,
    pub functions: Vec<DocumentedFunction>,
}

/// A function that whoever imports its module can call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentedFunction {
    pub name: String,
    /// The names of its parameters, joined by commas.
    pub parameters: String,
    /// The comment above it, Markdown.
    pub doc: String,
}

/// All modules of the standard library, by name.
pub fn standard_modules() -> impl Iterator<Item = Documented> {
    MODULES.iter().map(|(name, source)| Documented {
        path: format!("std/{name}"),
        about: comments(source.lines(), "//!"),
        functions: functions(source),
    })
}

fn functions(source: &str) -> Vec<DocumentedFunction> {
    let lines: Vec<_> = source.lines().collect();
    let mut functions = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let signature = line
            .strip_prefix("fn ")
            .and_then(|rest| rest.split_once('('));
        let Some((name, rest)) = signature else {
            continue;
        };
        let above = lines[..index].iter().rev();
        let above = above.take_while(|line| line.starts_with("///")).count();
        functions.push(DocumentedFunction {
            name: name.to_owned(),
            parameters: rest.split(')').next().unwrap_or_default().to_owned(),
            doc: comments(lines[index - above..index].iter().copied(), "///"),
        });
    }
    functions
}

/// The text of the comment lines that `lines` begin with.
fn comments<'a>(lines: impl Iterator<Item = &'a str>, mark: &str) -> String {
    let texts = lines.map_while(|line| line.strip_prefix(mark));
    let texts: Vec<_> = texts
        .map(|text| text.strip_prefix(' ').unwrap_or(text))
        .collect();
    texts.join("\n")
}
