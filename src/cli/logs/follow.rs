//! Logs that still grow.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::thread;
use std::time::Duration;

use super::{Output, unreadable};
use crate::cli::journal::unusable;
use crate::failure::Failure;
use crate::journal::{Journal, RunOutcome};

/// Between two looks at the logs.
const LOOK: Duration = Duration::from_millis(100);

/// Shows the logs of `stages`, or all logs as their lines come, until the run ends.
pub(super) fn follow(
    journal: &Journal,
    run: i64,
    stages: Option<&[String]>,
    output: &mut Output,
) -> Result<io::Result<()>, Failure> {
    let mut follower = Follower::default();
    loop {
        // Asked before: what is read after the end is all there is.
        let found = journal.run(run).map_err(|error| unusable(&error))?;
        let runs = found.is_some_and(|run| run.outcome == RunOutcome::Running);
        let shown = match stages {
            Some([stage]) => follower.show(journal, run, stage, false, output),
            Some(stages) => stages
                .iter()
                .try_for_each(|stage| follower.show(journal, run, stage, true, output)),
            None => journal
                .logged(run)
                .map_err(|error| unreadable(&error))?
                .iter()
                .try_for_each(|stage| follower.show(journal, run, stage, true, output)),
        };
        if shown.is_err() || !runs {
            return Ok(shown);
        }
        thread::sleep(LOOK);
    }
}

#[derive(Default)]
struct Follower {
    /// How much of each log was shown.
    shown: BTreeMap<String, u64>,
    last: Option<String>,
}

impl Follower {
    /// Shows what is new in one log, under a heading where the log before was another.
    fn show(
        &mut self,
        journal: &Journal,
        run: i64,
        stage: &str,
        headings: bool,
        output: &mut Output,
    ) -> io::Result<()> {
        let shown = self.shown.get(stage).copied().unwrap_or_default();
        let mut new = Vec::new();
        match File::open(journal.log_path(run, stage)) {
            Ok(mut file) => {
                file.seek(SeekFrom::Start(shown))?;
                file.read_to_end(&mut new)?;
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        // The rest of a line comes with the next look.
        let whole = new.iter().rposition(|byte| *byte == b'\n');
        let Some(whole) = whole.map(|at| &new[..=at]) else {
            return Ok(());
        };
        if headings && self.last.as_deref() != Some(stage) {
            output.heading(stage, "")?;
            self.last = Some(stage.to_owned());
        }
        self.shown
            .insert(stage.to_owned(), shown + whole.len() as u64);
        output.lines(whole)
    }
}
