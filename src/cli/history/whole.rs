//! One run, and all that the journal knows of it.

use crate::journal::{Action, Attempt, Journal, JournalError, Run, RunOutcome, Stage};

pub(super) struct Whole {
    pub(super) run: Run,
    pub(super) stages: Vec<Stage>,
    pub(super) attempts: Vec<Attempt>,
    pub(super) actions: Vec<Action>,
}

impl Whole {
    pub(super) fn read(journal: &Journal, run: Run) -> Result<Self, JournalError> {
        Ok(Self {
            stages: journal.stages(run.id)?,
            attempts: journal.attempts(run.id)?,
            actions: journal.actions(run.id)?,
            run,
        })
    }

    /// What is no stage and called actions, in the order in which it began.
    pub(super) fn hooks(&self) -> Vec<&str> {
        let mut hooks: Vec<&str> = Vec::new();
        for action in &self.actions {
            let is_stage = self.stages.iter().any(|stage| stage.name == action.stage);
            if !is_stage && !hooks.contains(&&*action.stage) {
                hooks.push(&action.stage);
            }
        }
        hooks
    }
}

pub(super) fn is_over(run: &Run) -> bool {
    run.outcome != RunOutcome::Running
}

/// Those at `stage`, in order.
pub(super) fn own_attempts<'a>(
    attempts: &'a [Attempt],
    stage: &str,
) -> impl Iterator<Item = &'a Attempt> {
    attempts
        .iter()
        .filter(move |attempt| attempt.stage == stage)
}
