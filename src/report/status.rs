//! The line at the bottom of a terminal while a watch waits.

use std::io::{IsTerminal, Write, stderr};

use super::live::ERASE;
use super::style::Colour;
use super::width::cut;
use super::{Options, window};
use crate::line::shown;
use crate::secret::Secrets;

/// One line that is replaced by the next, and gone before anything else is printed. Nothing where
/// standard error is no terminal.
pub struct Status {
    terminal: bool,
    secrets: Secrets,
    is_shown: bool,
}

/// Where the window does not tell its width.
const COLUMNS: usize = 80;

impl Status {
    pub fn new(options: &Options, secrets: &Secrets) -> Self {
        let people = !options.quiet && !options.json && std::env::var_os("CI").is_none();
        Self {
            terminal: people && stderr().is_terminal(),
            secrets: secrets.clone(),
            is_shown: false,
        }
    }

    pub fn show(&mut self, good: Option<bool>, text: &str) {
        if !self.terminal {
            return;
        }
        let colour = Colour::of(&stderr());
        let mark = match good {
            None => colour.faint("●"),
            Some(true) => colour.good("●"),
            Some(false) => colour.bad("●"),
        };
        let columns = window::columns().unwrap_or(COLUMNS);
        let text = shown(&self.secrets.mask(text), false, &self.secrets);
        let text = cut(&text, columns.saturating_sub(3));
        // A terminal that is gone needs no status.
        // The cursor stays at its beginning, so that all of it can be erased in a window of any width.
        let _ = write!(stderr(), "{ERASE}{mark} {}\r", colour.faint(&text));
        let _ = stderr().flush();
        self.is_shown = true;
    }

    pub fn clear(&mut self) {
        if std::mem::take(&mut self.is_shown) {
            let _ = write!(stderr(), "{ERASE}");
            let _ = stderr().flush();
        }
    }
}
