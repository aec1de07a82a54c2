//! `wharf completions SHELL`.

use std::io::Write;

use clap::CommandFactory;
use clap_complete::{Shell, generate};

use super::Done;
use super::arguments::Arguments;

pub(super) fn print(shell: Shell) -> Done {
    let mut script = Vec::new();
    generate(shell, &mut Arguments::command(), "wharf", &mut script);
    // A closed pipe wants no more lines.
    let _ = std::io::stdout().lock().write_all(&script);
    Ok(())
}
