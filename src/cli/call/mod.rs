//! `wharf call`: any action from the shell.

mod command;
mod given;
mod performed;

use std::io::Write;
use std::sync::Arc;

use clap::{Args, Command};

use super::arguments::Place;
use super::docs;
use super::{Caller, Done};
use crate::action::{ACTIONS, Descriptor, find, hide, options};
use crate::failure::{Failure, nearest};
use crate::rehearsal::Fault;
use crate::report::Colour;
use crate::secret::Secrets;

use performed::Wanted;

/// Call one action, with flags made from its options; without an action, list them all.
#[derive(Debug, Args)]
#[command(
    override_usage = "wharf call [OPTIONS] [ACTION [ARGUMENTS]…]",
    after_help = "`wharf call ACTION --help` tells the options of one. What stands behind the action's name is \
the action's: `wharf call --json http …` prints the answer as JSON, `wharf call http … --json …` sends some.\n\n\
The result goes to standard output, all else to standard error. An action that publishes, deploys \
or notifies asks first; without a terminal it is refused, unless `--yes` or `--rehearse` is given."
)]
pub(super) struct CallOptions {
    #[command(flatten)]
    own: Own,
    /// The action, its natural argument, and its options.
    #[arg(value_name = "ACTION", trailing_var_arg = true, hide = true)]
    words: Vec<String>,
}

/// What is not about the action but about how it is called. An action's own options come first
/// where they have the same name.
#[derive(Clone, Debug, Default, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
struct Own {
    /// Print the result as JSON.
    #[arg(long)]
    json: bool,
    /// Let it happen without a question, however far it reaches.
    #[arg(short, long)]
    yes: bool,
    /// Play registry, deploy and notification services on this machine: nothing leaves it.
    #[arg(long)]
    rehearse: bool,
    /// Make a rehearsed service fail, such as `render:503*2`.
    #[arg(long, value_name = "SERVICE:STATUS[*N]", requires = "rehearse")]
    fault: Vec<Fault>,
    /// Show only the result and what commands print.
    #[arg(short, long)]
    quiet: bool,
}

pub(super) fn call(
    place: &Place,
    options: &CallOptions,
    secrets: &Secrets,
    caller: &Caller,
) -> Done {
    let Some((name, words)) = options.words.split_first() else {
        return list();
    };
    let action = find(name).ok_or_else(|| Arc::new(unknown(name)))?;
    let schema = (action.options)();
    let matches = match command::command(action, &schema).try_get_matches_from(words) {
        Ok(matches) => matches,
        Err(error) => return caller.unparsed(&error),
    };
    let (place, mut own) = given::own(&matches, place, &options.own);
    own.rehearse |= caller.rehearse;
    let given = given::options(action, &schema, &matches);
    let can_be_kept = hide(&given, secrets);
    let effect = (action.effect_of)(&given).map_err(|error| wrong(action, error))?;
    performed::perform(&Wanted {
        place,
        own,
        action,
        effect,
        options: given,
        can_be_kept,
        secrets,
        caller,
    })
}

/// `call` with each action as a command of its own.
pub(super) fn with_actions(call: Command) -> Command {
    let about = call.get_about().cloned().unwrap_or_default();
    let actions = ACTIONS.iter().map(|action| {
        let command = command::command(action, &(action.options)());
        command.name(action.name).no_binary_name(false)
    });
    Own::augment_args(Command::new("call").about(about)).subcommands(actions)
}

fn list() -> Done {
    let mut stdout = std::io::stdout().lock();
    let mut text = docs::actions(Colour::of(&stdout));
    text.push_str("\n`wharf call ACTION --help` tells how to call one.\n");
    // A closed pipe wants no more lines.
    let _ = stdout.write_all(text.as_bytes());
    Ok(())
}

fn unknown(name: &str) -> Failure {
    let failure = Failure::script(format!("there is no action `{name}`"));
    match nearest(name, ACTIONS.iter().map(|action| action.name)) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure.hint("`wharf call` lists them all"),
    }
}

/// Options that do not fit, and where to read what does.
fn wrong(action: &Descriptor, error: crate::action::ActionError) -> Arc<Failure> {
    let failure = options::failure(action, error);
    Arc::new(failure.hint(format!(
        "`wharf call {} --help` tells its options",
        action.name
    )))
}
