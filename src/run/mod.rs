//! Executes the stages of a plan: every ready one at once, up to a number of jobs. Emits events and
//! draws nothing.

mod guard;
mod hooks;
mod schedule;
mod stage;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Instant;

use crate::event::{Event, Events, Listed};
use crate::failure::{Failure, Kind};
use crate::plan::{self, Plan, Selection, Stage};
use crate::script::{Declared, Program};

use schedule::Schedule;

/// What a person asked of one run.
#[derive(Clone, Debug)]
pub struct Options {
    pub selection: Selection,
    /// How many stages may run at the same time.
    pub jobs: usize,
}

/// Runs the pipeline to its end, hooks included. The failure is the first one that happened.
pub fn run(
    program: &Program,
    declared: &mut Declared,
    options: &Options,
) -> Result<(), Arc<Failure>> {
    let order = plan::order(&declared.plan)
        .and_then(|order| plan::select(&declared.plan, &order, &options.selection))
        .map(|selected| declared.plan.settle(selected))
        .map_err(Arc::new)?;
    let declared = &*declared;
    let context = &program.host().context;
    let started = Instant::now();
    context.events.emit(Event::RunStarted {
        stages: listed(&declared.plan, &order),
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

/// The stages at `order`, with their needs among them.
fn listed(plan: &Plan, order: &[usize]) -> Vec<Listed> {
    let stages = || order.iter().map(|index| &plan.stages[*index]);
    let names: HashSet<_> = stages().map(|stage| &stage.name).collect();
    let one = |stage: &Stage| {
        let needs = stage.needs.iter().map(|need| &need.stage);
        Listed {
            name: stage.name.clone(),
            needs: needs.filter(|need| names.contains(need)).cloned().collect(),
        }
    };
    stages().map(one).collect()
}

fn warn(events: &Events, stage: &Arc<str>, text: String) {
    events.emit(Event::Warned {
        stage: stage.clone(),
        text,
    });
}
