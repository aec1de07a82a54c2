//! What happens during a run, as one closed enum. Whatever draws, stores or exports a run
//! consumes this and nothing else.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::Value;

use crate::effect::Effect;
use crate::failure::Failure;

/// A sink for events, shared by everything that runs.
#[derive(Clone)]
pub struct Events(Arc<dyn Fn(Event) + Send + Sync>);

impl Events {
    pub fn new(sink: impl Fn(Event) + Send + Sync + 'static) -> Self {
        Self(Arc::new(sink))
    }

    pub fn emit(&self, event: Event) {
        (self.0)(event);
    }
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Events")
    }
}

/// Which of a child's two streams bytes came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stream {
    Stdout,
    Stderr,
}

/// Where output comes from: one command, or one step of a build. Several may write side by side in
/// one stage, and what they write is not to be joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Source(u64);

impl Source {
    /// One that is like no other of this process.
    #[expect(clippy::new_without_default, reason = "each is another")]
    pub fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

/// How a stage ended.
#[derive(Clone, Debug)]
pub enum Outcome {
    Passed,
    Failed(Arc<Failure>),
    /// Failed, and the run goes on: it has `allow_failure`.
    Excused(Arc<Failure>),
    /// Stopped before it ended, because the run was.
    Cancelled,
}

/// The `why` of a stage that runs whenever it is asked to: nothing was decided.
pub const NO_INPUTS: &str = "it has no `inputs`";

/// A stage that a run considers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    pub name: Arc<str>,
    /// Names of those of the run's stages that have to pass first.
    pub needs: Vec<Arc<str>>,
    /// What it changes, such as `production`.
    pub environment: Option<String>,
}

/// One call of an action by a stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    pub action: &'static str,
    pub effect: Effect,
    /// Counts the stage's calls, from 0.
    pub number: u32,
    /// Identifies the options: equal for two calls exactly if theirs are.
    pub options: String,
    /// Whether it is made against stand-ins.
    pub rehearsed: bool,
}

/// Nothing here is masked: whoever writes an event anywhere does that, at the one sink.
#[derive(Clone, Debug)]
pub enum Event {
    RunStarted {
        /// The stages that will be considered, in order.
        stages: Vec<Listed>,
        rehearsal: bool,
    },
    StageStarted {
        stage: Arc<str>,
        /// Completes “ran: …”, such as `requirements.txt changed`.
        why: String,
    },
    /// The stage does not run; `reason` completes “skipped: …”.
    StageSkipped {
        stage: Arc<str>,
        reason: String,
        /// What it gives all the same, where an earlier success is kept.
        result: Option<Arc<Value>>,
    },
    /// The stage came to an effect that does not happen here, or needs one that did; `what` completes
    /// “held: …”.
    StageHeld {
        stage: Arc<str>,
        what: String,
    },
    /// The stage's turn never comes; `reason` completes “not run: …”.
    StageDropped {
        stage: Arc<str>,
        reason: String,
    },
    /// An attempt failed and there will be another.
    StageRetried {
        stage: Arc<str>,
        /// Of the attempt that failed, from 1.
        attempt: u32,
        /// How many there may be in all.
        attempts: u32,
        /// How long the attempt took.
        took: Duration,
        /// Until the next one.
        wait: Duration,
        failure: Arc<Failure>,
    },
    /// A person is about to be asked at the terminal, which nothing else may draw on until
    /// [`Event::Answered`].
    Asking {
        stage: Arc<str>,
    },
    Answered {
        stage: Arc<str>,
    },
    ActionStarted {
        stage: Arc<str>,
        call: Call,
    },
    ActionFinished {
        stage: Arc<str>,
        call: Call,
        took: Duration,
        /// What the script got, or the message of the failure.
        result: Result<Arc<Value>, String>,
        /// Whether it was stopped before its end, so that nobody knows what of it has happened.
        unfinished: bool,
        /// What a failed call found all the same, in the shape of its result: each test, each
        /// finding.
        found: Option<Arc<Value>>,
    },
    /// A piece of a child's output as it was read: any length, any bytes, not whole lines.
    Output {
        stage: Arc<str>,
        source: Source,
        stream: Stream,
        bytes: Vec<u8>,
    },
    /// Nothing more comes from there.
    OutputEnded {
        stage: Arc<str>,
        source: Source,
    },
    /// A whole line from the script itself, through `print` or `log`; it belongs on stdout.
    Printed {
        stage: Arc<str>,
        text: String,
    },
    /// A whole line from wharf or an action about what it does (“found pytest: …”).
    Said {
        stage: Arc<str>,
        text: String,
    },
    Warned {
        stage: Arc<str>,
        text: String,
    },
    /// Where a long step is. Drawn on a terminal, dropped elsewhere.
    Progress {
        stage: Arc<str>,
        progress: Progress,
    },
    StageFinished {
        stage: Arc<str>,
        outcome: Outcome,
        took: Duration,
        /// What its needs' closures will receive; null unless it passed.
        result: Arc<Value>,
    },
    /// What `wharf watch` does between and around its runs.
    Watched(Watched),
    /// What the stand-ins of a rehearsal received, a block of lines for each service.
    Rehearsed {
        services: Vec<Received>,
    },
    RunFinished {
        took: Duration,
        passed: usize,
        skipped: usize,
        held: usize,
        failure: Option<Arc<Failure>>,
    },
}

/// What happens to a watch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Watched {
    /// It is ready: from now on no change is missed.
    Ready {
        folders: usize,
        /// Effects that do happen.
        allowed: Vec<Effect>,
        /// Whether effects are played against stand-ins.
        rehearsal: bool,
    },
    /// A run is about to start.
    Triggered {
        /// `changed`, `script`, `asked` or `start`.
        trigger: &'static str,
        /// Of all stages, where it is not only some that run.
        why: Option<String>,
        paths: Vec<PathBuf>,
        /// All of it, as people are told.
        what: String,
        /// The stages that run by themselves, and why each.
        stages: Vec<(Arc<str>, String)>,
    },
    /// Changes came while a run goes on; `what` completes “changed during the run: …”.
    Superseded { what: String },
    /// The same, and the run goes on: another follows.
    Queued { what: String },
    /// Nothing starts before something is over; completes “waiting until … is over”.
    Waiting { what: String },
    /// It writes what starts it, again and again; its doing so starts it no more.
    Loop {
        stage: Arc<str>,
        paths: Vec<PathBuf>,
    },
    /// A line for the person, such as the answer to a key.
    Told { text: String },
    /// Something that does not work as it should.
    Warned { text: String },
}

/// The state of one long step, identified by its label within a stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What is being done (`[2/5] RUN pip install …`, `pushing 3f2a…`).
    pub label: String,
    /// Done and total, in bytes or pieces, when they are known.
    pub amount: Option<(u64, u64)>,
    pub done: bool,
}

/// What one stand-in saw during a rehearsal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// `registry`, `render`, `sentry` or `http`.
    pub service: &'static str,
    /// One line each, in the order received.
    pub lines: Vec<String>,
}
