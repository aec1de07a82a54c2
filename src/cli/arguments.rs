//! Arguments as they were typed.

mod docs;
mod report;
mod typed;
mod watch;

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::{ArgValueCandidates, Shell};

use super::call::CallOptions;
use super::completions;
use crate::plan::Selection;
use crate::rehearsal::Fault;

pub(super) use docs::{DocsFormat, DocsOptions};
pub(super) use report::{OutputMode, ReportOptions};
pub(super) use watch::WatchOptions;

/// Longer lines are hard to read.
const WIDEST: usize = 100;

/// Run a repository's deploy pipeline from one Rhai script.
///
/// Without a command, lists the stages of the nearest `wharf.rhai` and runs nothing.
#[derive(Debug, Parser)]
#[command(name = "wharf", version = env!("WHARF_VERSION"), max_term_width = WIDEST)]
#[command(
    after_help = "Exit codes: 0 done, 1 the pipeline failed, 2 the script or the command line is \
wrong, 3 refused, 70 a defect of wharf, 130 interrupted."
)]
pub(super) struct Arguments {
    #[command(flatten)]
    pub(super) place: Place,
    /// List the stages, as without a command.
    #[arg(short, long)]
    pub(super) list: bool,
    #[command(subcommand)]
    pub(super) verb: Option<Verb>,
}

/// Which script, and where.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct Place {
    /// Work in this folder instead of the current one.
    #[arg(short = 'C', long, value_name = "DIR", global = true)]
    pub(super) directory: Option<PathBuf>,
    /// Use this script instead of the nearest `wharf.rhai` here or above.
    #[arg(short, long, value_name = "FILE", global = true)]
    pub(super) file: Option<PathBuf>,
    /// Set a parameter that the script reads with `param`.
    #[arg(short, long = "param", value_name = "NAME=VALUE", value_parser = pair, global = true)]
    pub(super) params: Vec<(String, String)>,
}

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    Run(RunOptions),
    Watch(WatchOptions),
    Resume(ResumeOptions),
    Plan(PlanOptions),
    Graph(GraphOptions),
    Check(CheckOptions),
    History(HistoryOptions),
    Logs(LogsOptions),
    Docs(DocsOptions),
    Init(InitOptions),
    Repl(ReplOptions),
    Call(CallOptions),
    Completions(CompletionsOptions),
    Man(ManOptions),
}

/// Run stages, and all they need; every stage if none is named.
#[derive(Debug, Default, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(super) struct RunOptions {
    #[command(flatten)]
    pub(super) selection: SelectionOptions,
    /// Play registry, deploy and notification services on this machine: nothing leaves it.
    #[arg(long)]
    pub(super) rehearse: bool,
    /// Make a rehearsed service fail, such as `render:503*2`.
    #[arg(long, value_name = "SERVICE:STATUS[*N]", requires = "rehearse", add = ArgValueCandidates::new(completions::faults))]
    pub(super) fault: Vec<Fault>,
    /// Run at most this many stages at the same time; as many as there are cores if not given.
    #[arg(short, long, value_name = "N", env = "WHARF_JOBS", value_parser = count)]
    pub(super) jobs: Option<NonZeroUsize>,
    /// After a failure, go on with all that does not depend on it.
    #[arg(short, long)]
    pub(super) keep_going: bool,
    /// Run what was saved with `wharf plan --save`, and refuse if it does not hold any more.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["stages", "only", "from", "skip", "force"])]
    pub(super) plan: Option<PathBuf>,
    /// Run stages although nothing they depend on has changed.
    #[arg(long)]
    pub(super) force: bool,
    /// Tell what would run and why, as `wharf plan`.
    #[arg(short = 'n', long, conflicts_with_all = ["rehearse", "plan", "force"])]
    pub(super) dry_run: bool,
    #[command(flatten)]
    pub(super) report: ReportOptions,
}

/// Go on with a run that failed or was interrupted: what passed stays, and no effect happens twice.
#[derive(Debug, Args)]
pub(super) struct ResumeOptions {
    /// The run's number; the last run of the pipeline if not given.
    #[arg(value_name = "RUN", value_parser = which, add = ArgValueCandidates::new(completions::stopped))]
    pub(super) run: Option<Which>,
    /// This stage ended in the middle of an effect that did happen: it counts as passed.
    #[arg(long, value_name = "STAGE", add = ArgValueCandidates::new(completions::stages))]
    pub(super) done: Vec<String>,
    /// This stage ended in the middle of an effect that did not happen: repeat it.
    #[arg(long, value_name = "STAGE", conflicts_with = "done", add = ArgValueCandidates::new(completions::stages))]
    pub(super) again: Vec<String>,
    /// Run at most this many stages at the same time.
    #[arg(short, long, value_name = "N", env = "WHARF_JOBS", value_parser = count)]
    pub(super) jobs: Option<NonZeroUsize>,
    #[command(flatten)]
    pub(super) report: ReportOptions,
}

/// Tell what a run would do and why, without running anything.
#[derive(Debug, Args)]
pub(super) struct PlanOptions {
    #[command(flatten)]
    pub(super) selection: SelectionOptions,
    /// Tell all that counts for one stage, and what of it changed since it last passed.
    #[arg(long, value_name = "STAGE", add = ArgValueCandidates::new(completions::stages))]
    pub(super) explain: Option<String>,
    /// Print the decisions as JSON.
    #[arg(long, conflicts_with = "explain")]
    pub(super) json: bool,
    /// Write the plan to a file, for `wharf run --plan FILE`.
    #[arg(long, value_name = "FILE", conflicts_with = "explain")]
    pub(super) save: Option<PathBuf>,
}

impl RunOptions {
    pub(super) fn jobs(&self) -> usize {
        jobs(self.jobs)
    }

    /// The same as what is only to be told.
    pub(super) fn planned(&self) -> PlanOptions {
        PlanOptions {
            selection: self.selection.clone(),
            explain: None,
            json: self.report.json,
            save: None,
        }
    }
}

/// As many as asked for, or as there are cores.
pub(super) fn jobs(asked: Option<NonZeroUsize>) -> usize {
    let cores = || std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    asked.map_or_else(cores, NonZeroUsize::get)
}

/// Which stages. Each STAGE is a name, that of a whole matrix, a glob or `label:NAME`.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct SelectionOptions {
    /// Stages to run, with all they need: names, globs such as `test*`, `label:NAME`.
    #[arg(value_name = "STAGE", add = ArgValueCandidates::new(completions::stages))]
    stages: Vec<String>,
    /// Run this stage without what it needs, whose last results it gets.
    #[arg(long, value_name = "STAGE", conflicts_with_all = ["stages", "from"], add = ArgValueCandidates::new(completions::stages))]
    only: Vec<String>,
    /// Run this stage and all that depends on it, without what it needs.
    #[arg(long, value_name = "STAGE", conflicts_with = "stages", add = ArgValueCandidates::new(completions::stages))]
    from: Vec<String>,
    /// Leave this stage out; what needs it is skipped.
    #[arg(long, value_name = "STAGE", add = ArgValueCandidates::new(completions::stages))]
    skip: Vec<String>,
}

impl SelectionOptions {
    pub(super) fn selection(&self) -> Selection {
        Selection {
            stages: self.stages.clone(),
            only: self.only.clone(),
            from: self.from.clone(),
            skip: self.skip.clone(),
        }
    }
}

/// How many stages at once.
pub(super) fn count(text: &str) -> Result<NonZeroUsize, String> {
    let wrong = |_| format!("`{text}` is not a number of jobs; write 1 or more");
    text.parse().map_err(wrong)
}

fn runs(text: &str) -> Result<usize, String> {
    let wrong = |_| format!("`{text}` is not a number of runs");
    text.parse().map_err(wrong)
}

fn pair(text: &str) -> Result<(String, String), String> {
    text.split_once('=')
        .filter(|(name, _)| !name.is_empty())
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .ok_or_else(|| "write it as NAME=VALUE".to_owned())
}

/// Draw which stage needs which, without running anything.
#[derive(Debug, Args)]
pub(super) struct GraphOptions {
    /// Stages to draw, with all they need: names, globs such as `test*`, `label:NAME`.
    #[arg(value_name = "STAGE", add = ArgValueCandidates::new(completions::stages))]
    pub(super) stages: Vec<String>,
    /// What to draw it as.
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(super) format: GraphFormat,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(super) enum GraphFormat {
    /// Lines for a terminal, each stage below what it needs.
    #[default]
    Text,
    /// A flowchart for Markdown.
    Mermaid,
    /// A digraph for Graphviz.
    Dot,
    /// A picture that needs no other file, light and dark.
    Svg,
}

/// Find errors in the script and the modules it imports without running anything.
#[derive(Debug, Args)]
pub(super) struct CheckOptions {
    /// Treat warnings, such as a secret that is not set here, as errors.
    #[arg(long)]
    pub(super) strict: bool,
    /// How to print the findings.
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(super) format: Format,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(super) enum Format {
    /// For people, on standard error.
    #[default]
    Text,
    /// An array of objects on standard output.
    Json,
}

/// List the last runs of this repository, the newest first, or show one in full.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct HistoryOptions {
    /// Show this run with its stages, attempts and actions: its number, or `last`.
    #[arg(value_name = "RUN", value_parser = which, conflicts_with = "limit", add = ArgValueCandidates::new(completions::runs))]
    pub(super) run: Option<Which>,
    /// How many runs to list.
    #[arg(short = 'n', long, value_name = "N", default_value_t = 20, value_parser = runs)]
    pub(super) limit: usize,
    /// Print an array of objects, or the one of RUN: `wharf docs json` tells what is in them.
    #[arg(long)]
    pub(super) json: bool,
    #[command(subcommand)]
    pub(super) verb: Option<HistoryVerb>,
}

#[derive(Debug, Subcommand)]
pub(super) enum HistoryVerb {
    /// Remove old runs and their logs. One that is running stays.
    Prune {
        /// How many runs to keep.
        #[arg(long, value_name = "N", default_value_t = 50, value_parser = runs)]
        keep: usize,
    },
}

/// Show what the stages of a run printed.
#[derive(Debug, Args)]
pub(super) struct LogsOptions {
    /// The number of the run, or `last`: the last run of the pipeline.
    #[arg(value_name = "RUN", default_value = "last", value_parser = which, add = ArgValueCandidates::new(completions::runs))]
    pub(super) run: Which,
    /// The stage, or all of a matrix; all stages if none is named.
    #[arg(value_name = "STAGE", add = ArgValueCandidates::new(completions::started))]
    pub(super) stage: Option<String>,
    /// Go on until the run ends.
    #[arg(long)]
    pub(super) follow: bool,
}

/// A run of the journal.
#[derive(Clone, Copy, Debug)]
pub(super) enum Which {
    Last,
    Number(i64),
}

fn which(text: &str) -> Result<Which, String> {
    if text == "last" {
        return Ok(Which::Last);
    }
    let number = text.strip_prefix('#').unwrap_or(text).parse();
    number
        .map(Which::Number)
        .map_err(|_| "write the number of a run, or `last`".to_owned())
}

/// Write a first `wharf.rhai` for this kind of project.
#[derive(Debug, Args)]
pub(super) struct InitOptions {
    /// The kind of project, in place of what its files tell.
    #[arg(long, value_enum)]
    pub(super) kind: Option<Kind>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Kind {
    Django,
    Python,
    Rust,
    Node,
    Go,
    Static,
    /// None of these.
    Generic,
}

/// Try things out: type a line, see what it gives. Whatever leaves this machine is asked about.
///
/// The variables, functions, modules and stages of the script are at hand; no stage is run. Without
/// a terminal the entries are read from standard input, up to the first that fails.
#[derive(Debug, Args)]
pub(super) struct ReplOptions {
    /// Evaluate this and print what it gives, in place of a conversation.
    #[arg(short, value_name = "EXPR")]
    pub(super) expression: Option<String>,
    /// Print values as JSON.
    #[arg(long)]
    pub(super) json: bool,
    /// Load no script.
    #[arg(long)]
    pub(super) bare: bool,
    /// Let everything that leaves this machine happen without a question.
    #[arg(short, long)]
    pub(super) yes: bool,
}

/// Print what makes a shell complete commands, options, stages, runs and actions.
///
/// In `~/.bashrc`: `source <(wharf completions bash)`. In `~/.zshrc`: `source <(wharf completions zsh)`. For
/// fish: `wharf completions fish > ~/.config/fish/completions/wharf.fish`. In PowerShell's `$PROFILE`: `wharf
/// completions powershell | Out-String | Invoke-Expression`.
#[derive(Debug, Args)]
pub(super) struct CompletionsOptions {
    /// The shell to complete in.
    pub(super) shell: Shell,
}

/// Print a manual page, as `man -l -` reads it.
#[derive(Debug, Args)]
pub(super) struct ManOptions {
    /// The command; wharf itself if none is named.
    #[arg(value_name = "COMMAND")]
    pub(super) command: Option<String>,
    /// Write the pages of all commands into this folder, such as `~/.local/share/man/man1`.
    #[arg(long, value_name = "DIR", conflicts_with = "command")]
    pub(super) to: Option<PathBuf>,
}
