//! A sign beside the database that a run is in it that has not ended: who sees it opens the journal
//! before it starts anything, for the run may have been ended with its processes left running.

use std::fs::{self, File};
use std::path::Path;

use super::Journal;

const FILE: &str = "journal.unfinished";

pub(super) fn mark(folder: &Path) {
    // Without it what was left is stopped a little later.
    let _ = File::create(folder.join(FILE));
}

pub(super) fn is_marked(folder: &Path) -> bool {
    folder.join(FILE).exists()
}

/// Takes the sign away, unless another run has not ended.
pub(super) fn clear(journal: &Journal) {
    let running = "SELECT count(*) FROM runs WHERE outcome = 'running'";
    let count = journal.connection.query_row(running, [], |row| row.get(0));
    if count == Ok(0_i64) {
        let _ = fs::remove_file(journal.folder.join(FILE));
    }
}
