//! One call as a run of its own: shown, kept in the journal, and stopped by Ctrl-C.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use serde_json::Value;

use super::{Own, asked, wrong};
use crate::action::{self, Descriptor, Effect, ErrorKind, options};
use crate::cancel::Cancel;
use crate::cli::arguments::Place;
use crate::cli::load::{self, Setting};
use crate::cli::{Done, origin, run, signals};
use crate::event::{self, Event, Events, Listed, NO_INPUTS, Outcome};
use crate::failure::{Failure, Kind};
use crate::journal::Recorder;
use crate::rehearsal::Rehearsal;
use crate::report::{self, Colour, Report, value};
use crate::script::Missing;
use crate::secret::Secrets;

/// One call as it was typed.
pub(super) struct Wanted<'a> {
    pub(super) place: Place,
    pub(super) own: Own,
    pub(super) action: &'static Descriptor,
    pub(super) effect: Effect,
    pub(super) options: Value,
    /// Whether the command line has nothing in it that cannot be hidden.
    pub(super) can_be_kept: bool,
    pub(super) secrets: &'a Secrets,
}

pub(super) fn perform(wanted: &Wanted<'_>) -> Done {
    let leaves = wanted.effect.leaves_the_machine();
    let (root, has_script) = root(&wanted.place).map_err(Arc::new)?;
    let report = Report::new(
        report::Options {
            quiet: wanted.own.quiet,
            aside: true,
            ..report::Options::default()
        },
        wanted.secrets,
    )?;
    let recorder = has_script.then(|| recorder(wanted, &root, &report.events()));
    let rehearsal = (wanted.own.rehearse && leaves)
        .then(|| run::stand_ins(&wanted.own.fault, wanted.secrets))
        .transpose()?;
    let events = match &recorder {
        Some(recorder) => recorder.before(report.events()),
        None => report.events(),
    };
    let cancel = Cancel::new();
    let setting = Setting {
        events: events.clone(),
        cancel: cancel.clone(),
        missing: Missing::Refused,
        standins: rehearsal.as_ref().map(Rehearsal::standins),
        replay: None,
    };
    let mut context = load::context(root, wanted.secrets, setting).map_err(Arc::new)?;
    context.stage = wanted.action.name.into();
    context.rehearsal = wanted.own.rehearse;
    report.set_root(&context.root);
    if leaves && !wanted.own.yes && !wanted.own.rehearse {
        asked::ask(
            wanted.action,
            wanted.effect,
            &wanted.options,
            wanted.secrets,
        )
        .map_err(Arc::new)?;
    }
    // Not before: while it asks, Ctrl-C ends wharf.
    signals::listen(&cancel);
    let done = staged(wanted, &context, recorder.as_ref());
    if let Some(rehearsal) = rehearsal {
        events.emit(Event::Rehearsed {
            services: rehearsal.received(),
        });
    }
    if let Some(recorder) = recorder {
        if let Some(number) = recorder.run() {
            report.set_number(number);
        }
        recorder.finish();
    }
    let result = report.close(done.as_ref().map(drop).map_err(Arc::clone));
    result
        .and_then(|()| done)
        .map(|result| print(wanted, &result))
}

/// The folder to work in: that of the script, or the one that was asked for where there is none.
fn root(place: &Place) -> Result<(PathBuf, bool), Failure> {
    let directory = place.directory.as_deref().unwrap_or(Path::new("."));
    match (load::root(place), directory.canonicalize()) {
        (Ok(root), _) => Ok((root, true)),
        (Err(_), Ok(directory)) if place.file.is_none() => Ok((directory, false)),
        (Err(failure), _) => Err(failure),
    }
}

/// Keeps the call in the journal of the repository.
fn recorder(wanted: &Wanted<'_>, root: &Path, report: &Events) -> Recorder {
    let mut origin = origin::origin();
    if !wanted.can_be_kept {
        origin.arguments = vec!["call".to_owned(), wanted.action.name.to_owned()];
    }
    run::recorder(root, wanted.secrets, report, origin)
}

/// The call as the only stage of a run.
fn staged(
    wanted: &Wanted<'_>,
    context: &action::Context,
    recorder: Option<&Recorder>,
) -> Result<Value, Arc<Failure>> {
    let (stage, started) = (&context.stage, Instant::now());
    context.events.emit(Event::RunStarted {
        stages: vec![Listed {
            name: stage.clone(),
            needs: Vec::new(),
        }],
        rehearsal: wanted.own.rehearse,
    });
    context.events.emit(Event::StageStarted {
        stage: stage.clone(),
        why: NO_INPUTS.to_owned(),
    });
    let call = event::Call {
        action: wanted.action.name,
        effect: wanted.effect,
        number: 0,
        // Only a journal asks whether two calls are the same.
        options: match recorder {
            Some(_) => action::identity(context, wanted.effect, &wanted.options),
            None => String::new(),
        },
    };
    let done = action::carry_out(context, wanted.action, call, wanted.options.clone());
    let done = done.map_err(|error| match error.kind {
        ErrorKind::Option(_) => wrong(wanted.action, error),
        _ => Arc::new(options::failure(wanted.action, error)),
    });
    let done = done.map_err(|failure| {
        let mut failure = Arc::unwrap_or_clone(failure);
        failure.stage = Some(stage.clone());
        Arc::new(failure)
    });
    context.events.emit(Event::StageFinished {
        stage: stage.clone(),
        outcome: match &done {
            Ok(_) => Outcome::Passed,
            Err(failure) if failure.kind == Kind::Interrupted => Outcome::Cancelled,
            Err(failure) => Outcome::Failed(failure.clone()),
        },
        took: started.elapsed(),
        result: done.as_ref().cloned().map(Arc::new).unwrap_or_default(),
    });
    if let Some(recorder) = recorder {
        // Nobody needs to be told that one of one passed.
        recorder.record(&Event::RunFinished {
            took: started.elapsed(),
            passed: usize::from(done.is_ok()),
            skipped: 0,
            failure: done.as_ref().err().cloned(),
        });
    }
    done
}

fn print(wanted: &Wanted<'_>, result: &Value) {
    let mut stdout = std::io::stdout().lock();
    let mut text = if wanted.own.json {
        value::json(result, wanted.secrets)
    } else {
        value::shown(result, Colour::of(&stdout), wanted.secrets)
    };
    text.push('\n');
    // A closed pipe wants no more lines.
    let _ = stdout.write_all(text.as_bytes());
}
