//! What can be completed in this repository. Where its script or its journal cannot be read there
//! is nothing to propose, and nothing to say.

use clap::{CommandFactory, FromArgMatches};
use clap_complete::CompletionCandidate;

use crate::cli::arguments::{Arguments, Place};
use crate::cli::load::{self, Setting, load};
use crate::journal::{Journal, Run};
use crate::plan;
use crate::reference;
use crate::rehearsal::SERVICES;
use crate::secret::Secrets;

/// The stages of the script, in the order in which they run, and `label:NAME` of its labels.
pub(in crate::cli) fn stages() -> Vec<CompletionCandidate> {
    let secrets = Secrets::new();
    let program = load(&place(), &secrets, Setting::looking()).ok();
    let Some(declared) = program.and_then(|program| program.declare().ok()) else {
        return Vec::new();
    };
    let Ok(order) = plan::order(&declared.plan) else {
        return Vec::new();
    };
    let rows = declared.plan.rows(&order);
    let mut labels: Vec<_> = rows.iter().flat_map(|row| &row.stage.labels).collect();
    labels.sort();
    labels.dedup();
    let labels = labels
        .into_iter()
        .map(|label| candidate(&format!("label:{label}"), "all stages with this label"));
    let names = rows.iter().map(|row| {
        let summary = row.stage.doc.lines().next().unwrap_or_default();
        candidate(row.name, &secrets.mask(summary))
    });
    names.chain(labels).collect()
}

/// The runs of the journal, the last one first.
pub(in crate::cli) fn runs() -> Vec<CompletionCandidate> {
    let last = candidate("last", "the latest run");
    let runs = journal().and_then(|journal| journal.runs(20).ok());
    let runs = runs.unwrap_or_default();
    let numbers = runs
        .iter()
        .map(|run| candidate(&run.id.to_string(), &of_run(run)));
    std::iter::once(last).chain(numbers).collect()
}

fn of_run(run: &Run) -> String {
    let place = run.branch.as_deref().unwrap_or_default();
    format!("{} {place}", run.outcome.name())
        .trim_end()
        .to_owned()
}

/// The stages of the run that was named before, or of the last one.
pub(in crate::cli) fn started() -> Vec<CompletionCandidate> {
    let words: Vec<_> = words().collect();
    let asked = words.iter().find_map(|word| word.parse::<i64>().ok());
    let stages = journal().and_then(|journal| {
        let last = || Some(journal.runs(1).ok()?.first()?.id);
        journal.stages(asked.or_else(last)?).ok()
    });
    let stages = stages.unwrap_or_default();
    stages
        .iter()
        .map(|stage| candidate(&stage.name, stage.state.name()))
        .collect()
}

/// Whatever can be looked up.
pub(in crate::cli) fn entries() -> Vec<CompletionCandidate> {
    let entries = reference::entries();
    let entries = entries.iter();
    entries
        .map(|entry| candidate(&entry.name, &entry.summary))
        .collect()
}

/// The services whose stand-ins can be made to fail.
pub(in crate::cli) fn faults() -> Vec<CompletionCandidate> {
    SERVICES
        .iter()
        .map(|service| candidate(&format!("{service}:503"), "it answers 503"))
        .collect()
}

fn candidate(name: &str, summary: &str) -> CompletionCandidate {
    let help = (!summary.is_empty()).then(|| summary.to_owned().into());
    CompletionCandidate::new(name).help(help)
}

fn journal() -> Option<Journal> {
    let root = load::root(&place()).ok()?;
    Journal::open_existing(&root).ok().flatten()
}

/// The script that the line speaks of so far.
fn place() -> Place {
    let line = Arguments::command().ignore_errors(true);
    let matches = line.try_get_matches_from(words()).ok();
    let place = matches.and_then(|matches| Place::from_arg_matches(&matches).ok());
    place.unwrap_or_default()
}

/// The words of the line: a shell gives them behind `--`.
fn words() -> impl Iterator<Item = String> {
    let words = std::env::args_os().skip_while(|word| word != "--").skip(1);
    words.map(|word| word.to_string_lossy().into_owned())
}
