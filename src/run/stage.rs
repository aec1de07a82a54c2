//! One stage, until it passed or there is no further attempt.

use std::sync::Arc;

use serde_json::Value;

use super::attempt::{self, Attempt};
use super::cache::{About, Cache, Decision};
use crate::action::{Context, Trace};
use crate::cancel::Cancel;
use crate::event::Event;
use crate::failure::{Failure, Kind, guard};
use crate::plan::{Stage, When};
use crate::script::{Declared, Outputs, Program};

/// How a stage ended.
pub(super) enum Ended {
    Passed(Value),
    /// Its `when` answered no; why completes “skipped: …”.
    Skipped(String),
    /// An earlier success still holds; why completes “skipped: …”.
    Kept {
        why: String,
        result: Value,
    },
    /// It came to an effect that does not happen; what it would have done.
    Held(String),
    Failed(Box<Failure>),
    /// The run was stopped before it began.
    Dropped,
}

/// What a stage runs with.
pub(super) struct Job<'a> {
    pub(super) program: &'a Program,
    pub(super) declared: &'a Declared,
    pub(super) stage: &'a Stage,
    pub(super) context: Context,
    pub(super) outputs: Arc<Outputs>,
    pub(super) cache: &'a Cache,
    /// Where the results are from that no stage of this run gave, a line each.
    pub(super) lent: Vec<String>,
    /// Whether something that it needs ran in this run.
    pub(super) anew: bool,
}

/// The surroundings of `stage`: its own name, environment and cancellation, a child of `cancel`.
pub(super) fn context(base: &Context, stage: &Stage, cancel: &Cancel) -> Context {
    let mut context = base.clone();
    context.stage = stage.name.clone();
    context.cancel = cancel.child();
    if !stage.env.is_empty() {
        let environment = Arc::make_mut(&mut context.environment);
        environment.extend(stage.env.clone());
    }
    context
}

/// Asks whether the stage is to run, and runs it; each attempt is announced.
pub(super) fn run(job: &Job, announce: &dyn Fn(Attempt)) -> Ended {
    let ended = guard(&format!("in stage `{}`", job.stage.name), || {
        let why_not = job.why_not();
        if job.context.cancel.is_cancelled() {
            return Ok(Ended::Dropped);
        }
        if let Some(reason) = why_not? {
            return Ok(Ended::Skipped(reason));
        }
        let decision = job.cache.decide(&job.about());
        // What could not be read to its end decides nothing.
        if job.context.cancel.is_cancelled() {
            return Ok(Ended::Dropped);
        }
        let (why, pending) = match decision {
            Decision::Run { why, pending } => (why, pending),
            Decision::Keep { why, result, parts } => {
                if let Some(parts) = parts {
                    job.cache.note(&job.stage.name, &parts);
                }
                return Ok(Ended::Kept { why, result });
            }
            Decision::Hold(what) => return Ok(Ended::Held(what)),
        };
        job.context.events.emit(Event::StageStarted {
            stage: job.stage.name.clone(),
            why,
        });
        for line in &job.lent {
            job.context.say(line);
        }
        let pending = pending.inspect(|pending| {
            for glob in pending.unmatched(job.stage) {
                let what = format!("no file matches `{glob}`, which is one of its `inputs`");
                job.context.warn(what);
            }
        });
        job.cache.begin(job);
        let (done, trace) = job.attempts(announce);
        // What it wrote may be what others look at.
        job.cache.forget();
        match (&done, pending) {
            (Ok(result), Some(pending)) => job.cache.keep(job, pending, &trace, result),
            (Err(failure), Some(pending)) if job.stage.excuses(failure) => {
                job.cache.note_excused(job, &pending, &trace);
            }
            _ => {}
        }
        done.map(Ended::Passed)
    });
    ended.unwrap_or_else(|failure| match failure.kind {
        Kind::Refused => Ended::Held(failure.message),
        _ => Ended::Failed(Box::new(failure)),
    })
}

impl Job<'_> {
    fn why_not(&self) -> Result<Option<String>, Failure> {
        if self.stage.when != When::Asked {
            return Ok(None);
        }
        let context = Arc::new(self.context.clone());
        self.program
            .ask(self.declared, self.stage, context, self.outputs.clone())
    }

    pub(super) fn about(&self) -> About<'_> {
        About {
            program: self.program,
            declared: self.declared,
            stage: self.stage,
            context: &self.context,
            outputs: &self.outputs,
            anew: self.anew,
        }
    }

    /// What the last attempt came to, and what it touched.
    fn attempts(&self, announce: &dyn Fn(Attempt)) -> (Result<Value, Failure>, Trace) {
        let retry = self.stage.retry.as_ref();
        let mut number = 1;
        loop {
            let (attempt, context) = Attempt::new(self.stage, &self.context);
            let (cancel, trace) = (attempt.cancel.clone(), context.trace.clone());
            let started = attempt.started;
            announce(attempt);
            let outputs = self.outputs.clone();
            let done =
                self.program
                    .run_stage(self.declared, self.stage, Arc::new(context), outputs);
            let failure = match done {
                Ok(result) => return (Ok(result), trace),
                Err(failure) => failure,
            };
            let again = failure.kind == Kind::Pipeline;
            let wait = attempt::next(retry, number, &failure, cancel.reason().as_ref());
            let Some(wait) = wait.filter(|_| again) else {
                return (Err(failure), trace);
            };
            self.context.events.emit(Event::StageRetried {
                stage: self.stage.name.clone(),
                attempt: number,
                attempts: retry.map_or(1, |retry| retry.count + 1),
                took: started.elapsed(),
                wait,
                failure: Arc::new(failure.clone()),
            });
            attempt::pause(&self.context.cancel, wait);
            if self.context.cancel.is_cancelled() {
                let stopped = Failure::new(Kind::Interrupted, "interrupted");
                let why = format!("attempt {number} had failed: {}", failure.message);
                return (Err(stopped.because(why)), trace);
            }
            number += 1;
        }
    }
}
