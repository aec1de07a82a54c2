//! `wharf resume`: a run that did not pass continues where it stopped.

use std::io::Write;
use std::sync::Arc;

use clap::Parser;

use super::arguments::{Arguments, Place, ResumeOptions, RunOptions, Verb, Which};
use super::load::root;
use super::{Caller, Done, journal, run};
use crate::failure::{Failure, Kind};
use crate::journal::{Journal, Run, RunOutcome};
use crate::run::{Recorded, Resumed, Verdicts};
use crate::secret::Secrets;
use crate::service::state;

pub(super) fn resume(
    place: &Place,
    options: &ResumeOptions,
    secrets: &Secrets,
    caller: &Caller,
) -> Done {
    let (earlier, resumed) = earlier(place, options).map_err(Arc::new)?;
    let (place, mut wanted) = again(&earlier.arguments, place).map_err(Arc::new)?;
    wanted.report = options.report.clone();
    wanted.jobs = options.jobs.or(wanted.jobs);
    for fault in &wanted.fault {
        // That nobody reads this is no failure.
        let _ = writeln!(std::io::stderr(), "`--fault {fault}` is injected again");
    }
    run::resumed(&place, &wanted, secrets, caller, resumed, earlier.arguments)
}

/// Whether something of the run is left to do, and no other run does it.
pub(super) fn can_be_resumed(journal: &Journal, run: &Run) -> bool {
    let stopped = matches!(run.outcome, RunOutcome::Failed | RunOutcome::Interrupted);
    stopped
        && again(&run.arguments, &Place::default()).is_ok()
        && refuse_if_resumed(journal, run).is_ok()
}

fn earlier(place: &Place, options: &ResumeOptions) -> Result<(Run, Resumed), Failure> {
    let journal = journal::open(place)?;
    key(place)?;
    let run = journal::run_to_resume(&journal, options.run.unwrap_or(Which::Last))?;
    refuse_if_resumed(&journal, &run)?;
    let last = recorded(&journal, run.clone())?;
    let judged = options.done.iter().chain(&options.again);
    for name in judged {
        if !last.stages.iter().any(|stage| stage.name == *name) {
            let message = format!("run {} had no stage `{name}`", run.id);
            return Err(Failure::script(message));
        }
    }
    let mut before = Vec::new();
    let mut resumed = run.resumed;
    while let Some(number) = resumed {
        let run = journal::run(&journal, Which::Number(number))?;
        resumed = run.resumed;
        before.push(recorded(&journal, run)?);
    }
    let verdicts = Verdicts {
        done: options.done.clone(),
        again: options.again.clone(),
    };
    let resumed = Resumed::new(last, before, &verdicts)?;
    Ok((run, resumed))
}

/// By the key calls are known that were made: without it they would be made again.
fn key(place: &Place) -> Result<(), Failure> {
    let found = state::key(&root(place)?);
    found.map(|_| ()).map_err(|error| {
        let message = format!("the key in `{}` cannot be read", state::FOLDER);
        Failure::new(Kind::Refused, message).because(error.to_string())
    })
}

/// What a run has done is continued once: a second time would do it twice.
fn refuse_if_resumed(journal: &Journal, run: &Run) -> Result<(), Failure> {
    let next = |run: &Run| {
        let found = journal.resumed_by(run.id);
        found.map_err(|error| journal::unusable(&error))
    };
    let Some(mut newest) = next(run)? else {
        return Ok(());
    };
    let failure = Failure::script(format!("run {} was resumed by run {}", run.id, newest.id));
    while let Some(newer) = next(&newest)? {
        newest = newer;
    }
    let number = newest.id;
    Err(failure.hint(match newest.outcome {
        RunOutcome::Passed => format!("run {number} passed: nothing is left to do"),
        RunOutcome::Running => format!("`wharf logs {number} --follow` shows it"),
        RunOutcome::Failed | RunOutcome::Interrupted => {
            format!("`wharf resume {number}` continues it")
        }
    }))
}

fn recorded(journal: &Journal, run: Run) -> Result<Recorded, Failure> {
    let stages = journal.stages(run.id);
    let actions = journal.actions(run.id);
    Ok(Recorded {
        run,
        stages: stages.map_err(|error| journal::unusable(&error))?,
        actions: actions.map_err(|error| journal::unusable(&error))?,
    })
}

/// Parameters that the earlier run was not given.
fn refuse_others(given: &[(String, String)], before: &[(String, String)]) -> Result<(), Failure> {
    let Some((name, value)) = given.iter().find(|pair| !before.contains(pair)) else {
        return Ok(());
    };
    let message =
        format!("a resumed run keeps its parameters, and `{name}={value}` is none of them");
    Err(Failure::script(message).hint("`wharf run` takes others"))
}

/// A plan that was run holds no more; what it chose stands behind it.
fn without_plan(arguments: &[String]) -> impl Iterator<Item = &str> {
    let mut words = arguments.iter().map(String::as_str);
    std::iter::from_fn(move || {
        loop {
            match words.next()? {
                "--plan" => words.next(),
                word if word.starts_with("--plan=") => continue,
                word => return Some(word),
            };
        }
    })
}

/// The command line of the earlier run, in the place of this one.
fn again(arguments: &[String], place: &Place) -> Result<(Place, RunOptions), Failure> {
    if arguments.iter().any(|argument| argument.contains("***")) {
        return Err(Failure::script(
            "the command line of that run held a secret, which was not kept",
        )
        .hint("run it again: `wharf run`"));
    }
    let words = std::iter::once("wharf").chain(without_plan(arguments));
    let parsed = Arguments::try_parse_from(words).ok();
    if let Some(Arguments {
        verb: Some(Verb::Call(_)),
        ..
    }) = parsed
    {
        return Err(
            Failure::script("that was one call, and no run of the pipeline")
                .hint("`wharf history` lists the runs: `wharf resume RUN` goes on with one"),
        );
    }
    if let Some(Arguments {
        verb: Some(Verb::Watch(_)),
        ..
    }) = parsed
    {
        return Err(
            Failure::script("that was a run of `wharf watch`, which is not resumed")
                .hint("run it again: `wharf run`"),
        );
    }
    let Some(Arguments {
        place: before,
        verb: Some(Verb::Run(options)),
        ..
    }) = parsed
    else {
        return Err(
            Failure::script("that run was started in a way this wharf does not know")
                .hint("run it again: `wharf run`"),
        );
    };
    refuse_others(&place.params, &before.params)?;
    let place = Place {
        directory: place.directory.clone(),
        file: place.file.clone().or(before.file),
        params: before.params,
    };
    Ok((place, options))
}
