//! `wharf resume`: a run that did not pass goes on where it stopped.

use std::sync::Arc;

use clap::Parser;

use super::arguments::{Arguments, Place, ResumeOptions, RunOptions, Verb, Which};
use super::{Caller, Done, journal, run};
use crate::failure::Failure;
use crate::run::{Resumed, Verdicts};
use crate::secret::Secrets;

pub(super) fn resume(
    place: &Place,
    options: &ResumeOptions,
    secrets: &Secrets,
    caller: &Caller,
) -> Done {
    let (earlier, resumed) = earlier(place, options).map_err(Arc::new)?;
    let (mut place, mut wanted) = again(&earlier.arguments, place).map_err(Arc::new)?;
    wanted.report = options.report.clone();
    wanted.jobs = options.jobs.or(wanted.jobs);
    // A plan that was run holds no more, and what it chose is what the run had.
    wanted.plan = None;
    place.params.dedup();
    run::resumed(&place, &wanted, secrets, caller, resumed, earlier.arguments)
}

fn earlier(
    place: &Place,
    options: &ResumeOptions,
) -> Result<(crate::journal::Run, Resumed), Failure> {
    let journal = journal::open(place)?;
    let run = journal::run(&journal, options.run.unwrap_or(Which::Last))?;
    let known = |name: &String| Failure::script(format!("run {} had no stage `{name}`", run.id));
    let stages = journal
        .stages(run.id)
        .map_err(|error| journal::unusable(&error))?;
    let judged = options.done.iter().chain(&options.again);
    for name in judged {
        if !stages.iter().any(|stage| stage.name == *name) {
            return Err(known(name));
        }
    }
    let actions = journal
        .actions(run.id)
        .map_err(|error| journal::unusable(&error))?;
    let verdicts = Verdicts {
        done: options.done.clone(),
        again: options.again.clone(),
    };
    let resumed = Resumed::new(&run, &stages, &actions, &verdicts)?;
    Ok((run, resumed))
}

/// The command line of the earlier run, in the place of this one.
fn again(arguments: &[String], place: &Place) -> Result<(Place, RunOptions), Failure> {
    if arguments.iter().any(|argument| argument.contains("***")) {
        return Err(Failure::script(
            "the command line of that run held a secret, which was not kept",
        )
        .hint("run it again: `wharf run`"));
    }
    let words = std::iter::once("wharf").chain(arguments.iter().map(String::as_str));
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
    let place = Place {
        directory: place.directory.clone(),
        file: place.file.clone().or(before.file),
        params: before.params,
    };
    Ok((place, options))
}
