//! The process groups of a run, as far as the journal has to know of them.

use std::collections::BTreeSet;

use rusqlite::{Result, params};

use super::prepared::Prepared;
use crate::journal::orphans::{ENDED, SPAWNED};
use crate::service::process::{Change, Identity, leader};

/// One that is over before the next commit is never written.
#[derive(Default)]
pub(super) struct Groups {
    new: BTreeSet<i32>,
    written: BTreeSet<i32>,
    over: BTreeSet<i32>,
}

impl Groups {
    pub(super) fn change(&mut self, change: Change) {
        match change {
            Change::Started(id) => {
                self.new.insert(id);
            }
            Change::Ended(id) => {
                if !self.new.remove(&id) && self.written.remove(&id) {
                    self.over.insert(id);
                }
            }
        }
    }

    pub(super) fn have_changed(&self) -> bool {
        !self.new.is_empty() || !self.over.is_empty()
    }

    pub(super) fn write(&mut self, run: i64, prepared: &Prepared<'_>) -> Result<()> {
        for id in std::mem::take(&mut self.over) {
            prepared.execute(ENDED, params![run, id])?;
        }
        for id in std::mem::take(&mut self.new) {
            if let Some(Identity { id, start }) = leader(id) {
                prepared.execute(SPAWNED, params![run, id, start])?;
                self.written.insert(id);
            }
        }
        Ok(())
    }
}
