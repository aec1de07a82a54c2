//! `wharf completions SHELL`, and the answers to what a shell asks whenever it completes.

mod names;

use std::io::Write;
use std::sync::Arc;

use clap::{Command, CommandFactory};
use clap_complete::env::{CompleteEnv, Shells};

use super::arguments::{Arguments, CompletionsOptions};
use super::{Done, call};
use crate::failure::Failure;

pub(super) use names::{entries, faults, runs, stages, started};

/// A shell that asks sets it to its own name.
const VARIABLE: &str = "WHARF_COMPLETE";

/// What bash is given: the one that clap knows breaks at `:` and at spaces.
const BASH: &str = include_str!("wharf.bash");

/// Answers the shell and ends wharf, if it is a shell that asks.
pub(super) fn answer() {
    if std::env::var_os(VARIABLE).is_some() {
        CompleteEnv::with_factory(known).var(VARIABLE).complete();
    }
}

/// All that can be typed: what stands behind `call` is parsed only when it is known of which action.
fn known() -> Command {
    Arguments::command().mut_subcommand("call", call::with_actions)
}

/// Prints what makes the shell ask.
pub(super) fn print(options: &CompletionsOptions) -> Done {
    let name = options.shell.to_string();
    let mut script = Vec::new();
    if name == "bash" {
        // A closed pipe wants no more lines.
        let _ = std::io::stdout().lock().write_all(BASH.as_bytes());
        return Ok(());
    }
    let written = Shells::builtins()
        .completer(&name)
        .map(|shell| shell.write_registration(VARIABLE, "wharf", "wharf", "wharf", &mut script));
    if !matches!(written, Some(Ok(()))) {
        let failure = Failure::script(format!("there are no completions for `{name}`"));
        return Err(Arc::new(failure));
    }
    // A closed pipe wants no more lines.
    let _ = std::io::stdout().lock().write_all(&script);
    Ok(())
}
