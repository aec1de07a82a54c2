//! Which stage this thread is running.
//!
//! Rhai's progress and print callbacks are given no context, so each thread that evaluates a script
//! says here on whose behalf it does; host functions use the same answer.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;

use super::outputs::Outputs;
use super::units::Units;
use crate::action::Context;

/// On whose behalf a thread evaluates a script.
#[derive(Clone, Debug)]
pub struct Current {
    pub context: Arc<Context>,
    pub outputs: Arc<Outputs>,
    pub whereabouts: Whereabouts,
    /// How many actions were called so far.
    pub(super) calls: Arc<AtomicU32>,
    pub(super) units: Units,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whereabouts {
    /// The top level of a script that declares stages: nothing may happen here.
    TopLevel,
    /// The top level of a script that declares none, which is a stage itself.
    FlatScript,
    Stage,
    Hook,
    /// What a person typed into a session.
    Entry,
}

thread_local! {
    static CURRENT: RefCell<Option<Current>> = const { RefCell::new(None) };
}

/// Runs `work` on behalf of `current`.
pub(super) fn with<T>(current: Current, work: impl FnOnce() -> T) -> T {
    let _restore = Restore(CURRENT.replace(Some(current)));
    work()
}

struct Restore(Option<Current>);

impl Drop for Restore {
    fn drop(&mut self) {
        CURRENT.set(self.0.take());
    }
}

/// On whose behalf this thread runs.
pub(super) fn get() -> Current {
    CURRENT
        .with_borrow(Clone::clone)
        .expect("scripts are only evaluated inside `current::with`")
}

/// Looks whether this thread shall stop, in the middle of a script that computes.
pub(super) fn is_cancelled() -> bool {
    CURRENT.with_borrow(|current| {
        current.as_ref().is_some_and(|current| {
            let cancel = &current.context.cancel;
            cancel.lasts();
            cancel.is_cancelled()
        })
    })
}
