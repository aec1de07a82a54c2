//! `wharf repl`.

mod recorded;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{CommandFactory, Parser};

use super::arguments::{Arguments, Place, ReplOptions};
use super::load::{Setting, bare, load, root, script};
use super::signals::{self, Slot};
use super::{Caller, Done, carry_out, show};
use crate::action::Gate;
use crate::cancel::Cancel;
use crate::event::Events;
use crate::failure::Failure;
use crate::rehearsal::Rehearsal;
use crate::repl::{Asking, Options, Played, Repl, Shell, is_conversation};
use crate::report::{self, Report};
use crate::script::check::{Severity, check};
use crate::script::{Missing, Program};
use crate::secret::Secrets;
use crate::service::Services;

use recorded::Recorded;

pub(super) fn repl(place: &Place, options: &ReplOptions, secrets: &Secrets) -> Done {
    let bare = options.bare || (options.expression.is_some() && script(place).is_err());
    let conversation = options.expression.is_none() && is_conversation();
    let report = report::Options {
        aside: options.json,
        ..report::Options::default()
    };
    let report = Report::new(report, secrets)?;
    let root = if bare {
        place
            .directory
            .clone()
            .unwrap_or_else(|| PathBuf::from("."))
    } else {
        let found = root(place);
        found.map_err(|failure| Arc::new(failure.hint("`wharf repl --bare` goes without one")))?
    };
    let recorded = Recorded::new(root, secrets, report.events());
    let events = recorded.events();
    let shell = CommandLine {
        place,
        bare,
        secrets,
        recorded,
        events: events.clone(),
        slot: conversation.then(Slot::listen),
        cancel: Cancel::new(),
    };
    if !conversation {
        signals::listen(&shell.cancel);
    }
    let script = (!bare)
        .then(|| script(place))
        .transpose()
        .map_err(Arc::new)?;
    let asked = Options {
        json: options.json,
        asking: Asking::new(is_conversation(), options.yes, secrets, stand_ins(secrets)),
        script,
        events,
        secrets: secrets.clone(),
    };
    let mut repl = Repl::new(&shell, asked).map_err(Arc::new)?;
    match &options.expression {
        Some(expression) => repl.once(expression),
        None if conversation => repl.converse(),
        None => repl.feed(io::stdin().lock()),
    }
}

/// How the stand-ins of a rehearsal are started; they are there until wharf ends.
pub(super) fn stand_ins(
    secrets: &Secrets,
) -> impl Fn() -> Result<Played, Failure> + Send + Sync + 'static {
    let secrets = secrets.clone();
    move || {
        let rehearsal = Rehearsal::start(Vec::new(), &secrets).map_err(|error| {
            Failure::script("the stand-ins of the rehearsal cannot start")
                .because(error.to_string())
        })?;
        Ok(Played {
            standins: rehearsal.standins(),
            received: Box::new(move || rehearsal.received()),
        })
    }
}

/// The session's way to the rest of wharf.
struct CommandLine<'a> {
    place: &'a Place,
    bare: bool,
    secrets: &'a Secrets,
    recorded: Arc<Recorded>,
    events: Events,
    /// In a conversation Ctrl-C stops an entry, and otherwise all.
    slot: Option<Slot>,
    cancel: Cancel,
}

impl Shell for CommandLine<'_> {
    fn load(&self) -> Result<Program, Failure> {
        let setting = Setting {
            events: self.events.clone(),
            cancel: self.cancel.clone(),
            missing: Missing::Later,
            standins: None,
            replay: None,
            gate: None,
            failed_first: false,
            services: Arc::new(Services::new(self.secrets)),
        };
        if self.bare {
            bare(self.place, self.secrets, setting)
        } else {
            load(self.place, self.secrets, setting)
        }
    }

    fn check(&self, path: &Path) -> Result<(), Failure> {
        let place = Place {
            file: Some(path.to_owned()),
            ..Place::default()
        };
        let program = load(&place, self.secrets, Setting::looking())?;
        let mut findings = check(&program).into_iter();
        match findings.find(|finding| finding.severity == Severity::Error) {
            Some(finding) => Err(finding.failure),
            None => Ok(()),
        }
    }

    fn begin(&self, rehearsing: bool) {
        self.recorded.begin(rehearsing);
    }

    fn end(&self, failure: Option<&Arc<Failure>>) {
        self.recorded.end(failure);
    }

    fn command(
        &self,
        words: &[String],
        cancel: &Cancel,
        gate: Arc<dyn Gate>,
        rehearse: bool,
    ) -> Result<(), Arc<Failure>> {
        let caller = Caller {
            cancel: Some(cancel.clone()),
            gate: Some(gate),
            rehearse,
        };
        let words = std::iter::once("wharf").chain(words.iter().map(String::as_str));
        let mut arguments = match Arguments::try_parse_from(words) {
            Ok(arguments) => arguments,
            Err(error) => return caller.unparsed(&error),
        };
        arguments.place.directory.clone_from(&self.place.directory);
        arguments.place.file.clone_from(&self.place.file);
        arguments
            .place
            .params
            .extend(self.place.params.iter().cloned());
        carry_out(&arguments, self.secrets, &caller)
    }

    fn commands(&self) -> Vec<(String, String)> {
        let command = Arguments::command();
        let verbs = command.get_subcommands();
        let verbs =
            verbs.filter(|verb| !matches!(verb.get_name(), "repl" | "help" | "completions"));
        verbs
            .map(|verb| {
                let about = verb.get_about().map(ToString::to_string);
                (verb.get_name().to_owned(), about.unwrap_or_default())
            })
            .collect()
    }

    fn show(&self, failure: &Failure) {
        show(failure, false, self.secrets);
    }

    fn cancel(&self) -> Cancel {
        match &self.slot {
            Some(slot) => {
                let cancel = Cancel::new();
                slot.put(&cancel);
                cancel
            }
            None => self.cancel.clone(),
        }
    }
}
