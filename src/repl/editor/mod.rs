//! The line that is being typed.

mod complete;
mod history;
mod images;
mod options;
mod paint;
mod place;

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::rc::Rc;

use rustyline::completion::{Completer, Pair};
use rustyline::error::ReadlineError;
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::{Hint, Hinter};
use rustyline::history::MemHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{CompletionType, Config, Context, EditMode, Helper};

use crate::failure::Failure;
use crate::repl::is_open;
use crate::report::Colour;
use crate::script::Session;
use crate::secret::Secrets;
use crate::service::process;

use complete::Knowledge;
use history::History;

const PROMPT: &str = "wharf> ";

/// What was typed.
pub(super) enum Line {
    Entry(String),
    /// Ctrl-C: what was typed is of no more interest.
    Interrupted,
    End,
}

/// A line editor that knows the session.
pub(super) struct Editor {
    editor: rustyline::Editor<Typing, MemHistory>,
    history: History,
}

impl Editor {
    pub(super) fn new(
        session: &Rc<RefCell<Session>>,
        root: &Path,
        secrets: Secrets,
        commands: Vec<(String, String)>,
    ) -> rustyline::Result<Self> {
        let config = Config::builder()
            .completion_type(CompletionType::List)
            .edit_mode(EditMode::Emacs)
            .auto_add_history(false)
            .build();
        let history = History::new(root, secrets);
        let mut editor = rustyline::Editor::with_history(config, MemHistory::new())?;
        for entry in history.entries() {
            editor.add_history_entry(entry)?;
        }
        editor.set_helper(Some(Typing {
            session: session.clone(),
            knowledge: Knowledge::new(session, commands),
            colour: Colour::of(&io::stdout()),
        }));
        Ok(Self { editor, history })
    }

    pub(super) fn read(&mut self) -> Line {
        if let Some(helper) = self.editor.helper_mut() {
            helper.knowledge.refresh();
        }
        match self.editor.readline(PROMPT) {
            Ok(entry) => Line::Entry(entry),
            Err(ReadlineError::Interrupted) => Line::Interrupted,
            Err(_) => Line::End,
        }
    }
}

impl Editor {
    /// Keeps `entries` in the history, which has no longer what turned out to hold a secret.
    pub(super) fn keep(&mut self, entries: &[String]) {
        for entry in entries.iter().filter(|entry| !entry.trim().is_empty()) {
            if self.history.add(entry) {
                // Only what is kept is offered again.
                let _ = self.editor.add_history_entry(entry);
            }
        }
        if let Some(left) = self.history.cleared() {
            let _ = self.editor.clear_history();
            for entry in left {
                let _ = self.editor.add_history_entry(entry);
            }
        }
    }
}

/// What rustyline asks while somebody types.
struct Typing {
    session: Rc<RefCell<Session>>,
    knowledge: Knowledge,
    colour: Colour,
}

impl Helper for Typing {}

impl Validator for Typing {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        let open = is_open(&self.session.borrow(), context.input());
        Ok(if open {
            ValidationResult::Incomplete
        } else {
            ValidationResult::Valid(None)
        })
    }
}

impl Completer for Typing {
    type Candidate = Pair;

    fn complete(
        &self,
        line: &str,
        at: usize,
        _: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<Pair>)> {
        let (start, found) = self.knowledge.complete(&line[..at]);
        let pairs = found.into_iter().map(|found| Pair {
            display: found.shown,
            replacement: found.text,
        });
        Ok((start, pairs.collect()))
    }
}

impl Hinter for Typing {
    type Hint = Signature;

    fn hint(&self, line: &str, at: usize, _: &Context<'_>) -> Option<Signature> {
        let hint = (at == line.len()).then(|| self.knowledge.hint(line));
        hint.flatten().map(Signature)
    }
}

/// How something is called: to read, and not to be taken over.
struct Signature(String);

impl Hint for Signature {
    fn display(&self) -> &str {
        &self.0
    }

    fn completion(&self) -> Option<&str> {
        None
    }
}

impl Highlighter for Typing {
    fn highlight<'l>(&self, line: &'l str, _: usize) -> Cow<'l, str> {
        if self.colour.is_on() {
            paint::painted(line).into()
        } else {
            line.into()
        }
    }

    fn highlight_hint<'h>(&self, hint: &'h str) -> Cow<'h, str> {
        self.colour.faint(hint).into()
    }

    fn highlight_char(&self, _: &str, _: usize, _: CmdKind) -> bool {
        true
    }
}

/// `text` as it is when the person's own editor is closed.
pub(super) fn edit(text: &str, environment: &BTreeMap<String, String>) -> Result<String, Failure> {
    let fault =
        |error: io::Error| Failure::script("the entry cannot be edited").because(error.to_string());
    let named = ["VISUAL", "EDITOR"]
        .into_iter()
        .find_map(|name| environment.get(name));
    let name = named.map_or("vi", String::as_str);
    let file = tempfile::Builder::new()
        .suffix(".rhai")
        .tempfile()
        .map_err(fault)?;
    std::fs::write(file.path(), text).map_err(fault)?;
    if !process::foreground(name, file.path().as_os_str(), environment).map_err(fault)? {
        return Err(Failure::script(format!(
            "`{name}` did not end well; nothing was evaluated"
        )));
    }
    std::fs::read_to_string(file.path()).map_err(fault)
}
