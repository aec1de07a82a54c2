//! `wharf repl`.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use clap::{CommandFactory, Parser};

use super::arguments::{Arguments, Place, ReplOptions};
use super::load::{Setting, bare, load, root, script};
use super::signals::{self, Slot};
use super::{Caller, Done, carry_out, origin, run, show};
use crate::action::Gate;
use crate::cancel::Cancel;
use crate::event::{Event, Events, Listed};
use crate::failure::Failure;
use crate::journal::Recorder;
use crate::rehearsal::Rehearsal;
use crate::repl::{Asking, Options, Repl, Shell, is_conversation};
use crate::report::{self, Report};
use crate::script::{Missing, Program};
use crate::secret::Secrets;
use crate::service::Services;

/// What a session's entries are recorded under.
const STAGE: &str = "repl";

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
    let recorder = run::recorder(&root, secrets, &report.events(), origin::origin());
    let events = recorded(&recorder, report.events());
    let shell = CommandLine {
        place,
        bare,
        secrets,
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
        asking: Asking::new(conversation, options.yes, secrets, stage(secrets)),
        script,
        events,
        secrets: secrets.clone(),
    };
    let mut repl = Repl::new(&shell, asked).map_err(Arc::new)?;
    let done = match &options.expression {
        Some(expression) => repl.once(expression),
        None if conversation => repl.converse(),
        None => repl.feed(io::stdin().lock()),
    };
    finish(&recorder, &done);
    done
}

/// How the stand-ins of a rehearsal are started; they are there until wharf ends.
pub(super) fn stage(
    secrets: &Secrets,
) -> impl Fn() -> Result<Arc<crate::action::Standins>, Failure> + Send + Sync + 'static {
    let secrets = secrets.clone();
    move || {
        let rehearsal = Rehearsal::start(Vec::new(), &secrets).map_err(|error| {
            Failure::script("the stand-ins of the rehearsal cannot start")
                .because(error.to_string())
        })?;
        let standins = rehearsal.standins();
        std::mem::forget(rehearsal);
        Ok(standins)
    }
}

/// Records what happens from the first action on; entries that only compute leave nothing behind.
fn recorded(recorder: &Recorder, shown: Events) -> Events {
    let recorder = recorder.clone();
    let begun = std::sync::Once::new();
    Events::new(move |event| {
        if matches!(event, Event::ActionStarted { .. }) {
            begun.call_once(|| {
                recorder.record(&Event::RunStarted {
                    stages: vec![Listed {
                        name: STAGE.into(),
                        needs: Vec::new(),
                        environment: None,
                    }],
                    rehearsal: false,
                });
                recorder.record(&Event::StageStarted {
                    stage: STAGE.into(),
                    why: crate::event::NO_INPUTS.to_owned(),
                });
            });
        }
        recorder.record(&event);
        shown.emit(event);
    })
}

fn finish(recorder: &Recorder, done: &Done) {
    if recorder.run().is_some() {
        let failure = done.as_ref().err().cloned();
        recorder.record(&Event::StageFinished {
            stage: STAGE.into(),
            outcome: match &failure {
                Some(failure) => crate::event::Outcome::Failed(failure.clone()),
                None => crate::event::Outcome::Passed,
            },
            took: std::time::Duration::ZERO,
            result: Arc::default(),
        });
        recorder.record(&Event::RunFinished {
            took: std::time::Duration::ZERO,
            passed: usize::from(failure.is_none()),
            skipped: 0,
            held: 0,
            failure,
        });
    }
    recorder.finish();
}

/// The session's way to the rest of wharf.
struct CommandLine<'a> {
    place: &'a Place,
    bare: bool,
    secrets: &'a Secrets,
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
            missing: Missing::Unimportant,
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

    fn command(
        &self,
        words: &[String],
        cancel: &Cancel,
        gate: Arc<dyn Gate>,
    ) -> Result<(), Arc<Failure>> {
        let words = std::iter::once("wharf").chain(words.iter().map(String::as_str));
        let mut arguments = Arguments::try_parse_from(words).map_err(|error| {
            let text = error.to_string();
            let text = text.trim_start_matches("error: ").trim_end();
            Arc::new(Failure::script(text))
        })?;
        arguments.place.directory.clone_from(&self.place.directory);
        arguments.place.file.clone_from(&self.place.file);
        arguments
            .place
            .params
            .extend(self.place.params.iter().cloned());
        let caller = Caller {
            cancel: Some(cancel.clone()),
            gate: Some(gate),
        };
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
