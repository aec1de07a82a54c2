//! Entries typed one after the other: evaluated, shown, asked about before they leave the machine.

mod asking;
mod changes;
mod commands;
mod editor;
mod words;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io::{self, BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use serde_json::Value;

use crate::action::{Context, Gate, Standins};
use crate::cancel::Cancel;
use crate::event::{Event, Events};
use crate::failure::Failure;
use crate::report::{Colour, value};
use crate::script::{Completeness, Entry, Given, Kept, Program, Session};
use crate::secret::Secrets;

pub use asking::{Asking, Played};

use changes::Changes;
use editor::{Editor, Line};

/// What the command line does for a session.
pub trait Shell {
    /// The script as it is now; a bare program of nothing where it is not wanted.
    fn load(&self) -> Result<Program, Failure>;
    /// Whether the script at `path` is right.
    fn check(&self, path: &Path) -> Result<(), Failure>;
    /// A command of `wharf` itself, such as `plan test`; with services played if `rehearse`.
    fn command(
        &self,
        words: &[String],
        cancel: &Cancel,
        gate: Arc<dyn Gate>,
        rehearse: bool,
    ) -> Result<(), Arc<Failure>>;
    /// The commands there are, each with what it does.
    fn commands(&self) -> Vec<(String, String)>;
    fn show(&self, failure: &Failure);
    /// What Ctrl-C stops from now on.
    fn cancel(&self) -> Cancel;
    /// An entry begins, as a rehearsal or not.
    fn begin(&self, rehearsing: bool);
    /// The entry that began ends.
    fn end(&self, failure: Option<&Arc<Failure>>);
}

/// How to go about it.
#[derive(Debug)]
pub struct Options {
    /// Whether values are printed as JSON.
    pub json: bool,
    pub asking: Asking,
    /// The script; none where it was not loaded.
    pub script: Option<PathBuf>,
    pub events: Events,
    pub secrets: Secrets,
}

/// One session.
pub struct Repl<'a> {
    shell: &'a dyn Shell,
    options: Options,
    session: Rc<RefCell<Session>>,
    /// What `:save` writes: the entries that were evaluated and did not fail.
    kept: Vec<Kept>,
    /// The files that `:save` wrote.
    saved: BTreeSet<String>,
    /// The entry before, whatever became of it.
    last: String,
    /// What belongs into the history and is not yet there.
    typed: Vec<String>,
    changes: Changes,
    rehearsing: Option<Arc<Standins>>,
    gate: Arc<Asking>,
}

/// Whether the script was read with settings that were made up.
fn is_unreal(session: &Session) -> bool {
    session.program().host().context.trace.is_made_up()
}

/// Whether the session goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    Go,
    Quit,
}

impl<'a> Repl<'a> {
    pub fn new(shell: &'a dyn Shell, options: Options) -> Result<Self, Failure> {
        let session = Session::new(shell.load()?)?;
        let mut changes = Changes::default();
        changes.learn(session.program());
        options.asking.set_unreal(is_unreal(&session));
        Ok(Self {
            shell,
            changes,
            gate: Arc::new(options.asking.clone()),
            options,
            session: Rc::new(RefCell::new(session)),
            kept: Vec::new(),
            saved: BTreeSet::new(),
            last: String::new(),
            typed: Vec::new(),
            rehearsing: None,
        })
    }

    /// Evaluates `text`, or carries out the command that it is, and prints what it gives.
    pub fn once(&mut self, text: &str) -> Result<(), Arc<Failure>> {
        self.take(&Entry::typed(text)).map(drop)
    }

    /// Evaluates the entries of `input`, up to the first that fails.
    pub fn feed(&mut self, input: impl BufRead) -> Result<(), Arc<Failure>> {
        let mut entry = String::new();
        for line in input.lines() {
            let line = line.map_err(|error| {
                let failure = Failure::script("standard input cannot be read");
                Arc::new(failure.because(error.to_string()))
            })?;
            entry.push_str(&line);
            if is_open(&self.session.borrow(), &entry) {
                entry.push('\n');
            } else if self.take(&Entry::typed(&std::mem::take(&mut entry)))? == Next::Quit {
                return Ok(());
            }
        }
        self.take(&Entry::typed(&entry)).map(drop)
    }

    /// Evaluates the entries of the file called `name`, up to the first that fails.
    fn feed_file(&mut self, name: &str, whole: &str) -> Result<(), Arc<Failure>> {
        let (mut start, mut end, mut before) = (0, 0, 0);
        for line in whole.split_inclusive('\n') {
            end += line.len();
            let entry = whole[start..end].trim_end();
            if end < whole.len() && is_open(&self.session.borrow(), entry) {
                continue;
            }
            self.take(&Entry::of_file(entry, name, whole, before))?;
            before += whole[start..end].matches('\n').count();
            start = end;
        }
        Ok(())
    }

    /// Reads entries from the terminal until its user leaves. What fails is shown, and no more.
    pub fn converse(&mut self) -> Result<(), Arc<Failure>> {
        let root = self.session.borrow().program().host().context.root.clone();
        let commands = self.commands();
        let mut editor = Editor::new(&self.session, &root, self.options.secrets.clone(), commands)
            .map_err(|error| {
                let failure = Failure::script("this terminal cannot be used");
                Arc::new(failure.because(error.to_string()))
            })?;
        self.greet();
        loop {
            let entry = match editor.read() {
                Line::Entry(entry) => entry,
                Line::Interrupted => continue,
                Line::End => return Ok(()),
            };
            self.reload_if_changed();
            self.typed.push(entry.clone());
            let next = self.take(&Entry::typed(entry.trim()));
            // Only now it is known what of it is secret.
            editor.keep(&std::mem::take(&mut self.typed));
            match next {
                Ok(Next::Go) => {}
                Ok(Next::Quit) => return Ok(()),
                Err(failure) => self.shell.show(&failure),
            }
        }
    }

    fn greet(&self) {
        let session = self.session.borrow();
        let colour = Colour::of(&io::stderr());
        let name = session.program().name();
        let loaded = match self.options.script {
            Some(_) if session.program().is_flat() => {
                format!("{name} is loaded up to its first action")
            }
            Some(_) => format!("{name} is loaded"),
            None => "nothing is loaded".to_owned(),
        };
        let text = format!("{loaded}; `:help` tells what there is, Ctrl-D leaves");
        eprintln!("{}", colour.faint(&text));
    }

    /// One entry, or a command.
    fn take(&mut self, entry: &Entry<'_>) -> Result<Next, Arc<Failure>> {
        let text = entry.text().trim();
        if text.is_empty() {
            return Ok(Next::Go);
        }
        if let Some(command) = text.strip_prefix(':') {
            return self.command(command);
        }
        text.clone_into(&mut self.last);
        let given = self
            .evaluate(entry)
            .map_err(|failure| meant_as_command(text, failure))?;
        self.kept.push(Kept {
            text: text.to_owned(),
            gave: given.value != Given::Nothing,
        });
        self.print(&given).map(|()| Next::Go)
    }

    /// Evaluates and prints what is no entry of the person's own.
    fn show_value(&mut self, text: &str) -> Result<(), Arc<Failure>> {
        let given = self.evaluate(&Entry::typed(text))?;
        self.print(&given)
    }

    fn evaluate(&mut self, entry: &Entry<'_>) -> Result<Shown, Arc<Failure>> {
        let printed = Arc::new(Mutex::new(None));
        let events = noting(&self.options.events, &printed);
        let mut context = Context::clone(&self.session.borrow().program().host().context);
        context.stage = "repl".into();
        context.cancel = self.shell.cancel();
        context.events = events.clone();
        context.gate = Some(self.gate.clone());
        context.standins.clone_from(&self.rehearsing);
        context.rehearsal = self.rehearsing.is_some();
        self.shell.begin(context.rehearsal);
        let given = self.session.borrow_mut().enter(entry, Arc::new(context));
        let given = given.map_err(Arc::new);
        let services = self.gate.received();
        if !services.is_empty() {
            events.emit(Event::Rehearsed { services });
        }
        self.shell.end(given.as_ref().err());
        self.changes.learn(self.session.borrow().program());
        let printed = printed.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(Shown {
            value: given?,
            printed: printed.clone(),
        })
    }

    fn print(&self, given: &Shown) -> Result<(), Arc<Failure>> {
        let colour = Colour::of(&io::stdout());
        let text = match &given.value {
            Given::Nothing if self.options.json => "null".to_owned(),
            Given::Nothing => return Ok(()),
            Given::Data(data) if self.options.json => format!("{data:#}"),
            Given::Data(data) if given.printed.as_deref() == Some(data) => {
                value::shown(&without_streams(data), colour)
            }
            Given::Data(data) => value::shown(data, colour),
            Given::Other(what, _) if self.options.json => {
                let failure = Failure::script(format!("{what} cannot be printed as JSON"));
                return Err(Arc::new(failure));
            }
            Given::Other(_, shown) => value::shown(shown, colour),
        };
        let text = crate::report::told(&text, colour.is_on(), &self.options.secrets);
        // A closed pipe wants no more lines.
        let _ = writeln!(io::stdout(), "{text}");
        Ok(())
    }

    fn timed(&mut self, text: &str) -> Result<(), Arc<Failure>> {
        let began = Instant::now();
        self.show_value(text)?;
        eprintln!("{}", humantime::format_duration(began.elapsed()));
        Ok(())
    }

    /// Loads the script again if it, a module of it or its settings have changed since.
    fn reload_if_changed(&mut self) {
        let changed = self.changes.since(self.session.borrow().program());
        if changed.is_empty() {
            return;
        }
        let names = changed.join(", ");
        let (have, were) = match changed.len() {
            1 => ("has", "was"),
            _ => ("have", "were"),
        };
        let loaded = self
            .shell
            .load()
            .and_then(|program| self.session.borrow_mut().reload(program));
        match loaded {
            Ok(()) => {
                self.changes.learn(self.session.borrow().program());
                self.gate.set_unreal(is_unreal(&self.session.borrow()));
                let stays = if self.kept.is_empty() {
                    ""
                } else {
                    "; what was typed stays"
                };
                eprintln!("{names} {have} changed and {were} loaded again{stays}");
            }
            Err(failure) => {
                self.shell.show(&failure);
                eprintln!("{names} {have} changed; the last script that was right stays");
            }
        }
    }

    /// Forgets all entries.
    fn reset(&mut self) -> Result<(), Failure> {
        let session = Session::new(self.shell.load()?)?;
        *self.session.borrow_mut() = session;
        self.kept.clear();
        Ok(())
    }
}

/// What an entry gave.
struct Shown {
    value: Given,
    /// The result of its last command, whose output has been seen.
    printed: Option<Arc<Value>>,
}

/// `events`, and the result of the last command in `printed`.
fn noting(events: &Events, printed: &Arc<Mutex<Option<Arc<Value>>>>) -> Events {
    let (events, printed) = (events.clone(), printed.clone());
    Events::new(move |event| {
        if let Event::ActionFinished {
            call,
            result: Ok(result),
            ..
        } = &event
            && call.action == "sh"
        {
            *printed.lock().unwrap_or_else(PoisonError::into_inner) = Some(result.clone());
        }
        events.emit(event);
    })
}

/// The result of a command without what it wrote.
fn without_streams(result: &Value) -> Value {
    let mut result = result.clone();
    if let Some(fields) = result.as_object_mut() {
        fields.retain(|name, _| name != "stdout" && name != "stderr");
    }
    result
}

/// Whether `text` is the beginning of an entry.
fn is_open(session: &Session, text: &str) -> bool {
    let text = match text.trim_start().strip_prefix(':') {
        // Of the commands only this takes code.
        Some(command) => command.strip_prefix("time ").unwrap_or_default(),
        None => text,
    };
    session.completeness(text) == Completeness::Open
}

/// Who types the name of a command alone has mostly meant that.
fn meant_as_command(text: &str, failure: Arc<Failure>) -> Arc<Failure> {
    let hint = match text.trim_end_matches("()") {
        "exit" | "quit" => "`:quit` leaves, and so does Ctrl-D",
        "help" => "`:help` tells what there is",
        _ => return failure,
    };
    Arc::new(Arc::unwrap_or_clone(failure).hint(hint))
}

/// Whether a person is there to be asked and to read.
pub fn is_conversation() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}
