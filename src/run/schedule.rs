//! What of a run is to be done next, and what became of it.

mod told;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use serde_json::Value;

use super::cache::Cache;
use super::lent::Lent;
use super::queue::{End, Queue, Turn};
use super::stage::{self, Ended, Job};
use super::{Options, hooks};
use crate::action::Context;
use crate::cancel::{Reason, Registration};
use crate::event::{Event, Outcome};
use crate::failure::{Failure, Kind};
use crate::plan::{Stage, When};
use crate::script::{Declared, Outputs, Program};

/// The state of one run.
pub(super) struct Schedule<'a> {
    base: &'a Context,
    program: &'a Program,
    declared: &'a Declared,
    options: &'a Options,
    cache: &'a Cache,
    /// In the order of the run; all else refers to them by position.
    stages: Vec<&'a Stage>,
    /// The results that each stage was given.
    given: HashMap<&'a str, Arc<Outputs>>,
    queue: Queue,
    running: BTreeMap<usize, Running>,
    outputs: Outputs,
    lent: Lent,
    failures: Vec<Arc<Failure>>,
    /// Names of those that started.
    ran: HashSet<&'a str>,
    excused: usize,
    kept: usize,
}

struct Running {
    started: Instant,
    context: Context,
    _stopping: Option<Registration>,
}

/// A stage that is to run now.
pub(super) struct Start<'a> {
    pub(super) position: usize,
    pub(super) job: Job<'a>,
    /// Nothing else can run beside it, and nobody has to look at the clock meanwhile.
    pub(super) lone: bool,
}

impl<'a> Schedule<'a> {
    /// `order` has each stage after all it needs.
    pub(super) fn new(
        (base, program, declared): (&'a Context, &'a Program, &'a Declared),
        order: &[usize],
        options: &'a Options,
        cache: &'a Cache,
        lent: Lent,
    ) -> Self {
        let stages: Vec<_> = order
            .iter()
            .map(|index| &declared.plan.stages[*index])
            .collect();
        Self {
            base,
            program,
            declared,
            options,
            cache,
            given: HashMap::new(),
            queue: Queue::new(&stages),
            stages,
            running: BTreeMap::new(),
            outputs: lent.outputs(),
            lent,
            failures: Vec::new(),
            ran: HashSet::new(),
            excused: 0,
            kept: 0,
        }
    }

    /// All failures but those that are allowed, in the order in which they happened.
    pub(super) fn failures(&self) -> &[Arc<Failure>] {
        &self.failures
    }

    pub(super) fn outputs(&self) -> Arc<Outputs> {
        Arc::new(self.outputs.clone())
    }

    pub(super) fn passed(&self) -> usize {
        self.queue.count(End::Passed) - self.excused - self.kept
    }

    pub(super) fn skipped(&self) -> usize {
        self.queue.count(End::Skipped) + self.kept
    }

    pub(super) fn held(&self) -> usize {
        self.queue.count(End::Held)
    }

    fn base(&self) -> &'a Context {
        self.base
    }

    /// The next stage that is to run now, if there is one. Those that shall not run are told of on
    /// the way.
    pub(super) fn next(&mut self) -> Option<Start<'a>> {
        loop {
            if self.base().cancel.is_cancelled() || self.options.drain.load(Ordering::Relaxed) {
                self.queue.stop();
            }
            match self.queue.next(self.options.jobs.max(1))? {
                Turn::Drop { stage, need } => self.tell_dropped(stage, need),
                Turn::Skip { stage, need } => {
                    let reason = format!("`{}` was skipped", self.stages[need].name);
                    self.tell_skipped(stage, reason, None);
                }
                Turn::Hold { stage, need } => {
                    let what = format!("`{}` is", self.stages[need].name);
                    self.tell_held(stage, what);
                }
                Turn::Start(stage) => match &self.stages[stage].when {
                    When::Never(reason) => {
                        self.queue.ended(stage, End::Skipped);
                        self.tell_skipped(stage, reason.clone(), None);
                    }
                    _ => return Some(self.start(stage)),
                },
            }
        }
    }

    fn start(&mut self, position: usize) -> Start<'a> {
        let stage = self.stages[position];
        let timed = stage.timeout.is_some() || stage.silence.is_some();
        let lone = !timed && (self.options.jobs <= 1 || self.queue.is_lone());
        // What always runs does so after an interrupt too, for as long as hooks may.
        let base = self.base();
        let (cancel, stopping) = if stage.always {
            let (cancel, stopping) = hooks::cancellation(&base.cancel);
            (cancel, Some(stopping))
        } else {
            (base.cancel.clone(), None)
        };
        let context = stage::context(base, stage, &cancel);
        self.running.insert(
            position,
            Running {
                started: Instant::now(),
                context: context.clone(),
                _stopping: stopping,
            },
        );
        let job = Job {
            program: self.program,
            declared: self.declared,
            stage,
            context,
            outputs: self.outputs_for(stage),
            cache: self.cache,
            lent: self.lent.told(stage),
            anew: stage
                .needs
                .iter()
                .any(|need| self.ran.contains(&*need.stage)),
        };
        Start {
            position,
            job,
            lone,
        }
    }

    /// An attempt at the stage at `position` began then.
    pub(super) fn attempted(&mut self, position: usize, started: Instant) {
        let first = self.ran.insert(&self.stages[position].name);
        // What it took to decide is not the stage's own time.
        if first && let Some(running) = self.running.get_mut(&position) {
            running.started = started;
        }
    }

    /// Something broke between the stages: those that run are stopped, and no other starts but
    /// those that always do.
    pub(super) fn broke(&mut self, failure: Failure) {
        self.queue.stop();
        self.stop_others();
        self.failures.push(Arc::new(failure));
    }

    pub(super) fn end(&mut self, position: usize, ended: Ended) {
        let Some(running) = self.running.remove(&position) else {
            return;
        };
        let stage = self.stages[position];
        let mut result = Arc::default();
        let (end, outcome) = match ended {
            Ended::Skipped(reason) => {
                self.queue.ended(position, End::Skipped);
                return self.tell_skipped(position, reason, None);
            }
            Ended::Dropped => {
                self.queue.ended(position, End::Dropped);
                return self.tell_dropped(position, None);
            }
            Ended::Held(what) => {
                self.queue.ended(position, End::Held);
                return self.tell_held(position, what);
            }
            Ended::Kept { why, result } => {
                self.kept += 1;
                let given = Some(Arc::new(result.clone()));
                self.outputs.insert(stage.name.clone(), result);
                self.queue.ended(position, End::Passed);
                return self.tell_skipped(position, why, given);
            }
            Ended::Passed(value) => {
                result = Arc::new(value.clone());
                self.outputs.insert(stage.name.clone(), value);
                (End::Passed, Outcome::Passed)
            }
            Ended::Failed(failure) => self.failed(stage, *failure),
        };
        self.queue.ended(position, end);
        self.base().events.emit(Event::StageFinished {
            stage: stage.name.clone(),
            outcome,
            took: running.started.elapsed(),
            result,
        });
    }

    fn failed(&mut self, stage: &Stage, mut failure: Failure) -> (End, Outcome) {
        failure.stage = Some(stage.name.clone());
        let interrupted = failure.kind == Kind::Interrupted;
        let failure = Arc::new(failure);
        if stage.excuses(&failure) {
            self.excused += 1;
            self.outputs.insert(stage.name.clone(), Value::Null);
            return (End::Passed, Outcome::Excused(failure));
        }
        if !self.options.keep_going || failure.kind != Kind::Pipeline {
            self.queue.stop();
            self.stop_others();
        }
        // A stage that was stopped because another failed is not a failure of its own.
        if !interrupted || self.failures.is_empty() {
            self.failures.push(failure.clone());
        }
        if interrupted {
            (End::Cancelled, Outcome::Cancelled)
        } else {
            (End::Failed, Outcome::Failed(failure))
        }
    }

    /// The results of all that `stage` needs, directly or through others: whatever else has ended
    /// by now is a matter of luck.
    fn outputs_for(&mut self, stage: &'a Stage) -> Arc<Outputs> {
        let mut outputs = Outputs::new();
        for need in &stage.needs {
            if let Some(value) = self.outputs.get(&need.stage) {
                outputs.insert(need.stage.clone(), value.clone());
            }
            if let Some(behind) = self.given.get(&*need.stage) {
                outputs.reach(behind.clone());
            }
        }
        let outputs = Arc::new(outputs);
        self.given.insert(&stage.name, outputs.clone());
        outputs
    }

    fn stop_others(&self) {
        for (position, running) in &self.running {
            if !self.stages[*position].always {
                running.context.cancel.cancel(Reason::Superseded);
            }
        }
    }
}
