//! What a person asks for.

use super::Watcher;
use crate::watch::due::Due;
use crate::watch::stages::Concerned;

/// The why of a stage that a person asked for.
const ASKED: &str = "you asked for it";

impl Watcher {
    /// A person asks for what ran last.
    pub fn again(&mut self) {
        match &self.last {
            Due::Stages(stages) => {
                let asked = |(position, _): (&usize, _)| (*position, ASKED.to_owned());
                self.due.add(stages.iter().map(asked).collect());
            }
            Due::Everything { manual, .. } => self.due.add_everything(ASKED, *manual),
        }
        self.asked = !self.due.is_nothing();
    }

    /// A person asks for everything.
    pub fn everything(&mut self) {
        self.due.add_everything(ASKED, true);
        self.asked = true;
    }

    /// A person asks for what failed; tells whether anything did.
    pub fn failed(&mut self) -> bool {
        let names: Vec<_> = self.failing().cloned().collect();
        let positions = names.iter().filter_map(|name| self.stages.position(name));
        let failed: Concerned = positions.map(|one| (one, ASKED.to_owned())).collect();
        if failed.is_empty() {
            return false;
        }
        let all = self.stages.with_dependants(failed.clone());
        self.due.add(failed);
        self.due.add(all);
        self.asked = true;
        true
    }
}
