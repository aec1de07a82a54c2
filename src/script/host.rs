//! What one loaded program shares among all its host functions.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::declare::Declarations;
use super::units::Units;
use crate::action::Context;
use crate::service::git::Git;

/// The surroundings of one program, from loading to the end of its last hook.
#[derive(Debug)]
pub struct Host {
    /// The context of the top level; stages get theirs from it.
    pub context: Context,
    /// `--param name=value`.
    pub params: BTreeMap<String, String>,
    pub missing: Missing,
    pub git: Git,
    pub(super) units: Units,
    declarations: Mutex<Declarations>,
}

/// What an environment name without value and default is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// An error: the run needs it.
    Refused,
    /// A made-up value, and the person is told: a rehearsal needs no settings.
    MadeUp,
    /// A made-up value, and the person is told: a session is to begin whatever is not set.
    Later,
    /// A made-up value without a word: the pipeline is only looked at.
    Unimportant,
}

impl Host {
    pub fn new(context: Context, params: BTreeMap<String, String>, missing: Missing) -> Self {
        Self {
            git: Git::new(
                context.root.clone(),
                context.environment.clone(),
                context.cancel.clone(),
            ),
            units: Units::new(context.root.clone()),
            context,
            params,
            missing,
            declarations: Mutex::default(),
        }
    }

    /// Tells the files of the repository that the program is made of, from its root, also when one
    /// of them is missing or wrong.
    pub fn files(&self) -> impl Fn() -> Vec<String> + use<> {
        let units = self.units.clone();
        move || units.tried()
    }

    pub(super) fn declarations(&self) -> MutexGuard<'_, Declarations> {
        self.declarations
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
