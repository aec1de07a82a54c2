//! Runs, stages and actions as the journal tells them. All of it was masked before it was stored.

use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::effect::Effect;
use crate::service::process::Identity;

#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// Counts the repository's runs, from 1.
    pub id: i64,
    pub started: SystemTime,
    /// Nothing while it runs, and where nobody was left to see it.
    pub ended: Option<SystemTime>,
    pub outcome: RunOutcome,
    /// The message of the first failure, behind its place.
    pub failure: Option<String>,
    /// `user@host`.
    pub who: String,
    /// The full id of the commit that was checked out.
    pub commit: Option<String>,
    pub branch: Option<String>,
    /// What stood after `wharf` on the command line.
    pub arguments: Vec<String>,
    pub rehearsal: bool,
    /// The run that this one continues.
    pub resumed: Option<i64>,
    /// The wharf that ran it; none where it was over before anybody could have asked.
    pub process: Identity,
}

impl Run {
    pub fn took(&self) -> Option<Duration> {
        self.ended?.duration_since(self.started).ok()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RunOutcome {
    Running,
    Passed,
    Failed,
    /// Stopped by a signal, or its wharf was ended in the middle of it.
    Interrupted,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Stage {
    pub name: String,
    /// Those of the run's stages that had to pass first.
    pub needs: Vec<String>,
    /// What it changes, such as `production`.
    pub environment: Option<String>,
    pub state: StageState,
    /// Completes “ran: …”, “skipped: …” or “held: …”.
    pub why: Option<String>,
    pub started: Option<SystemTime>,
    pub took: Option<Duration>,
    /// How many times it was tried.
    pub attempts: u32,
    /// Of one that passed, or was skipped because an earlier success was kept.
    pub result: Option<Value>,
    /// The message of its failure, behind its place.
    pub failure: Option<String>,
    /// All that its success, or its failure that is allowed, followed from, where it was noted.
    pub parts: Option<Value>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StageState {
    /// Its turn did not come, or not yet.
    Waiting,
    Running,
    Passed,
    Skipped,
    /// It came to an effect that was not to happen.
    Held,
    Failed,
    /// Failed, which it may.
    Excused,
    Cancelled,
}

/// One attempt at a stage.
#[derive(Clone, Debug, PartialEq)]
pub struct Attempt {
    pub stage: String,
    /// From 1.
    pub number: u32,
    /// Nothing for one after the first that did not end.
    pub started: Option<SystemTime>,
    /// Nothing unless it ended.
    pub took: Option<Duration>,
    pub state: StageState,
    /// The message of its failure, behind its place.
    pub failure: Option<String>,
}

/// One call of an action.
#[derive(Clone, Debug, PartialEq)]
pub struct Action {
    /// A stage or a hook.
    pub stage: String,
    /// Of the stage, from 1.
    pub attempt: u32,
    /// Counts the attempt's calls, from 0.
    pub number: u32,
    pub action: String,
    pub effect: Effect,
    /// Equal for two calls exactly if their options are; empty where that cannot be told.
    pub options: String,
    pub state: ActionState,
    pub started: SystemTime,
    pub took: Option<Duration>,
    /// Of one that passed; a long one is kept only where the effect left the machine.
    pub result: Option<Value>,
    /// Of its failure.
    pub message: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ActionState {
    /// Not ended, or stopped before its end; in a run that is over, nobody knows how far it came.
    Started,
    Passed,
    Failed,
}

impl RunOutcome {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Interrupted => "interrupted",
        }
    }
}

impl StageState {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Passed => "passed",
            Self::Skipped => "skipped",
            Self::Held => "held",
            Self::Failed => "failed",
            Self::Excused => "excused",
            Self::Cancelled => "cancelled",
        }
    }
}

impl ActionState {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Passed => "passed",
            Self::Failed => "failed",
        }
    }
}
