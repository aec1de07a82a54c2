//! Entries typed one after the other: evaluated, shown, asked about before they leave the machine.

mod asking;
mod commands;
mod editor;

use std::cell::RefCell;
use std::io::{self, BufRead, IsTerminal, Write};
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use serde_json::Value;

use crate::action::{Context, Gate, Standins};
use crate::cancel::Cancel;
use crate::event::Events;
use crate::failure::Failure;
use crate::report::{Colour, value};
use crate::script::{Completeness, Given, Program, Session};
use crate::secret::Secrets;

pub use asking::Asking;

use editor::{Editor, Line};

/// What the command line does for a session.
pub trait Shell {
    /// The script as it is now; a bare program of nothing where it is not wanted.
    fn load(&self) -> Result<Program, Failure>;
    /// A command of `wharf` itself, such as `plan test`.
    fn command(
        &self,
        words: &[String],
        cancel: &Cancel,
        gate: Arc<dyn Gate>,
    ) -> Result<(), Arc<Failure>>;
    /// The commands there are, each with what it does.
    fn commands(&self) -> Vec<(String, String)>;
    fn show(&self, failure: &Failure);
    /// What Ctrl-C stops from now on.
    fn cancel(&self) -> Cancel;
}

/// How to go about it.
#[derive(Debug)]
pub struct Options {
    /// Whether values are printed as JSON.
    pub json: bool,
    pub asking: Asking,
    /// The script, to see when it changes; none where it was not loaded.
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
    kept: Vec<String>,
    modified: Option<SystemTime>,
    rehearsing: Option<Arc<Standins>>,
    gate: Arc<Asking>,
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
        Ok(Self {
            shell,
            modified: modified(options.script.as_ref()),
            gate: Arc::new(options.asking.clone()),
            options,
            session: Rc::new(RefCell::new(session)),
            kept: Vec::new(),
            rehearsing: None,
        })
    }

    /// Evaluates `text` and prints what it gives.
    pub fn once(&mut self, text: &str) -> Result<(), Arc<Failure>> {
        let given = self.evaluate(text).map_err(Arc::new)?;
        self.print(&given);
        Ok(())
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
            if self.session.borrow().completeness(&entry) == Completeness::Open {
                entry.push('\n');
            } else if self.take(&std::mem::take(&mut entry))? == Next::Quit {
                return Ok(());
            }
        }
        self.take(&entry).map(drop)
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
            self.reload_if_changed();
            match editor.read() {
                Line::Entry(entry) => match self.take(&entry) {
                    Ok(Next::Go) => {}
                    Ok(Next::Quit) => return Ok(()),
                    Err(failure) => self.shell.show(&failure),
                },
                Line::Interrupted => {}
                Line::End => return Ok(()),
            }
        }
    }

    fn greet(&self) {
        let session = self.session.borrow();
        let colour = Colour::of(&io::stderr());
        let loaded = match self.options.script {
            Some(_) => format!("{} is loaded", session.program().name()),
            None => "nothing is loaded".to_owned(),
        };
        let text = format!("{loaded}; `:help` tells what there is, Ctrl-D leaves");
        eprintln!("{}", colour.faint(&text));
    }

    /// One entry, or a command.
    fn take(&mut self, entry: &str) -> Result<Next, Arc<Failure>> {
        let entry = entry.trim();
        if entry.is_empty() {
            return Ok(Next::Go);
        }
        if let Some(command) = entry.strip_prefix(':') {
            return self.command(command);
        }
        let given = self.evaluate(entry).map_err(Arc::new)?;
        self.kept.push(entry.to_owned());
        self.print(&given);
        Ok(Next::Go)
    }

    fn evaluate(&mut self, text: &str) -> Result<Given, Failure> {
        let mut context = Context::clone(&self.session.borrow().program().host().context);
        context.stage = "repl".into();
        context.cancel = self.shell.cancel();
        context.events = self.options.events.clone();
        context.gate = Some(self.gate.clone());
        context.standins.clone_from(&self.rehearsing);
        self.session.borrow_mut().enter(text, Arc::new(context))
    }

    fn print(&self, given: &Given) {
        let colour = Colour::of(&io::stdout());
        let text = match given {
            Given::Nothing if self.options.json => "null".to_owned(),
            Given::Nothing => return,
            Given::Data(data) if self.options.json => format!("{data:#}"),
            Given::Data(data) => value::shown(data, colour),
            Given::Other(what) if self.options.json => Value::from(*what).to_string(),
            Given::Other(what) => colour.faint(what),
        };
        let text = crate::report::told(&text, colour.is_on(), &self.options.secrets);
        // A closed pipe wants no more lines.
        let _ = writeln!(io::stdout(), "{text}");
    }

    fn timed(&mut self, text: &str) -> Result<(), Arc<Failure>> {
        let began = Instant::now();
        self.once(text)?;
        eprintln!("{}", humantime::format_duration(began.elapsed()));
        Ok(())
    }

    fn reload_if_changed(&mut self) {
        let now = modified(self.options.script.as_ref());
        if now != self.modified {
            self.modified = now;
            match self.reset() {
                Ok(()) => {
                    let session = self.session.borrow();
                    eprintln!(
                        "{} has changed and was loaded again",
                        session.program().name()
                    );
                }
                Err(failure) => {
                    self.shell.show(&failure);
                    eprintln!("the script has changed; the last one that was right stays");
                }
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

fn modified(script: Option<&PathBuf>) -> Option<SystemTime> {
    script?.metadata().ok()?.modified().ok()
}

/// Whether a person is there to be asked and to read.
pub fn is_conversation() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}
