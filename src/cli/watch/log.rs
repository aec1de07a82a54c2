//! What a stage said when it ran last.

use std::path::Path;

use crate::journal::Journal;

/// How much of its end.
const LINES: usize = 200;
/// How many runs are looked through for it.
const RUNS: usize = 50;

/// The log of `stage`, or the last one that there is, under a line that tells whose it is.
pub(super) fn last(root: &Path, stage: Option<&str>) -> Option<String> {
    let journal = Journal::open_existing(root).ok()??;
    journal.runs(RUNS).ok()?.into_iter().find_map(|run| {
        let stages = journal.stages(run.id).ok()?;
        let names = stages.iter().rev().map(|stage| stage.name.as_str());
        let mut names = names.filter(|name| stage.is_none_or(|wanted| *name == wanted));
        names.find_map(|name| {
            let text = std::fs::read(journal.log_path(run.id, name)).ok()?;
            let text = String::from_utf8_lossy(&text);
            let lines: Vec<_> = text.lines().collect();
            let shown = &lines[lines.len().saturating_sub(LINES)..];
            let head = format!("log of `{name}` in run {}:", run.id);
            (!shown.is_empty()).then(|| format!("{head}\n{}", shown.join("\n")))
        })
    })
}
