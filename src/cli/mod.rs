//! The command line: parses, runs, prints once, exits.

mod arguments;
mod call;
mod check;
mod completions;
mod docs;
mod environment;
mod graph;
mod held;
mod history;
mod init;
mod journal;
mod list;
mod load;
mod logs;
mod man;
mod origin;
mod plan;
mod repl;
mod resume;
mod run;
mod signals;
mod watch;

use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;

use crate::action::Gate;
use crate::cancel::Cancel;
use crate::failure::{Failure, guard, keep_panics};
use crate::report::{Colour, shown};
use crate::secret::Secrets;
use crate::service::process;

use arguments::{Arguments, Verb};

/// What a verb ends with; the failure is printed here and nowhere else.
type Done = Result<(), Arc<Failure>>;

pub fn main() -> ExitCode {
    completions::answer();
    let arguments = match Arguments::typed() {
        Ok(arguments) => arguments,
        Err(error) => {
            if let Some(failure) = list::meant(&error) {
                show(&failure, false, &Secrets::new());
                return ExitCode::from(failure.kind.exit_code());
            }
            // Nothing is left to tell if even this cannot be printed.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    keep_panics();
    let secrets = Secrets::new();
    let done = guard("outside of its stages", || {
        Ok(carry_out(&arguments, &secrets, &Caller::default()))
    });
    // What nobody waits for any more shall not outlive wharf.
    process::kill_all();
    match done.map_err(Arc::new).flatten() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            show(&failure, false, &secrets);
            ExitCode::from(failure.kind.exit_code())
        }
    }
}

/// On whose behalf a verb is carried out: nobody's but that of who typed it, if nothing is set.
#[derive(Clone, Debug, Default)]
struct Caller {
    /// What stops it, in place of the process's signals.
    cancel: Option<Cancel>,
    gate: Option<Arc<dyn Gate>>,
    /// Whether services are played whatever the command line says.
    rehearse: bool,
}

impl Caller {
    /// Help, or what is wrong with a command line: who typed it in a shell gets what every verb of a
    /// shell gives, and a session goes on.
    fn unparsed(&self, error: &clap::Error) -> Done {
        if self.cancel.is_none() {
            error.exit();
        }
        if !error.use_stderr() {
            // A closed pipe wants no more lines.
            let _ = error.print();
            return Ok(());
        }
        let text = error.to_string();
        let text = text.trim_start_matches("error: ").trim_end();
        Err(Arc::new(Failure::script(text)))
    }
}

fn carry_out(arguments: &Arguments, secrets: &Secrets, caller: &Caller) -> Done {
    match &arguments.verb {
        None => list::list(&arguments.place, secrets),
        Some(Verb::Run(options)) if options.dry_run => {
            plan::plan(&arguments.place, &options.planned(), secrets)
        }
        Some(Verb::Run(options)) => run::run(&arguments.place, options, secrets, caller),
        Some(Verb::Watch(options)) => watch::watch(&arguments.place, options, secrets, caller),
        Some(Verb::Graph(options)) => graph::graph(&arguments.place, options, secrets),
        Some(Verb::Resume(options)) => resume::resume(&arguments.place, options, secrets, caller),
        Some(Verb::Plan(options)) => plan::plan(&arguments.place, options, secrets),
        Some(Verb::Check(options)) => check::run(&arguments.place, options, secrets),
        Some(Verb::History(options)) => history::history(&arguments.place, options),
        Some(Verb::Logs(options)) => logs::logs(&arguments.place, options),
        Some(Verb::Docs(options)) => docs::docs(&arguments.place, options, secrets),
        Some(Verb::Call(options)) => call::call(&arguments.place, options, secrets, caller),
        Some(Verb::Init(options)) => init::init(&arguments.place, options),
        Some(Verb::Repl(options)) => repl::repl(&arguments.place, options, secrets),
        Some(Verb::Completions(options)) => completions::print(options),
        Some(Verb::Man(options)) => man::man(options),
    }
}

/// Prints `failure` for the person at the terminal, its secrets masked.
fn show(failure: &Failure, as_warning: bool, secrets: &Secrets) {
    let stderr = std::io::stderr();
    let colour = Colour::of(&stderr).is_on();
    let text = shown(failure, as_warning, colour, secrets);
    // Nothing is left to tell if even this cannot be printed.
    let _ = stderr.lock().write_all(text.as_bytes());
}
