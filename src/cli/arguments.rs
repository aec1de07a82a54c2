//! Arguments as they were typed.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::plan::Selection;
use crate::rehearsal::Fault;

/// Run a repository's deploy pipeline from one Rhai script.
///
/// Without a command, lists the stages of the nearest `wharf.rhai` and runs nothing.
#[derive(Debug, Parser)]
#[command(name = "wharf", version = env!("WHARF_VERSION"), max_term_width = 100)]
#[command(
    after_help = "Exit codes: 0 done, 1 the pipeline failed, 2 the script or the command line is \
wrong, 3 refused, 70 a defect of wharf, 130 interrupted."
)]
pub(super) struct Arguments {
    #[command(flatten)]
    pub(super) place: Place,
    #[command(subcommand)]
    pub(super) verb: Option<Verb>,
}

/// Which script, and where.
#[derive(Debug, Args)]
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
    Graph(GraphOptions),
    Check(CheckOptions),
    Docs(DocsOptions),
    Init(InitOptions),
    Completions(CompletionsOptions),
}

/// Run stages, and all they need; every stage if none is named.
#[derive(Debug, Args)]
pub(super) struct RunOptions {
    #[command(flatten)]
    pub(super) selection: SelectionOptions,
    /// Play registry, deploy and notification services on this machine: nothing leaves it.
    #[arg(long)]
    pub(super) rehearse: bool,
    /// Make a rehearsed service fail, such as `render:503*2`.
    #[arg(long, value_name = "SERVICE:STATUS[*N]", requires = "rehearse")]
    pub(super) fault: Vec<Fault>,
    /// Show only what the script and its commands print.
    #[arg(short, long)]
    pub(super) quiet: bool,
}

/// Which stages. Each STAGE is a name, that of a whole matrix, a glob or `label:NAME`.
#[derive(Debug, Args)]
pub(super) struct SelectionOptions {
    /// Stages to run, with all they need: names, globs such as `test*`, `label:NAME`.
    #[arg(value_name = "STAGE")]
    stages: Vec<String>,
    /// Run this stage without what it needs.
    #[arg(long, value_name = "STAGE")]
    only: Vec<String>,
    /// Run this stage and all that depends on it, without what it needs.
    #[arg(long, value_name = "STAGE")]
    from: Vec<String>,
    /// Leave this stage out; what needs it is skipped.
    #[arg(long, value_name = "STAGE")]
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
    #[arg(value_name = "STAGE")]
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

/// Tell what an action does, its options, its result, with examples; all actions if none is named.
#[derive(Debug, Args)]
pub(super) struct DocsOptions {
    /// The action, or `stage`.
    pub(super) action: Option<String>,
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
    Rust,
    Node,
    Static,
}

/// Print a shell's completion script.
#[derive(Debug, Args)]
pub(super) struct CompletionsOptions {
    /// The shell to complete in.
    pub(super) shell: Shell,
}
