//! What can be completed in this repository. Where its script or its journal cannot be read there
//! is nothing to propose, and nothing to say.

use clap::{CommandFactory, FromArgMatches};
use clap_complete::CompletionCandidate;

use crate::cli::arguments::{Arguments, Place};
use crate::cli::load::{self, Setting, load};
use crate::cli::resume::can_be_resumed;
use crate::journal::{Journal, Run};
use crate::plan;
use crate::reference;
use crate::rehearsal::SERVICES;
use crate::script::stages_in;
use crate::secret::Secrets;

/// How many runs are proposed.
const MOST: usize = 20;

/// The stages of the script, in the order in which they run, and `label:NAME` of its labels. While it
/// is wrong, the stages whose names are written out in it.
pub(in crate::cli) fn stages() -> Vec<CompletionCandidate> {
    let place = place();
    declared(&place).unwrap_or_else(|| written(&place))
}

fn declared(place: &Place) -> Option<Vec<CompletionCandidate>> {
    let secrets = Secrets::new();
    let program = load(place, &secrets, Setting::looking()).ok()?;
    let declared = program.declare().ok()?;
    let order = plan::order(&declared.plan).ok()?;
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
    // Those of a matrix would hide it before somebody asks for them.
    let asked = words().last().is_some_and(|word| word.contains('('));
    let stages = declared.plan.stages.iter().filter(|_| asked);
    let instances = stages
        .filter(|stage| !stage.matrix.is_empty())
        .map(|stage| candidate(&stage.name, ""));
    Some(names.chain(labels).chain(instances).collect())
}

fn written(place: &Place) -> Vec<CompletionCandidate> {
    let script = load::script(place).ok();
    let text = script.and_then(|script| std::fs::read_to_string(script).ok());
    let text = text.unwrap_or_default();
    let names = stages_in(&text).into_iter();
    names.map(|name| candidate(name, "")).collect()
}

/// The runs of the journal, the last one first.
pub(in crate::cli) fn runs() -> Vec<CompletionCandidate> {
    let last = candidate("last", "the last run of the pipeline");
    let runs = journal().and_then(|journal| journal.runs(MOST).ok());
    let runs = runs.unwrap_or_default();
    std::iter::once(last)
        .chain(runs.iter().map(of_run))
        .collect()
}

/// Those of them that can be resumed.
pub(in crate::cli) fn stopped() -> Vec<CompletionCandidate> {
    let Some(journal) = journal() else {
        return Vec::new();
    };
    let runs = journal.runs(MOST).unwrap_or_default().into_iter();
    let runs = runs.filter(|run| can_be_resumed(&journal, run));
    runs.map(|run| of_run(&run)).collect()
}

fn of_run(run: &Run) -> CompletionCandidate {
    let place = run.branch.as_deref().unwrap_or_default();
    let about = format!("{} {place}", run.outcome.name());
    candidate(&run.id.to_string(), about.trim_end())
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
