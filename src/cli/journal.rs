//! The journal of the repository that a command line names, and what is asked of it in vain.

use std::io::Write;
use std::path::PathBuf;

use clap::Parser;

use super::arguments::{Arguments, Place, Verb, Which};
use super::load::root;
use crate::failure::{Failure, Kind};
use crate::journal::{Journal, JournalError, Run};
use crate::report::Colour;

/// Opens the journal, and stops what runs left behind whose wharf is gone.
pub(super) fn open(place: &Place) -> Result<Journal, Failure> {
    find(place)?.map_or_else(|| Err(nothing(root(place)?)), Ok)
}

/// The same, or nothing where nothing was ever run.
pub(super) fn find(place: &Place) -> Result<Option<Journal>, Failure> {
    let journal = Journal::open_existing(&root(place)?).map_err(|error| unusable(&error))?;
    let Some(journal) = journal else {
        return Ok(None);
    };
    let stopped = match journal.stop_orphans() {
        // What cannot be written can be read.
        Err(error) if error.is_of_writing() => None,
        stopped => stopped.map_err(|error| unusable(&error))?,
    };
    if let Some(stopped) = stopped {
        let mut stderr = std::io::stderr().lock();
        let label = Colour::of(&stderr).attention("warning:");
        // Nothing is left to tell if even this cannot be printed.
        let _ = writeln!(stderr, "{label} {stopped}");
    }
    Ok(Some(journal))
}

/// `last` is the last run of the pipeline; only where there is none is it the last call or session.
pub(super) fn run(journal: &Journal, which: Which) -> Result<Run, Failure> {
    find_run(journal, which, is_of_pipeline)
}

/// The same for one that is to be resumed, which is none of a watch either.
pub(super) fn run_to_resume(journal: &Journal, which: Which) -> Result<Run, Failure> {
    find_run(journal, which, |verb| {
        is_of_pipeline(verb) && !matches!(verb, Some(Verb::Watch(_)))
    })
}

fn find_run(
    journal: &Journal,
    which: Which,
    counts: impl Fn(Option<&Verb>) -> bool,
) -> Result<Run, Failure> {
    let last = || journal.runs(1).map(|mut runs| runs.pop());
    let found = match which {
        Which::Last => {
            last_that(journal, counts).and_then(|run| run.map_or_else(last, |run| Ok(Some(run))))
        }
        Which::Number(number) => journal.run(number),
    };
    if let Some(run) = found.map_err(|error| unusable(&error))? {
        return Ok(run);
    }
    let Which::Number(number) = which else {
        return Err(empty());
    };
    Err(match last().map_err(|error| unusable(&error))? {
        None => empty(),
        Some(last) if number > 0 && number < last.id => {
            Failure::script(format!("run {number} is no longer in the journal"))
                .hint("`wharf history` lists what is")
        }
        Some(last) => Failure::script(format!("there is no run {number}"))
            .hint(format!("the last one is {}", last.id)),
    })
}

fn last_that(
    journal: &Journal,
    counts: impl Fn(Option<&Verb>) -> bool,
) -> Result<Option<Run>, JournalError> {
    // It is nearly always among the first few.
    for limit in [10, usize::MAX] {
        let mut runs = journal.runs(limit)?.into_iter();
        if let Some(run) = runs.find(|run| counts(verb(&run.arguments).as_ref())) {
            return Ok(Some(run));
        }
    }
    Ok(None)
}

/// Whether a command line runs stages, and is no call nor session.
fn is_of_pipeline(verb: Option<&Verb>) -> bool {
    !matches!(verb, Some(Verb::Call(_) | Verb::Repl(_)))
}

fn verb(arguments: &[String]) -> Option<Verb> {
    let words = std::iter::once("wharf").chain(arguments.iter().map(String::as_str));
    let line = Arguments::try_parse_from(words).ok();
    line.and_then(|line| line.verb)
}

pub(super) fn unusable(error: &JournalError) -> Failure {
    let failure =
        Failure::new(Kind::Pipeline, "the journal cannot be used").because(error.to_string());
    match error.hint() {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}

fn nothing(root: PathBuf) -> Failure {
    Failure::script(format!("nothing was run yet in `{}`", root.display()))
        .hint("`wharf run` does, and records it")
}

/// Where there is a journal without a run.
fn empty() -> Failure {
    Failure::script("the journal is empty").hint("`wharf run` records a run")
}
