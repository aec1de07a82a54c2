//! Stages as pure data: what they need, in which order they can run, and which of them do.

pub mod matrix;
mod order;
mod select;
mod short;
mod watch;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::failure::{Failure, Kind, Place};

pub use matrix::{Combination, Matrix};
pub use order::{order, problems};
pub use select::{Selected, Selection, named, select};
pub use short::Row;
pub use watch::{OnBusy, Watch};

/// What a script declared, in the order it did.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    pub stages: Vec<Stage>,
}

/// One stage without its body, which only the script can run.
#[derive(Clone, Debug, Default)]
pub struct Stage {
    /// As it is shown and needed: `test`, or `test (python=3.11)` for one of a matrix.
    pub name: Arc<str>,
    /// The name as the script wrote it, which all of a matrix share.
    pub declared: Arc<str>,
    /// This one's combination of a matrix, in the order of its names; empty without one.
    pub matrix: Vec<(String, Value)>,
    /// The comment above its declaration; empty if there is none.
    pub doc: String,
    pub needs: Vec<Need>,
    pub when: When,
    /// Set above the process environment while the stage runs.
    pub env: BTreeMap<String, String>,
    /// Globs of the files that the stage depends on, from the repository's root; a leading `!`
    /// excludes. With any, a success is kept and the stage is skipped while nothing it depends on
    /// changes.
    pub inputs: Vec<String>,
    /// Globs of the files that the stage makes. Where one matches nothing, the stage runs.
    pub outputs: Vec<String>,
    /// How long an attempt may take.
    pub timeout: Option<Duration>,
    /// How long an attempt may say nothing.
    pub silence: Option<Duration>,
    pub retry: Option<Retry>,
    /// Whether the run passes although this fails.
    pub allow_failure: bool,
    /// Whether this runs whatever happened before, also after an interrupt.
    pub always: bool,
    /// What it deploys to, such as `production`.
    pub environment: Option<String>,
    /// Other names to choose it by.
    pub labels: Vec<String>,
    /// What a change of files does to it in `wharf watch`.
    pub watch: Watch,
    /// Where it was declared.
    pub place: Option<Place>,
}

impl Stage {
    /// Whether the run passes although `failure` ended this.
    pub fn excuses(&self, failure: &Failure) -> bool {
        self.allow_failure && failure.kind == Kind::Pipeline
    }
}

/// When a failed stage is tried again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retry {
    /// How often after the first attempt.
    pub count: u32,
    /// The wait before the second attempt; it doubles with each one, and varies by up to a half.
    pub backoff: Duration,
    /// Which failures; all of them if empty.
    pub on: Vec<RetryOn>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RetryOn {
    /// The stage's `timeout` passed, or its `silence`.
    Timeout,
    /// A failure of the action of this name.
    Action(String),
    /// A command that ended with this code.
    ExitCode(i32),
}

impl Retry {
    /// Whether another attempt may follow the `attempt`th, which `failure` ended.
    pub fn follows(&self, attempt: u32, failure: &Failure, timed_out: bool) -> bool {
        let fits = |on: &RetryOn| match on {
            RetryOn::Timeout => timed_out,
            RetryOn::Action(name) => failure.action == Some(name.as_str()),
            RetryOn::ExitCode(code) => failure.exit_code == Some(*code),
        };
        attempt <= self.count && (self.on.is_empty() || self.on.iter().any(fits))
    }

    /// The wait after the `attempt`th: up to a half more or less, as `chance` from 0 to 1 says, so
    /// that what failed together does not come back together.
    pub fn wait(&self, attempt: u32, chance: f64) -> Duration {
        let doublings = attempt.saturating_sub(1).min(16);
        let wait = self.backoff.saturating_mul(1 << doublings);
        Duration::try_from_secs_f64(wait.as_secs_f64() * (chance + 0.5)).unwrap_or(Duration::MAX)
    }
}

/// A stage that has to pass first.
#[derive(Clone, Debug)]
pub struct Need {
    pub stage: Arc<str>,
    pub place: Option<Place>,
}

/// Whether a stage is to run, as far as it is known before the run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum When {
    #[default]
    Always,
    /// Completes “skipped: …”.
    Never(String),
    /// A closure of the script decides when its turn comes.
    Asked,
}

impl Plan {
    pub fn find(&self, name: &str) -> Option<&Stage> {
        self.stages.iter().find(|stage| &*stage.name == name)
    }

    /// Every name a stage can be called by.
    fn names(&self) -> impl Iterator<Item = &str> {
        let stages = self.stages.iter().map(|stage| &*stage.name);
        let instances = self.stages.iter().filter(|stage| !stage.matrix.is_empty());
        stages.chain(instances.map(|stage| &*stage.declared))
    }
}
