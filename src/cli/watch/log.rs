//! What a stage said when it ran last.

use std::path::Path;

use crate::journal::Journal;

/// How much of its end.
const LINES: usize = 200;

pub(super) fn last(root: &Path, stage: &str) -> Option<String> {
    let journal = Journal::open_existing(root).ok()??;
    let run = journal.runs(1).ok()?.pop()?;
    let text = std::fs::read(journal.log_path(run.id, stage)).ok()?;
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<_> = text.lines().collect();
    let shown = &lines[lines.len().saturating_sub(LINES)..];
    (!shown.is_empty()).then(|| shown.join("\n"))
}
