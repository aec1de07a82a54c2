//! When which stages run again while a person edits: pure decisions over time that is passed in.
//! Whoever drives this looks at files, git and the clock, and runs what it is told to.

mod brake;
mod due;
mod git;
mod loops;
mod run;
mod settle;
mod stages;
mod watcher;

pub use brake::Brake;
pub use due::{Due, Ended, Examined, Next, Start};
pub use git::{Activity, LOCK};
pub use settle::SHORTEST;
pub use stages::{Change, Stages};
pub use watcher::Watcher;
