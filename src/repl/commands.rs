//! What begins with a colon.

use std::path::Path;
use std::sync::Arc;

use super::{Next, Repl};
use crate::failure::{Failure, nearest};
use crate::report::Colour;
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
    command("edit", "", "Write the next entry in $EDITOR"),
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
            ("why", stage) => self.verb(&["plan", "--explain", stage])?,
            ("env", "") => self.environment(),
            ("env", name) => self.once(&format!("env({})", serde_json::Value::from(name)))?,
            ("git", _) => self.once(GIT)?,
            ("time", text) => self.timed(text)?,
            ("edit", _) => return self.edit(),
            ("load", file) => self.load(Path::new(file))?,
            ("save", file) => self.save(Path::new(file))?,
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
        let words: Vec<_> = std::iter::once(name)
            .chain(rest.split_whitespace())
            .collect();
        self.verb(&words)
    }

    fn verb(&self, words: &[&str]) -> Result<(), Arc<Failure>> {
        let cancel = self.shell.cancel();
        let words: Vec<_> = words.iter().map(|word| (*word).to_owned()).collect();
        self.shell.command(&words, &cancel, self.gate.clone())
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

    fn load(&mut self, file: &Path) -> Result<(), Arc<Failure>> {
        let text = std::fs::read(file).map_err(|error| {
            let failure = Failure::script(format!("`{}` cannot be read", file.display()));
            Arc::new(failure.because(error.to_string()))
        })?;
        self.feed(text.as_slice())
    }

    /// The file is there whole or not at all.
    fn save(&self, file: &Path) -> Result<(), Arc<Failure>> {
        let entries: Vec<_> = self.kept.iter().map(|entry| ended(entry)).collect();
        let text = entries.join("\n") + "\n";
        let saved = files::replace(file, text);
        saved.map_err(|error| {
            let failure = Failure::script(format!("`{}` cannot be written", file.display()));
            Arc::new(failure.because(error.to_string()))
        })?;
        eprintln!("{} entries are in `{}`", self.kept.len(), file.display());
        Ok(())
    }

    fn edit(&mut self) -> Result<Next, Arc<Failure>> {
        let text = self.kept.last().cloned().unwrap_or_default();
        let environment = {
            let session = self.session.borrow();
            session.program().host().context.environment.clone()
        };
        let edited = super::editor::edit(&text, &environment).map_err(Arc::new)?;
        eprintln!("{}", edited.trim_end());
        self.take(&edited)
    }
}

/// As a statement between others.
fn ended(entry: &str) -> String {
    let entry = entry.trim_end();
    if entry.ends_with([';', '}']) {
        entry.to_owned()
    } else {
        format!("{entry};")
    }
}

/// What `:git` evaluates.
const GIT: &str =
    "#{ branch: git::branch(), sha: git::sha(), tag: git::tag(), is_dirty: git::is_dirty() }";
