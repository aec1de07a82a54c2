//! How `wharf docs` is called.

use clap::{Args, ValueEnum};
use clap_complete::ArgValueCandidates;

use crate::cli::completions;

/// Look something up: an action, a function, a module, a chapter; a list of them if nothing is named.
#[derive(Debug, Args)]
pub(in crate::cli) struct DocsOptions {
    /// `docker_push`, `stage`, `git::sha`, `std/python`, `guide/watch`; or words to search for, all of which
    /// what is found has.
    #[arg(value_name = "NAME", add = ArgValueCandidates::new(completions::entries))]
    pub(in crate::cli) words: Vec<String>,
    /// How to write it; `html` is a page of everything, with a search, `definitions` a file for editors.
    #[arg(long, value_enum, default_value_t)]
    pub(in crate::cli) format: DocsFormat,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum DocsFormat {
    #[default]
    Text,
    Markdown,
    Html,
    Json,
    Definitions,
}
