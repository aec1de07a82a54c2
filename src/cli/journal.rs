//! The journal of the repository that a command line names, and what is asked of it in vain.

use std::io::Write;
use std::path::PathBuf;

use super::arguments::{Place, Which};
use super::load::root;
use crate::failure::{Failure, Kind};
use crate::journal::{Journal, JournalError, Run};
use crate::report::Colour;

/// Opens the journal, and stops what runs left behind whose wharf is gone.
pub(super) fn open(place: &Place) -> Result<Journal, Failure> {
    let root = root(place)?;
    let journal = Journal::open_existing(&root).map_err(|error| unusable(&error))?;
    let journal = journal.ok_or_else(|| nothing(root))?;
    if let Some(stopped) = journal.stop_orphans().map_err(|error| unusable(&error))? {
        let mut stderr = std::io::stderr().lock();
        let label = Colour::of(&stderr).attention("warning:");
        // Nothing is left to tell if even this cannot be printed.
        let _ = writeln!(stderr, "{label} {stopped}");
    }
    Ok(journal)
}

pub(super) fn run(journal: &Journal, which: Which) -> Result<Run, Failure> {
    let last = || journal.runs(1).map(|mut runs| runs.pop());
    let found = match which {
        Which::Last => last(),
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
pub(super) fn empty() -> Failure {
    Failure::script("the journal is empty").hint("`wharf run` records a run")
}
