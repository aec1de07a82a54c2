//! What may come next where somebody types.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::images::Images;
use crate::action::{self, Descriptor, schema};
use crate::reference;
use crate::script::{Function, Session, Symbol, SymbolKind};

/// One thing that may be put in place of what was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) text: String,
    /// As it stands in the list: with what it is.
    pub(super) shown: String,
}

/// What is known to complete with, as of the entry before.
pub(super) struct Knowledge {
    session: Rc<RefCell<Session>>,
    commands: Vec<(String, String)>,
    symbols: Vec<Symbol>,
    stages: Vec<String>,
    environment: Vec<String>,
    images: Images,
    root: PathBuf,
}

/// The call that the cursor is in, and how.
#[derive(Debug, Default, PartialEq, Eq)]
struct Inside {
    /// What is called.
    callee: String,
    /// Whether it is in a map of the call, which holds its options.
    in_options: bool,
    /// The key whose value is being typed.
    key: Option<String>,
    /// Whether it is in a text, and where that begins.
    quote: Option<usize>,
}

impl Knowledge {
    pub(super) fn new(session: &Rc<RefCell<Session>>, commands: Vec<(String, String)>) -> Self {
        let root = session.borrow().program().host().context.root.clone();
        Self {
            session: session.clone(),
            commands,
            symbols: Vec::new(),
            stages: Vec::new(),
            environment: Vec::new(),
            images: Images::default(),
            root,
        }
    }

    /// Learns what the last entry changed.
    pub(super) fn refresh(&mut self) {
        let session = self.session.borrow();
        self.symbols = session.symbols();
        self.stages = session.stages();
        let environment = &session.program().host().context.environment;
        self.environment = environment.keys().cloned().collect();
    }

    /// Where in `line`, which ends at the cursor, the replacement begins, and what may stand there.
    pub(super) fn complete(&self, line: &str) -> (usize, Vec<Found>) {
        if let Some(command) = line.strip_prefix(':') {
            return self.command(command);
        }
        let inside = inside(line);
        if let Some(quote) = inside.quote {
            return self.text(&inside, line, quote + 1);
        }
        let start = line.len() - trailing(line, |c| c.is_alphanumeric() || c == '_' || c == ':');
        let start = start + line[start..].len() - line[start..].trim_start_matches(':').len();
        let typed = &line[start..];
        let before = line[..start].trim_end();
        let at_key = inside.in_options && before.ends_with(['{', ',']);
        if at_key && let Some(options) = options(&inside.callee) {
            let found = options
                .into_iter()
                .filter(|(name, _)| name.starts_with(typed));
            let found = found.map(|(name, about)| Found {
                text: format!("{name}: "),
                shown: format!("{name}: {about}"),
            });
            return (start, found.collect());
        }
        if before.ends_with('.') && !before.ends_with("..") {
            return (start, self.members(before.trim_end_matches('.'), typed));
        }
        let found = self
            .symbols
            .iter()
            .filter(|symbol| symbol.name.starts_with(typed));
        (start, found.map(found_symbol).collect())
    }

    /// What to show behind the cursor at the end of `line`.
    pub(super) fn hint(&self, line: &str) -> Option<String> {
        let open = line.strip_suffix('(')?;
        let name =
            &open[open.len() - trailing(open, |c| c.is_alphanumeric() || c == '_' || c == ':')..];
        let symbol = self.symbols.iter().find(|symbol| symbol.name == name)?;
        let about = symbol.about.strip_prefix(name).unwrap_or(&symbol.about);
        Some(about.trim_start_matches('(').to_owned())
    }

    fn command(&self, typed: &str) -> (usize, Vec<Found>) {
        let Some((name, argument)) = typed.split_once(' ') else {
            let found = self
                .commands
                .iter()
                .filter(|(name, _)| name.starts_with(typed));
            let found = found.map(|(name, about)| Found {
                text: name.clone(),
                shown: format!("{name}  {about}"),
            });
            return (1, found.collect());
        };
        let word = argument.len() - trailing(argument, |c| !c.is_whitespace());
        let start = 1 + name.len() + 1 + word;
        let word = &argument[word..];
        let plain = |names: Vec<String>| {
            let names = names.into_iter().filter(|name| name.starts_with(word));
            names.map(plain).collect()
        };
        let found = match name {
            "run" | "plan" | "why" | "graph" => plain(self.stages.clone()),
            "doc" | "docs" | "help" => plain(
                reference::entries()
                    .into_iter()
                    .map(|entry| entry.name)
                    .collect(),
            ),
            "env" => plain(self.environment.clone()),
            "load" | "save" => self.paths(word),
            "rehearse" => plain(vec!["off".to_owned(), "on".to_owned()]),
            _ => Vec::new(),
        };
        (start, found)
    }

    /// Inside a text that begins at `start`.
    fn text(&self, inside: &Inside, line: &str, start: usize) -> (usize, Vec<Found>) {
        let typed = &line[start..];
        let named = |names: Vec<String>| {
            let names = names.into_iter().filter(|name| name.starts_with(typed));
            (start, names.map(plain).collect())
        };
        match (inside.callee.as_str(), inside.key.as_deref()) {
            ("stage", Some("needs")) | ("output", _) => named(self.stages.clone()),
            ("env" | "secret", _) => named(self.environment.clone()),
            ("docker_push" | "render_deploy" | "image_ref", None | Some("image")) => {
                let session = self.session.borrow();
                named(self.images.names(&session.program().host().context))
            }
            (callee, Some(key)) => match choices(callee, key) {
                choices if choices.is_empty() => (start, self.paths(typed)),
                choices => named(choices),
            },
            _ => (start, self.paths(typed)),
        }
    }

    /// Keys of a map that a variable holds, and what can be called on anything.
    fn members(&self, before: &str, typed: &str) -> Vec<Found> {
        let name = &before[before.len() - trailing(before, |c| c.is_alphanumeric() || c == '_')..];
        let keys = self.session.borrow().keys_of(name);
        let keys = keys
            .into_iter()
            .filter(|key| key.starts_with(typed))
            .map(plain);
        let methods = self
            .symbols
            .iter()
            .filter(|symbol| symbol.kind == SymbolKind::Method && symbol.name.starts_with(typed));
        keys.chain(methods.map(found_symbol)).collect()
    }

    /// Files and folders of the repository.
    fn paths(&self, typed: &str) -> Vec<Found> {
        let (folder, start) = typed
            .rsplit_once('/')
            .map_or(("", typed), |(folder, start)| (folder, start));
        let Ok(entries) = std::fs::read_dir(self.root.join(Path::new(folder))) else {
            return Vec::new();
        };
        let mut found: Vec<_> = entries
            .flatten()
            .filter_map(|entry| {
                let name = entry.file_name().into_string().ok()?;
                let hidden = name.starts_with('.') && !start.starts_with('.');
                if hidden || !name.starts_with(start) {
                    return None;
                }
                let slash = if entry.path().is_dir() { "/" } else { "" };
                let gap = if folder.is_empty() { "" } else { "/" };
                Some(plain(format!("{folder}{gap}{name}{slash}")))
            })
            .collect();
        found.sort_by(|a, b| a.text.cmp(&b.text));
        found
    }
}

fn plain(text: String) -> Found {
    Found {
        shown: text.clone(),
        text,
    }
}

fn found_symbol(symbol: &Symbol) -> Found {
    let opens = matches!(
        symbol.kind,
        SymbolKind::Action | SymbolKind::Function | SymbolKind::Method
    );
    Found {
        text: if opens {
            format!("{}(", symbol.name)
        } else {
            symbol.name.clone()
        },
        shown: if symbol.about.is_empty() {
            symbol.name.clone()
        } else {
            symbol.about.clone()
        },
    }
}

/// Options of an action or a function, each with what it is.
fn options(callee: &str) -> Option<Vec<(String, String)>> {
    if let Some(function) = Function::find(callee) {
        let options = function.options().into_iter();
        let options: Vec<_> = options
            .map(|option| (option.name.to_owned(), option.kind.to_owned()))
            .collect();
        return (!options.is_empty()).then_some(options);
    }
    let schema = (action::find(callee)?.options)();
    let fields = schema::fields(&schema).into_iter();
    Some(
        fields
            .map(|field| (field.name.to_owned(), field.kind))
            .collect(),
    )
}

/// The texts that an option takes, where they are few.
fn choices(callee: &str, key: &str) -> Vec<String> {
    let Some(schema) = action::find(callee).map(|action: &Descriptor| (action.options)()) else {
        return Vec::new();
    };
    let Some(part) = schema::field(&schema, key) else {
        return Vec::new();
    };
    let alternatives = schema::alternatives(&schema, part);
    let texts = alternatives.iter().flat_map(|part| {
        let several = part.get("enum").and_then(|texts| texts.as_array());
        let one = part.get("const");
        several.into_iter().flatten().chain(one)
    });
    texts
        .filter_map(|text| text.as_str().map(str::to_owned))
        .collect()
}

/// How many bytes at the end of `text` are of characters that `is` likes.
fn trailing(text: &str, is: impl Fn(char) -> bool) -> usize {
    let chars = text.chars().rev().take_while(|c| is(*c));
    chars.map(char::len_utf8).sum()
}

/// Where the end of `line` is.
fn inside(line: &str) -> Inside {
    /// A bracket that is open, and what was called with it.
    struct Open {
        bracket: char,
        callee: String,
        key: Option<String>,
    }
    let mut open: Vec<Open> = Vec::new();
    let mut quote: Option<(usize, char)> = None;
    let mut word = String::new();
    let mut escaped = false;
    for (at, c) in line.char_indices() {
        if let Some((_, own)) = quote {
            if c == own && !escaped {
                quote = None;
            }
            escaped = c == '\\' && !escaped && own != '`';
            continue;
        }
        match c {
            '"' | '`' | '\'' => quote = Some((at, c)),
            '(' | '[' | '{' => {
                let callee = if c == '(' {
                    std::mem::take(&mut word)
                } else {
                    String::new()
                };
                open.push(Open {
                    bracket: c,
                    callee,
                    key: None,
                });
            }
            ')' | ']' | '}' => drop(open.pop()),
            ':' => {
                if let Some(inner) = open.last_mut().filter(|inner| inner.bracket == '{') {
                    inner.key = Some(std::mem::take(&mut word));
                }
            }
            ',' => {
                if let Some(inner) = open.last_mut() {
                    inner.key = None;
                }
            }
            _ => {}
        }
        if c.is_alphanumeric() || c == '_' {
            word.push(c);
        } else if !c.is_whitespace() {
            word.clear();
        }
    }
    let map = open.iter().rposition(|inner| inner.bracket == '{');
    let call = open.iter().rposition(|inner| inner.bracket == '(');
    let in_options = matches!((map, call), (Some(map), Some(call)) if map == call + 1);
    Inside {
        callee: call
            .map(|call| open[call].callee.clone())
            .unwrap_or_default(),
        in_options,
        key: map
            .filter(|_| in_options)
            .and_then(|map| open[map].key.clone()),
        quote: quote.map(|(at, _)| at),
    }
}

#[cfg(test)]
mod tests {
    use super::{Inside, choices, inside, options};

    #[test]
    fn the_place_of_the_cursor_is_known() {
        let place = |line: &str| {
            let Inside {
                callee,
                in_options,
                key,
                quote,
            } = inside(line);
            (callee, in_options, key, quote.is_some())
        };
        let own = |text: &str| text.to_owned();
        assert_eq!(
            place("docker_build("),
            (own("docker_build"), false, None, false)
        );
        assert_eq!(
            place("docker_build(#{ ta"),
            (own("docker_build"), true, None, false)
        );
        assert_eq!(
            place("docker_build(#{ tag: \"a"),
            (own("docker_build"), true, Some(own("tag")), true)
        );
        assert_eq!(
            place("docker_build(#{ tag: \"a, b\", pul"),
            (own("docker_build"), true, None, false)
        );
        assert_eq!(
            place("stage(\"a\", #{ needs: [\"b"),
            (own("stage"), true, Some(own("needs")), true)
        );
        assert_eq!(
            place("sh(\"a\") + env(\"P"),
            (own("env"), false, None, true)
        );
    }

    #[test]
    fn options_and_their_values_come_from_the_descriptors() {
        let names = options("docker_push").expect("an action");
        assert!(
            names.iter().any(|(name, _)| name == "also_tags"),
            "{names:?}"
        );
        assert!(options("nothing").is_none());
        assert!(choices("sh", "effect").contains(&"deploy".to_owned()));
    }
}
