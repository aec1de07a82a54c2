//! One call as a run of its own: shown, kept in the journal, and stopped by Ctrl-C.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use serde_json::Value;

use super::{Own, wrong};
use crate::action::{self, Answer, Context, Descriptor, Effect, ErrorKind, Gate, options};
use crate::cli::arguments::Place;
use crate::cli::load::{self, Setting};
use crate::cli::{Caller, Done, origin, repl, run, signals};
use crate::event::{Event, Listed, NO_INPUTS, Outcome};
use crate::failure::{Failure, Kind};
use crate::journal::Recorder;
use crate::repl::{Asking, is_conversation};
use crate::report::{self, Colour, Report, told, value};
use crate::script::Missing;
use crate::secret::Secrets;
use crate::service::Services;
use crate::service::process;

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
    pub(super) caller: &'a Caller,
}

pub(super) fn perform(wanted: &Wanted<'_>) -> Done {
    let (root, has_script) = root(&wanted.place).map_err(Arc::new)?;
    let report = Report::new(
        report::Options {
            quiet: wanted.own.quiet,
            aside: true,
            ..report::Options::default()
        },
        wanted.secrets,
    )?;
    let leaves = wanted.effect.leaves_the_machine();
    let rehearsal = run::rehearsal(
        wanted.own.rehearse && leaves,
        &wanted.own.fault,
        wanted.secrets,
    )?;
    let standins = match &rehearsal {
        Some(rehearsal) => Some(rehearsal.standins()),
        None => allowed(wanted).map_err(Arc::new)?,
    };
    // Not before: while it asks, Ctrl-C ends wharf.
    let cancel = wanted
        .caller
        .cancel
        .clone()
        .unwrap_or_else(signals::followed);
    let recorder = has_script.then(|| recorder(wanted, &root, &report));
    if let Some(recorder) = &recorder {
        recorder.accompany(&cancel);
    }
    let events = match &recorder {
        Some(recorder) => recorder.before(report.events()),
        None => report.events(),
    };
    let setting = Setting {
        events: events.clone(),
        cancel,
        missing: Missing::Refused,
        standins,
        replay: None,
        gate: None,
        failed_first: false,
        services: Arc::new(Services::new(wanted.secrets)),
    };
    let mut context = load::context(root, wanted.secrets, setting).map_err(Arc::new)?;
    context.stage = wanted.action.name.into();
    context.rehearsal |= wanted.own.rehearse;
    report.set_root(&context.root);
    let done = staged(wanted, &context, recorder.as_ref());
    if let Some(rehearsal) = rehearsal {
        events.emit(Event::Rehearsed {
            services: rehearsal.received(),
        });
    }
    if let Some(recorder) = recorder {
        if report.names_number(done.is_ok())
            && let Some(number) = recorder.run()
        {
            report.set_number(number);
        }
        recorder.finish();
    }
    report.close(done.as_ref().map(drop).map_err(Arc::clone))?;
    done.map(|result| print(wanted, &result))
}

/// Asks before anything leaves the machine; the stand-ins to call instead, where that is the
/// answer.
fn allowed(wanted: &Wanted<'_>) -> Result<Option<Arc<action::Standins>>, Failure> {
    if !wanted.effect.leaves_the_machine() {
        return Ok(None);
    }
    let asking = || {
        let asking = Asking::new(
            is_conversation(),
            wanted.own.yes,
            wanted.secrets,
            repl::stand_ins(wanted.secrets),
        );
        Arc::new(asking.once()) as Arc<dyn Gate>
    };
    let gate = match &wanted.caller.gate {
        Some(gate) if !wanted.own.yes => gate.clone(),
        _ => asking(),
    };
    let cancel = wanted.caller.cancel.clone().unwrap_or_default();
    let about = action::about(wanted.action, &wanted.options, wanted.secrets);
    match gate.ask(wanted.action, wanted.effect, &about, &cancel) {
        Answer::Yes => Ok(None),
        Answer::Rehearse(standins) => Ok(Some(standins)),
        Answer::No { why, hint } => {
            let message = format!("`{}` did not run: {why}", wanted.action.name);
            let failure = Failure::new(Kind::Refused, message);
            Err(match hint {
                Some(hint) => failure.hint(hint),
                None => failure,
            })
        }
        Answer::Hold(what) => {
            let message = format!("`{}` did not run: {what}", wanted.action.name);
            Err(Failure::new(Kind::Refused, message))
        }
    }
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
fn recorder(wanted: &Wanted<'_>, root: &Path, report: &Report) -> Recorder {
    let mut origin = origin::origin();
    if !wanted.can_be_kept {
        origin.arguments = vec!["call".to_owned(), wanted.action.name.to_owned()];
    }
    let recorder = run::recorder(root, wanted.secrets, &report.events(), origin);
    let watcher = recorder.clone();
    process::watch(move |change| watcher.group(change));
    recorder
}

/// The call as the only stage of a run.
fn staged(
    wanted: &Wanted<'_>,
    context: &Context,
    recorder: Option<&Recorder>,
) -> Result<Value, Arc<Failure>> {
    let (stage, started) = (&context.stage, Instant::now());
    context.events.emit(Event::RunStarted {
        stages: vec![Listed {
            name: stage.clone(),
            needs: Vec::new(),
            environment: None,
        }],
        rehearsal: wanted.own.rehearse,
    });
    context.events.emit(Event::StageStarted {
        stage: stage.clone(),
        why: NO_INPUTS.to_owned(),
    });
    let options = wanted.options.clone();
    let done = action::carry_out(context, wanted.action, wanted.effect, 0, options);
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
            held: 0,
            failure: done.as_ref().err().cloned(),
        });
    }
    done
}

fn print(wanted: &Wanted<'_>, result: &Value) {
    let mut stdout = std::io::stdout().lock();
    let colour = Colour::of(&stdout);
    let text = if wanted.own.json {
        format!("{result:#}")
    } else {
        value::shown(result, colour)
    };
    let text = told(&text, colour.is_on(), wanted.secrets);
    // A closed pipe wants no more lines.
    let _ = writeln!(stdout, "{text}");
}
