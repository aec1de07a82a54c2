//! What a run shows and leaves behind.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::report;

/// What to show of a run, and what to leave of it.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Reports")]
pub(in crate::cli) struct ReportOptions {
    /// Show only what the script and its commands print.
    #[arg(short, long)]
    pub(in crate::cli) quiet: bool,
    /// How to tell apart what stages that run at once print: `live` on a terminal, and elsewhere
    /// `grouped`, if nothing is said.
    #[arg(long, value_enum, value_name = "MODE")]
    pub(in crate::cli) output: Option<OutputMode>,
    /// Print each event as a line of JSON, and all else on standard error.
    #[arg(long)]
    pub(in crate::cli) json: bool,
    /// Write the results of stages, tests and linters as JUnit XML.
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) junit: Option<PathBuf>,
    /// Write a page with timeline, logs and results.
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) html: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(in crate::cli) enum OutputMode {
    /// The stage that has run longest as it prints, the others when it is their turn.
    Live,
    /// Each stage when it ends.
    Grouped,
    /// Every line as it comes, behind its stage's name.
    Prefixed,
}

impl OutputMode {
    pub(in crate::cli) fn mode(self) -> report::Mode {
        match self {
            Self::Live => report::Mode::Live,
            Self::Grouped => report::Mode::Grouped,
            Self::Prefixed => report::Mode::Prefixed,
        }
    }
}

impl ReportOptions {
    pub(in crate::cli) fn report(&self) -> report::Options {
        report::Options {
            quiet: self.quiet,
            mode: self.output.map(OutputMode::mode),
            json: self.json,
            aside: false,
            junit: self.junit.clone(),
            html: self.html.clone(),
        }
    }
}
