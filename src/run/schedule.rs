//! Which stage starts when, and what becomes of those behind one that did not pass.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, Scope};
use std::time::{Duration, Instant};

use super::stage::{self, Ended};
use crate::cancel::{Cancel, Reason};
use crate::event::{Event, Outcome};
use crate::failure::{Failure, Kind};
use crate::plan::{Stage, When};
use crate::script::{Declared, Outputs, Program};

/// Debug builds of the interpreter need far more stack than threads have by default.
const STACK: usize = 16 << 20;

/// The state of one run.
pub(super) struct Schedule<'a> {
    program: &'a Program,
    declared: &'a Declared,
    /// What is still to be started, in order.
    waiting: Vec<&'a Stage>,
    running: Vec<Running<'a>>,
    finished: BTreeMap<Arc<str>, End>,
    outputs: Arc<Outputs>,
    failure: Option<Failure>,
}

struct Running<'a> {
    stage: &'a Stage,
    cancel: Cancel,
    started: Instant,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Passed,
    Skipped,
    Failed,
}

impl<'a> Schedule<'a> {
    /// `order` has each stage after all it needs.
    pub(super) fn new(program: &'a Program, declared: &'a Declared, order: &[usize]) -> Self {
        Self {
            program,
            declared,
            waiting: order
                .iter()
                .map(|index| &declared.plan.stages[*index])
                .collect(),
            running: Vec::new(),
            finished: BTreeMap::new(),
            outputs: Arc::default(),
            failure: None,
        }
    }

    /// Runs until nothing runs and nothing can be started. The first failure stops the rest.
    pub(super) fn run(&mut self, jobs: usize) -> Option<Failure> {
        let (sender, receiver) = channel();
        thread::scope(|scope| {
            loop {
                self.start_ready(scope, jobs, &sender);
                if self.running.is_empty() {
                    break;
                }
                self.attend(&receiver);
            }
        });
        self.failure.take()
    }

    pub(super) fn outputs(&self) -> Arc<Outputs> {
        self.outputs.clone()
    }

    pub(super) fn passed(&self) -> usize {
        self.count(End::Passed)
    }

    pub(super) fn skipped(&self) -> usize {
        self.count(End::Skipped)
    }

    fn count(&self, wanted: End) -> usize {
        self.finished.values().filter(|end| **end == wanted).count()
    }

    fn start_ready<'scope>(
        &mut self,
        scope: &'scope Scope<'scope, '_>,
        jobs: usize,
        sender: &Sender<(Arc<str>, Ended)>,
    ) where
        'a: 'scope,
    {
        let mut next = 0;
        while self.running.len() < jobs && next < self.waiting.len() {
            if self.failure.is_some() || self.program.host().context.cancel.is_cancelled() {
                self.waiting.clear();
                return;
            }
            let stage = self.waiting[next];
            if !stage.needs.iter().all(|need| self.is_over(&need.stage)) {
                next += 1;
                continue;
            }
            self.waiting.remove(next);
            if let Some(reason) = self.why_not(stage) {
                self.skip(stage, reason);
            } else {
                let here = jobs == 1 || (self.running.is_empty() && !self.any_ready());
                self.start(scope, stage, here && stage.timeout.is_none(), sender);
            }
        }
    }

    fn any_ready(&self) -> bool {
        let mut needs = self.waiting.iter().map(|stage| &stage.needs);
        needs.any(|needs| needs.iter().all(|need| self.is_over(&need.stage)))
    }

    /// Ended, or not part of this run.
    fn is_over(&self, name: &Arc<str>) -> bool {
        self.finished.contains_key(name)
            || self.waiting.iter().all(|stage| stage.name != *name)
                && self
                    .running
                    .iter()
                    .all(|running| running.stage.name != *name)
    }

    fn why_not(&self, stage: &Stage) -> Option<String> {
        let skipped = stage
            .needs
            .iter()
            .find(|need| self.finished.get(&need.stage) == Some(&End::Skipped));
        match (&stage.when, skipped) {
            (When::Never(reason), _) => Some(reason.clone()),
            (_, Some(need)) => Some(format!("`{}` was skipped", need.stage)),
            _ => None,
        }
    }

    fn skip(&mut self, stage: &Stage, reason: String) {
        self.finished.insert(stage.name.clone(), End::Skipped);
        self.program
            .host()
            .context
            .events
            .emit(Event::StageSkipped {
                stage: stage.name.clone(),
                reason,
            });
    }

    /// Starts `stage` on a thread of its own; or runs it `here` and now, where nothing else could
    /// run beside it and nobody has to look at the clock meanwhile.
    fn start<'scope>(
        &mut self,
        scope: &'scope Scope<'scope, '_>,
        stage: &'a Stage,
        here: bool,
        sender: &Sender<(Arc<str>, Ended)>,
    ) where
        'a: 'scope,
    {
        let context = stage::context(&self.program.host().context, stage);
        self.running.push(Running {
            stage,
            cancel: context.cancel.clone(),
            started: Instant::now(),
        });
        let (program, declared) = (self.program, self.declared);
        let outputs = Arc::new(self.outputs_for(stage));
        let work = {
            let sender = sender.clone();
            move || {
                let ended = stage::run(program, declared, stage, context, outputs);
                // The receiver lives as long as the scope.
                let _ = sender.send((stage.name.clone(), ended));
            }
        };
        if here {
            return work();
        }
        let spawned = thread::Builder::new()
            .name(format!("stage {}", stage.name))
            .stack_size(STACK)
            .spawn_scoped(scope, work);
        if let Err(error) = spawned {
            let failure = Failure::new(Kind::Pipeline, "cannot start another thread")
                .because(error.to_string());
            let _ = sender.send((stage.name.clone(), Ended::Failed(Box::new(failure))));
        }
    }

    /// Waits for a stage to end, or for one's time to be up.
    fn attend(&mut self, receiver: &Receiver<(Arc<str>, Ended)>) {
        let message = match self.next_deadline() {
            Some(left) => receiver.recv_timeout(left),
            None => receiver.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        match message {
            Ok((name, ended)) => self.end(&name, ended),
            Err(_) => self.stop_overdue(),
        }
    }

    fn next_deadline(&self) -> Option<Duration> {
        self.running
            .iter()
            .filter(|running| !running.cancel.is_cancelled())
            .filter_map(|running| {
                Some(
                    running
                        .stage
                        .timeout?
                        .saturating_sub(running.started.elapsed()),
                )
            })
            .min()
    }

    fn stop_overdue(&self) {
        for running in &self.running {
            if let Some(timeout) = running.stage.timeout
                && running.started.elapsed() >= timeout
            {
                let limit = humantime::format_duration(timeout).to_string();
                running.cancel.cancel(Reason::TimedOut(limit));
            }
        }
    }

    fn end(&mut self, name: &Arc<str>, ended: Ended) {
        let Some(index) = self.running.iter().position(|one| one.stage.name == *name) else {
            return;
        };
        let running = self.running.swap_remove(index);
        let events = self.program.host().context.events.clone();
        let mut result = Arc::default();
        let outcome = match ended {
            Ended::Skipped(reason) => {
                self.skip(running.stage, reason);
                return;
            }
            Ended::Passed(value) => {
                self.finished.insert(name.clone(), End::Passed);
                result = Arc::new(value.clone());
                Arc::make_mut(&mut self.outputs).insert(name.clone(), value);
                Outcome::Passed
            }
            Ended::Failed(mut failure) => {
                failure.stage = Some(name.clone());
                self.finished.insert(name.clone(), End::Failed);
                self.stop_others();
                let outcome = match failure.kind {
                    Kind::Interrupted => Outcome::Cancelled,
                    _ => Outcome::Failed(Arc::new(Failure::clone(&failure))),
                };
                self.failure.get_or_insert(*failure);
                outcome
            }
        };
        events.emit(Event::StageFinished {
            stage: name.clone(),
            outcome,
            took: running.started.elapsed(),
            result,
        });
    }

    /// The results of all that `stage` needs, directly or through others: whatever else has ended
    /// by now is a matter of luck.
    fn outputs_for(&self, stage: &Stage) -> Outputs {
        let mut outputs = Outputs::new();
        let mut needs: Vec<_> = stage.needs.iter().collect();
        while let Some(need) = needs.pop() {
            if outputs.contains_key(&need.stage) {
                continue;
            }
            if let Some(value) = self.outputs.get(&need.stage) {
                outputs.insert(need.stage.clone(), value.clone());
            }
            let needed = self.declared.plan.find(&need.stage);
            needs.extend(needed.into_iter().flat_map(|stage| &stage.needs));
        }
        outputs
    }

    fn stop_others(&self) {
        for running in &self.running {
            running.cancel.cancel(Reason::Superseded);
        }
    }
}
