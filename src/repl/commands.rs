//! What begins with a colon.

use std::io;
use std::path::Path;
use std::sync::Arc;

use super::words::split;
use super::{Next, Repl};
use crate::failure::{Failure, nearest};
use crate::report::Colour;
use crate::script::Entry;
use crate::service::files;

/// A command of the session itself.
struct Command {
    name: &'static str,
    /// What follows the name; empty if nothing does.
    takes: &'static str,
    about: &'static str,
}

const fn command(name: &'static str, takes: &'static str, about: &'static str) -> Command {
    Command { name, takes, about }
}

/// All of them. Any other is a command of `wharf`: `:run test` is `wharf run test`.
const COMMANDS: [Command; 14] = [
    command("help", "[NAME]", "What there is; all about a name"),
    command("stages", "", "List the stages"),
    command("why", "STAGE", "What decides whether a stage runs"),
    command("env", "[NAME]", "The environment, or one name of it"),
    command(
        "git",
        "",
        "Branch, commit, tag, and whether all is committed",
    ),
    command("time", "EXPR", "Evaluate, and tell how long it took"),
    command("doc", "NAME", "All about an action, a function, a module"),
    command(
        "edit",
        "",
        "Change the last entry in $EDITOR, and evaluate it",
    ),
    command("load", "FILE", "Evaluate the entries of a file"),
    command("save", "FILE", "Write the entries so far as a script"),
    command("rehearse", "on|off", "Play the services that effects reach"),
    command("reset", "", "Forget all entries and load the script again"),
    command("quit", "", "Leave"),
    command("exit", "", "Leave"),
];

impl Repl<'_> {
    /// All names after a colon, each with what it does.
    pub(super) fn commands(&self) -> Vec<(String, String)> {
        let own = COMMANDS.iter().map(|command| {
            let about = format!("{} {}", command.takes, command.about);
            (command.name.to_owned(), about.trim_start().to_owned())
        });
        let mut all: Vec<_> = own.chain(self.shell.commands()).collect();
        all.sort();
        all
    }

    pub(super) fn command(&mut self, line: &str) -> Result<Next, Arc<Failure>> {
        let (name, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let rest = rest.trim();
        let wrong = |failure: Failure| Err(Arc::new(failure));
        match (name, rest) {
            ("help", "") => self.help(),
            ("stages", _) => self.verb(&[])?,
            ("help" | "doc", name) => self.verb(&["docs", name])?,
            ("why" | "load" | "save" | "time", "") => {
                return wrong(
                    Failure::script(format!("`:{name}` needs something after it"))
                        .hint("`:help` shows what"),
                );
            }
            ("why", stage) => self.verb(&["plan", "--explain", &self.one(stage)?])?,
            ("env", "") => self.environment(),
            ("env", name) => self.show_value(&format!("env({})", serde_json::Value::from(name)))?,
            ("git", _) => self.show_value(GIT)?,
            ("time", text) => self.timed(text)?,
            ("edit", _) => return self.edit(),
            ("load", file) => self.load(&self.one(file)?)?,
            ("save", file) => self.save(&self.one(file)?)?,
            ("rehearse", "on") => {
                self.rehearsing = Some(self.gate.standins().map_err(Arc::new)?);
                eprintln!("nothing leaves this machine until `:rehearse off`");
            }
            ("rehearse", "off") => self.rehearsing = None,
            ("rehearse", _) => {
                return wrong(Failure::script("write `:rehearse on` or `:rehearse off`"));
            }
            ("reset", _) => self.reset().map_err(Arc::new)?,
            ("quit" | "exit" | "q", _) => return Ok(Next::Quit),
            (name, rest) => self.other(name, rest)?,
        }
        Ok(Next::Go)
    }

    /// A command of `wharf`.
    fn other(&self, name: &str, rest: &str) -> Result<(), Arc<Failure>> {
        let known = self.commands();
        if !known.iter().any(|(known, _)| known == name) {
            let failure = Failure::script(format!("there is no command `:{name}`"));
            let near = nearest(name, known.iter().map(|(name, _)| name.as_str()));
            return Err(Arc::new(match near {
                Some(near) => failure.hint(format!("did you mean `:{near}`?")),
                None => failure.hint("`:help` shows what there is"),
            }));
        }
        let rest = self.words(rest)?;
        let words: Vec<_> = std::iter::once(name)
            .chain(rest.iter().map(String::as_str))
            .collect();
        self.verb(&words)
    }

    fn verb(&self, words: &[&str]) -> Result<(), Arc<Failure>> {
        let cancel = self.shell.cancel();
        let words: Vec<_> = words.iter().map(|word| (*word).to_owned()).collect();
        let rehearse = self.rehearsing.is_some();
        self.shell
            .command(&words, &cancel, self.gate.clone(), rehearse)
    }

    /// The words of `text`, in which the whole name of a stage is one.
    fn words(&self, text: &str) -> Result<Vec<String>, Arc<Failure>> {
        let stages = self.session.borrow().stages();
        split(text, &stages).ok_or_else(|| {
            let failure = Failure::script("a quote is open at the end of the command");
            Arc::new(failure)
        })
    }

    /// `text` without its quotes, where it is one word; as it is where it is several.
    fn one(&self, text: &str) -> Result<String, Arc<Failure>> {
        let mut words = self.words(text)?;
        Ok(match words.pop() {
            Some(word) if words.is_empty() => word,
            _ => text.to_owned(),
        })
    }

    fn help(&self) {
        let colour = Colour::of(&std::io::stdout());
        let commands = self.commands();
        let width = commands.iter().map(|(name, _)| name.len()).max();
        let width = width.unwrap_or_default();
        for (name, about) in commands {
            let padding = " ".repeat(width - name.len());
            println!("  {}{padding}  {about}", colour.strong(&format!(":{name}")));
        }
        println!(
            "\nAnything else is evaluated; `_` is what the entry before gave. Tab completes, Ctrl-R searches\n\
             what was typed before, Ctrl-C stops what runs."
        );
    }

    fn environment(&self) {
        let session = self.session.borrow();
        let context = &session.program().host().context;
        for (name, value) in &*context.environment {
            let line = format!("{name}={value}");
            println!(
                "{}",
                crate::line::harmless(&line, false, &self.options.secrets)
            );
        }
    }

    fn load(&mut self, file: &str) -> Result<(), Arc<Failure>> {
        let text = std::fs::read_to_string(file).map_err(|error| {
            let failure = Failure::script(format!("`{file}` cannot be read"));
            Arc::new(failure.because(error.to_string()))
        })?;
        self.feed_file(file, &text)
    }

    /// The file is there whole and right, or not at all.
    fn save(&mut self, file: &str) -> Result<(), Arc<Failure>> {
        if Path::new(file).exists() && !self.saved.contains(file) {
            let failure = Failure::script(format!("there is a file `{file}` already"));
            return Err(Arc::new(
                failure.hint("name another: nothing is overwritten"),
            ));
        }
        let unwritable = |error: io::Error| {
            let failure = Failure::script(format!("`{file}` cannot be written"));
            Arc::new(failure.because(error.to_string()))
        };
        let text = self.session.borrow().as_script(&self.kept);
        if self.options.secrets.mask(&text) != text {
            let failure = Failure::script("an entry holds a secret, which no file may hold")
                .hint("read it with `secret(\"NAME\")`, and `:reset` before");
            return Err(Arc::new(failure));
        }
        let draft = files::draft(Path::new(file)).map_err(unwritable)?;
        std::fs::write(draft.path(), &text).map_err(unwritable)?;
        self.shell.check(draft.path()).map_err(|wrong| {
            let failure = Failure::script("the entries are no script that could be run again");
            Arc::new(failure.because(wrong.message))
        })?;
        files::replace(Path::new(file), text).map_err(unwritable)?;
        self.saved.insert(file.to_owned());
        let (count, are) = match self.kept.len() {
            1 => ("1 entry".to_owned(), "is"),
            count => (format!("{count} entries"), "are"),
        };
        eprintln!("{count} {are} in `{file}`");
        Ok(())
    }

    fn edit(&mut self) -> Result<Next, Arc<Failure>> {
        let text = self.last.clone();
        let environment = {
            let session = self.session.borrow();
            session.program().host().context.environment.clone()
        };
        let edited = super::editor::edit(&text, &environment).map_err(Arc::new)?;
        let edited = edited.trim();
        eprintln!("{edited}");
        self.typed.push(edited.to_owned());
        self.take(&Entry::typed(edited))
    }
}

/// What `:git` evaluates.
const GIT: &str =
    "#{ branch: git::branch(), sha: git::sha(), tag: git::tag(), is_dirty: git::is_dirty() }";
