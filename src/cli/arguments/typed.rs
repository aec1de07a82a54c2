//! What was typed, with no more of the grammar built than it takes.

use std::env::{args_os, var_os};
use std::ffi::{OsStr, OsString};

use clap::{Args, Command, FromArgMatches};

use super::{
    Arguments, CallOptions, CheckOptions, CompletionsOptions, DocsOptions, GraphOptions,
    HistoryOptions, InitOptions, LogsOptions, ManOptions, Place, PlanOptions, ReplOptions,
    ResumeOptions, RunOptions, SelectionOptions, Verb, WIDEST, WatchOptions,
};

/// Adds a command's options to it.
type Augment = fn(Command) -> Command;

const VERBS: [(&str, Augment); 14] = [
    ("run", RunOptions::augment_args),
    ("watch", WatchOptions::augment_args),
    ("resume", ResumeOptions::augment_args),
    ("plan", PlanOptions::augment_args),
    ("graph", GraphOptions::augment_args),
    ("check", CheckOptions::augment_args),
    ("history", HistoryOptions::augment_args),
    ("logs", LogsOptions::augment_args),
    ("docs", DocsOptions::augment_args),
    ("init", InitOptions::augment_args),
    ("repl", ReplOptions::augment_args),
    ("call", CallOptions::augment_args),
    ("completions", CompletionsOptions::augment_args),
    ("man", ManOptions::augment_args),
];

impl Arguments {
    /// Of this process. Where the first word is a command the others are not built: to build all of
    /// them is a tenth of a short run. For `run` and names alone none is.
    pub(in crate::cli) fn typed() -> Result<Self, clap::Error> {
        if let Some(plain) = Self::plain(args_os().skip(1)) {
            return Ok(plain);
        }
        let lone = args_os().nth(1).and_then(|first| lone(&first));
        let Some(mut command) = lone else {
            return <Self as clap::Parser>::try_parse();
        };
        let mut matches = command.try_get_matches_from_mut(args_os())?;
        let read = Place::from_arg_matches_mut(&mut matches).and_then(|place| {
            Ok(Self {
                place,
                list: false,
                verb: Some(Verb::from_arg_matches_mut(&mut matches)?),
            })
        });
        read.map_err(|error| error.format(&mut command))
    }

    /// What `words` mean if they are `run` and names.
    fn plain(mut words: impl Iterator<Item = OsString>) -> Option<Self> {
        if words.next()? != "run" || var_os("WHARF_JOBS").is_some() {
            return None;
        }
        let names = words.map(|word| {
            word.into_string()
                .ok()
                .filter(|name| !name.starts_with('-'))
        });
        let selection = SelectionOptions {
            stages: names.collect::<Option<_>>()?,
            ..SelectionOptions::default()
        };
        let options = RunOptions {
            selection,
            ..RunOptions::default()
        };
        Some(Self {
            place: Place::default(),
            list: false,
            verb: Some(Verb::Run(options)),
        })
    }
}

/// wharf with one command alone, if there is one of that name.
fn lone(name: &OsStr) -> Option<Command> {
    let (name, augment) = VERBS.iter().find(|(known, _)| name == *known)?;
    let wharf = Command::new("wharf").max_term_width(WIDEST);
    Some(Place::augment_args(wharf).subcommand(augment(Command::new(*name))))
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::*;

    #[test]
    fn names_alone_mean_the_same_without_the_grammar() {
        for names in [
            &[][..],
            &["test"],
            &["a b", "é*", "", "label:x", "run", "help", "@"],
        ] {
            let words = || ["run"].iter().chain(names);
            let plain = Arguments::plain(words().map(OsString::from)).expect("names");
            let parsed = Arguments::try_parse_from(["wharf"].iter().chain(words()));
            assert_eq!(
                format!("{plain:?}"),
                format!("{:?}", parsed.expect("names"))
            );
        }
        for other in [
            &["run", "-n"][..],
            &["run", "a", "--", "b"],
            &["run", "-"],
            &["plan"],
            &[],
        ] {
            assert!(
                Arguments::plain(other.iter().map(OsString::from)).is_none(),
                "{other:?}"
            );
        }
    }

    #[test]
    fn each_command_is_the_same_alone() {
        let mut all = Arguments::command();
        all.build();
        let names: Vec<_> = all.get_subcommands().map(Command::get_name).collect();
        let known = VERBS.iter().map(|(name, _)| *name).chain(["help"]);
        assert_eq!(names, known.collect::<Vec<_>>());
        for (name, _) in VERBS {
            let mut alone = lone(name.as_ref()).expect("a command");
            alone.build();
            let [alone, among] = [&mut alone, &mut all].map(|wharf| {
                let command = wharf.find_subcommand_mut(name).expect("the command");
                command.render_long_help().to_string()
            });
            assert_eq!(alone, among);
        }
    }
}
