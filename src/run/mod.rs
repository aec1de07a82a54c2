//! Executes the stages of a plan: every ready one at once, up to a number of jobs. Emits events and
//! draws nothing.

mod attempt;
mod cache;
mod crew;
mod forecast;
mod hooks;
mod lent;
mod queue;
mod resume;
mod saved;
mod schedule;
mod stage;
mod workers;

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use crate::action::Context;
use crate::cancel::Reason;
use crate::event::{Event, Listed};
use crate::failure::{Failure, Kind};
use crate::plan::{self, Plan, Selection, Stage};
use crate::script::{Declared, Program};

use schedule::Schedule;

pub use cache::{Basis, Cache, Difference, Explanation, Reviewer, Settled};
pub use forecast::{Forecast, Will, explain, forecast, review};
pub use resume::{Recorded, Resumed, Verdicts};
pub use saved::Saved;

/// What a person asked of one run.
#[derive(Clone, Debug)]
pub struct Options {
    pub selection: Selection,
    /// How many stages may run at the same time.
    pub jobs: usize,
    /// Whether what does not depend on a failed stage goes on.
    pub keep_going: bool,
    /// Once it is set, what runs ends and nothing else starts.
    pub drain: Arc<AtomicBool>,
}

/// Runs the pipeline to its end, hooks included. The failure is the first one that happened.
pub fn run(
    program: &Program,
    declared: &mut Declared,
    options: &Options,
    cache: &Cache,
) -> Result<(), Arc<Failure>> {
    run_in(&program.host().context, program, declared, options, cache)
}

/// The same in other surroundings than those that the program was loaded in.
pub fn run_in(
    context: &Context,
    program: &Program,
    declared: &mut Declared,
    options: &Options,
    cache: &Cache,
) -> Result<(), Arc<Failure>> {
    let order = plan::order(&declared.plan)
        .and_then(|order| plan::select(&declared.plan, &order, &options.selection))
        .map(|selected| declared.plan.settle(selected))
        .map_err(Arc::new)?;
    let declared = &*declared;
    let lent = lent::lend(context, (program, declared), &order, cache).map_err(Arc::new)?;
    let started = Instant::now();
    context.events.emit(Event::RunStarted {
        stages: listed(&declared.plan, &order),
        rehearsal: context.rehearsal,
    });
    cache.refuse_unrecorded().map_err(Arc::new)?;
    let mut schedule = Schedule::new((context, program, declared), &order, options, cache, lent);
    crew::run(&mut schedule);
    cache.close();
    let mut failures = schedule.failures().to_vec();
    if context.cancel.is_cancelled() && failures.is_empty() {
        failures.push(Arc::new(Failure::new(Kind::Interrupted, "interrupted")));
    }
    // Of a run that another takes the place of, nobody wants to hear.
    if context.cancel.reason() != Some(Reason::Superseded) {
        let hooked = hooks::run((context, program), failures.first(), &schedule.outputs());
        failures.extend(hooked.into_iter().map(Arc::new));
    }
    let failure = first(failures);
    context.events.emit(Event::RunFinished {
        took: started.elapsed(),
        passed: schedule.passed(),
        skipped: schedule.skipped(),
        held: schedule.held(),
        failure: failure.clone(),
    });
    failure.map_or(Ok(()), Err)
}

/// The first failure stays the first; the others are told beneath it.
fn first(failures: Vec<Arc<Failure>>) -> Option<Arc<Failure>> {
    let mut failures = failures.into_iter();
    let first = failures.next()?;
    let also: Vec<_> = failures.collect();
    if also.is_empty() {
        return Some(first);
    }
    let mut first = Arc::unwrap_or_clone(first);
    first.also = also;
    Some(Arc::new(first))
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
            environment: stage.environment.clone(),
        }
    };
    stages().map(one).collect()
}
