//! Executes the stages of a plan: every ready one at once, up to a number of jobs. Emits events and
//! draws nothing.

mod guard;
mod hooks;
mod schedule;
mod stage;

use std::sync::Arc;
use std::time::Instant;

use crate::event::{Event, Events, Listed};
use crate::failure::{Failure, Kind};
use crate::plan::{self, Stage};
use crate::script::{Declared, Program};

use schedule::Schedule;

/// What a person asked of one run.
#[derive(Clone, Debug)]
pub struct Options {
    /// Stages to run with all they need; all of them if empty.
    pub stages: Vec<String>,
    /// How many stages may run at the same time.
    pub jobs: usize,
}

/// Runs the pipeline to its end, hooks included. The failure is the first one that happened.
pub fn run(program: &Program, declared: &Declared, options: &Options) -> Result<(), Arc<Failure>> {
    let order = plan::order(&declared.plan)
        .and_then(|order| plan::select(&declared.plan, &order, &options.stages))
        .map_err(Arc::new)?;
    let context = &program.host().context;
    let started = Instant::now();
    context.events.emit(Event::RunStarted {
        stages: order
            .iter()
            .map(|index| listed(&declared.plan.stages[*index]))
            .collect(),
        rehearsal: context.rehearsal,
    });
    let mut schedule = Schedule::new(program, declared, &order);
    let mut failure = schedule.run(options.jobs.max(1)).map(Arc::new);
    if context.cancel.is_cancelled() && failure.is_none() {
        failure = Some(Arc::new(Failure::new(Kind::Interrupted, "interrupted")));
    }
    let hooked = hooks::run(program, failure.as_ref(), &schedule.outputs());
    let failure = failure.or(hooked.err().map(Arc::new));
    context.events.emit(Event::RunFinished {
        took: started.elapsed(),
        passed: schedule.passed(),
        skipped: schedule.skipped(),
        failure: failure.clone(),
    });
    failure.map_or(Ok(()), Err)
}

fn listed(stage: &Stage) -> Listed {
    Listed {
        name: stage.name.clone(),
        needs: stage.needs.iter().map(|need| need.stage.clone()).collect(),
    }
}

fn warn(events: &Events, stage: &Arc<str>, text: String) {
    events.emit(Event::Warned {
        stage: stage.clone(),
        text,
    });
}
