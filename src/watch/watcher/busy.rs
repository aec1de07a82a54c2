//! What a run is told of what is due.

use super::Watcher;
use crate::plan::OnBusy;
use crate::watch::due::{Due, Next};

impl Watcher {
    /// What the run is told, unless it was already.
    pub(super) fn interrupt(&mut self) -> Option<Next> {
        let policy = self.policy();
        let run = self.run.as_mut()?;
        // To stop is more than to let end, and each is said once.
        if run.told.is_some_and(|told| told <= policy) {
            return None;
        }
        run.told = Some(policy);
        Some(match policy {
            OnBusy::Restart => Next::Stop,
            OnBusy::Wait => Next::Drain,
            OnBusy::Queue => Next::Queue,
        })
    }

    fn policy(&self) -> OnBusy {
        if self.asked {
            return OnBusy::Restart;
        }
        let own = |position| self.stages.on_busy(position).unwrap_or(self.on_busy);
        let running = self.positions_running().map(own).max();
        let policy = running.unwrap_or(self.on_busy);
        if self.is_concerned() {
            policy
        } else {
            // What runs is none of what is due, and may end.
            policy.max(OnBusy::Wait)
        }
    }

    /// Whether anything that is due may be in the middle of its turn.
    fn is_concerned(&self) -> bool {
        let Some(run) = &self.run else {
            return false;
        };
        if run.started.is_empty() || matches!(self.due, Due::Everything { .. }) {
            return true;
        }
        let mut due = self.due.stages().keys();
        due.any(|position| run.may_run(*position, &self.stages, self.jobs))
    }
}
