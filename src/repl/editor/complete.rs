//! What may come next where somebody types.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::images::Images;
use super::options::{choices, cut, options};
use super::place::{Place, place};
use crate::reference;
use crate::script::{Session, Symbol, SymbolKind, standard_modules};

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
        let place = place(line);
        if place.in_comment {
            return (line.len(), Vec::new());
        }
        if let Some(start) = place.text {
            return self.text(&place, line, start);
        }
        let start = line.len() - trailing(line, |c| c.is_alphanumeric() || c == '_' || c == ':');
        let start = start + line[start..].len() - line[start..].trim_start_matches(':').len();
        let typed = &line[start..];
        let before = line[..start].trim_end();
        if place.in_options && place.key.is_none() && before.ends_with(['{', ',']) {
            return (start, self.options(&place, typed));
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

    /// What to show behind the cursor at the end of `line`: how what is being called is called.
    pub(super) fn hint(&self, line: &str) -> Option<String> {
        if line.starts_with(':') {
            return None;
        }
        let place = place(line);
        if place.in_comment || place.callee.is_empty() {
            return None;
        }
        let key = place.key.as_ref().filter(|_| place.in_options);
        let session = self.session.borrow();
        let options = key.map(|_| options(&session, &place.callee, &place.path));
        let mut options = options.into_iter().flatten();
        if let Some(option) = options.find(|option| Some(&option.name) == key) {
            return Some(format!("  {}", option.about));
        }
        let name = &place.callee;
        let symbol = self.symbols.iter().find(|symbol| symbol.name == *name)?;
        let rest = symbol.about.strip_prefix(name.as_str());
        match rest.and_then(|rest| rest.strip_prefix('(')) {
            Some(rest) if line.ends_with('(') => Some(cut(rest)),
            _ => Some(format!("  {}", cut(&symbol.about))),
        }
    }

    /// Options of the call that are not there yet.
    fn options(&self, place: &Place, typed: &str) -> Vec<Found> {
        let session = self.session.borrow();
        let options = options(&session, &place.callee, &place.path).into_iter();
        let found = options.filter(|option| option.name.starts_with(typed));
        found
            .map(|option| Found {
                text: format!("{}: ", option.name),
                shown: option.about,
            })
            .collect()
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
    fn text(&self, place: &Place, line: &str, start: usize) -> (usize, Vec<Found>) {
        let typed = &line[start..];
        let named = |names: Vec<String>| {
            let names = names.into_iter().filter(|name| name.starts_with(typed));
            (start, names.map(plain).collect())
        };
        if place.before == "import" {
            let standard = standard_modules().map(|module| module.path);
            let standard = standard.filter(|path| path.starts_with(typed)).map(plain);
            return (start, standard.chain(self.paths(typed)).collect());
        }
        match (place.callee.as_str(), place.key.as_deref()) {
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

    /// What may stand behind a dot.
    fn members(&self, before: &str, typed: &str) -> Vec<Found> {
        let members = self.session.borrow().members(before);
        let members = members.iter();
        let found = members.filter(|symbol| symbol.name.starts_with(typed));
        found.map(found_symbol).collect()
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
        shown: cut(&symbol.about),
    }
}

/// How many bytes at the end of `text` are of characters that `is` likes.
fn trailing(text: &str, is: impl Fn(char) -> bool) -> usize {
    let chars = text.chars().rev().take_while(|c| is(*c));
    chars.map(char::len_utf8).sum()
}
