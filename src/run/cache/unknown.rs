//! Why there is no success of a stage to compare with.

use crate::journal::{Journal, StageState};

/// Completes “ran: …”.
pub(super) fn why(journal: &Journal, stage: &str) -> String {
    if journal.last_success(stage).ok().flatten().is_some() {
        return "this wharf keeps results in another way".to_owned();
    }
    let Some(before) = journal.last_end(stage).ok().flatten() else {
        return "first time".to_owned();
    };
    let run = before.run;
    match before.state {
        StageState::Failed | StageState::Excused => format!("it failed in run {run}"),
        StageState::Cancelled => format!("it did not end in run {run}"),
        _ if before.is_masked => {
            format!("its result in run {run} held a secret, and was not kept")
        }
        _ => format!("its success in run {run} was not kept"),
    }
}
