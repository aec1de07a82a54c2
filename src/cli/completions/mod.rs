//! `wharf completions SHELL`, and the answers to what a shell asks whenever it completes.

mod names;

use std::io::Write;
use std::sync::Arc;

use clap::{Command, CommandFactory};
use clap_complete::Shell;
use clap_complete::env::{CompleteEnv, Shells};

use super::arguments::{Arguments, CompletionsOptions};
use super::{Done, call};
use crate::failure::Failure;

pub(super) use names::{entries, faults, runs, stages, started, stopped};

/// A shell that asks sets it to its own name.
const VARIABLE: &str = "WHARF_COMPLETE";

/// What these shells are given: what clap has for them breaks at quotes and spaces, and in bash at `:`.
const OWN: [(Shell, &str); 3] = [
    (Shell::Bash, include_str!("wharf.bash")),
    (Shell::Zsh, include_str!("wharf.zsh")),
    (Shell::Fish, include_str!("wharf.fish")),
];

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
    let own = OWN.iter().find(|(shell, _)| *shell == options.shell);
    let script = own.map(|(_, script)| script.as_bytes().to_vec());
    let script = script.or_else(|| of_clap(options.shell)).ok_or_else(|| {
        let failure = format!("there are no completions for `{}`", options.shell);
        Arc::new(Failure::script(failure))
    })?;
    // A closed pipe wants no more lines.
    let _ = std::io::stdout().lock().write_all(&script);
    Ok(())
}

fn of_clap(shell: Shell) -> Option<Vec<u8>> {
    let mut script = Vec::new();
    let shells = Shells::builtins();
    let shell = shells.completer(&shell.to_string())?;
    let written = shell.write_registration(VARIABLE, "wharf", "wharf", "wharf", &mut script);
    written.is_ok().then_some(script)
}
