//! A run's events, drawn. Every byte passes through the secrets' mask on its way out

mod clean;
pub mod graph;
mod lines;
mod plain;
mod style;
mod terminal;

use std::io::{IsTerminal, stderr, stdout};
use std::sync::{Mutex, PoisonError};

use crate::event::Events;
use crate::secret::Secrets;

use plain::{Output, Plain};
use terminal::Terminal;

pub use style::Colour;

/// A sink that shows a run to whoever started wharf: with live lines on a terminal, without in a
/// pipe, a file or CI. `quiet` leaves only what the script and its commands print.
pub fn events(quiet: bool, secrets: &Secrets) -> Events {
    let plain = Plain::new(
        Output::new(stdout()),
        Output::new(stderr()),
        secrets.clone(),
        quiet,
    );
    if stderr().is_terminal() && !quiet && std::env::var_os("CI").is_none() {
        let terminal = Mutex::new(Terminal::new(plain, secrets.clone()));
        return Events::new(move |event| {
            let mut terminal = terminal.lock().unwrap_or_else(PoisonError::into_inner);
            terminal.event(&event);
        });
    }
    let plain = Mutex::new(plain);
    Events::new(move |event| {
        let mut plain = plain.lock().unwrap_or_else(PoisonError::into_inner);
        plain.event(&event);
    })
}
