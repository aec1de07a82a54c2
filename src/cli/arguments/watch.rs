//! What `wharf watch` can be told.

use std::num::NonZeroUsize;
use std::time::Duration;

use clap::{Args, ValueEnum};
use clap_complete::{ArgValueCandidates, CompletionCandidate};

use super::{OutputMode, SelectionOptions};
use crate::effect::Effect;
use crate::plan::OnBusy;
use crate::report;

/// Run stages again whenever the files change that they depend on. What publishes, deploys or
/// notifies is held.
///
/// A change runs the stages that have it among their `inputs`, those without `inputs`, and all that
/// needs one of them; a change of the script reads it again. A failure stops only what depends on it. What `.gitignore`, `.ignore` and
/// `.wharfignore` name is not watched. While git is in the middle of a checkout, a rebase, a merge or
/// a bisect nothing starts.
#[derive(Clone, Debug, Args)]
#[command(
    after_help = "Keys: enter runs again, a everything, f what failed, e tells what started the \
last run, p pauses, o shows the last log, of a failure first, q quits, ? helps. Ends with 0 after q, with 130 \
after Ctrl-C."
)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(in crate::cli) struct WatchOptions {
    #[command(flatten)]
    pub(in crate::cli) selection: SelectionOptions,
    /// Play registry, deploy and notification services on this machine: nothing is held, nothing
    /// leaves it.
    #[arg(long)]
    pub(in crate::cli) rehearse: bool,
    /// Let these effects happen, on every change: `publish`, `deploy`, `notify`. Asks once.
    #[arg(long, value_name = "EFFECT", value_delimiter = ',', value_parser = effect, conflicts_with = "rehearse", add = ArgValueCandidates::new(effects))]
    pub(in crate::cli) allow: Vec<Effect>,
    /// Do not ask whether to `--allow`.
    #[arg(short, long)]
    pub(in crate::cli) yes: bool,
    /// How long files have to be quiet before a run starts; it grows by itself while they are not.
    #[arg(long, value_name = "TIME", default_value = "2ms", value_parser = time)]
    pub(in crate::cli) settle: Duration,
    /// What a change does while stages run. None of these loses it.
    #[arg(long, value_enum, default_value_t, value_name = "POLICY")]
    pub(in crate::cli) on_busy: BusyPolicy,
    /// Look at all files that often, for file systems that tell of no changes.
    #[arg(long, value_name = "TIME", num_args = 0..=1, require_equals = true, default_missing_value = "500ms", value_parser = time)]
    pub(in crate::cli) poll: Option<Duration>,
    /// Show a desktop notification when the stages turn from green to red, and back.
    #[arg(long)]
    pub(in crate::cli) notify: bool,
    /// Run at most this many stages at the same time; as many as there are cores if not given.
    #[arg(short, long, value_name = "N", env = "WHARF_JOBS", value_parser = super::count)]
    pub(in crate::cli) jobs: Option<NonZeroUsize>,
    /// After a failure, start nothing else in this run, and stop what runs beside it. Otherwise all
    /// that does not depend on it continues.
    #[arg(long)]
    pub(in crate::cli) fail_fast: bool,
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
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(in crate::cli) enum BusyPolicy {
    /// Stop the run and start another.
    #[default]
    Restart,
    /// Let the stages that run end, and start another run instead of those that would follow.
    Wait,
    /// Let the run end, and start another.
    Queue,
}

impl WatchOptions {
    pub(in crate::cli) fn report(&self) -> report::Options {
        report::Options {
            quiet: self.quiet,
            mode: self.output.map(OutputMode::mode),
            json: self.json,
            aside: false,
            junit: None,
            html: None,
        }
    }

    pub(in crate::cli) fn on_busy(&self) -> OnBusy {
        match self.on_busy {
            BusyPolicy::Restart => OnBusy::Restart,
            BusyPolicy::Wait => OnBusy::Wait,
            BusyPolicy::Queue => OnBusy::Queue,
        }
    }
}

/// What is held unless it is allowed.
const HELD: [Effect; 3] = [Effect::Publish, Effect::Deploy, Effect::Notify];

fn effect(text: &str) -> Result<Effect, String> {
    HELD.into_iter()
        .find(|effect| effect.name() == text)
        .ok_or_else(|| "write `publish`, `deploy` or `notify`".to_owned())
}

fn effects() -> Vec<CompletionCandidate> {
    let names = HELD.iter().map(|effect| effect.name());
    names.map(CompletionCandidate::new).collect()
}

fn time(text: &str) -> Result<Duration, String> {
    humantime::parse_duration(text)
        .map_err(|_| "write a length of time such as `500ms` or `2s`".to_owned())
}
