//! One stage, on its own thread.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use serde_json::Value;

use crate::action::Context;
use crate::event::Event;
use crate::failure::{Failure, Kind};
use crate::plan::{Stage, When};
use crate::script::{Declared, Outputs, Program};

/// How a stage's thread ended.
pub(super) enum Ended {
    Passed(Value),
    /// Its `when` answered no; why completes “skipped: …”.
    Skipped(String),
    Failed(Box<Failure>),
}

/// The surroundings of `stage`: its own name, environment and cancellation.
pub(super) fn context(base: &Context, stage: &Stage) -> Context {
    let mut context = base.clone();
    context.stage = stage.name.clone();
    context.cancel = base.cancel.child();
    if !stage.environment.is_empty() {
        let environment = Arc::make_mut(&mut context.environment);
        environment.extend(stage.environment.clone());
    }
    context
}

/// Asks whether the stage is to run, and runs it.
pub(super) fn run(
    program: &Program,
    declared: &Declared,
    stage: &Stage,
    context: Context,
    outputs: Arc<Outputs>,
) -> Ended {
    let context = Arc::new(context);
    let guarded = catch_unwind(AssertUnwindSafe(|| {
        if stage.when == When::Asked
            && let Some(reason) = program.ask(declared, stage, context.clone(), outputs.clone())?
        {
            return Ok(Ended::Skipped(reason));
        }
        context.events.emit(Event::StageStarted {
            stage: stage.name.clone(),
        });
        program
            .run_stage(declared, stage, context.clone(), outputs)
            .map(Ended::Passed)
    }));
    match guarded {
        Ok(Ok(ended)) => ended,
        Ok(Err(failure)) => Ended::Failed(Box::new(failure)),
        Err(_) => Ended::Failed(Box::new(
            Failure::new(
                Kind::Defect,
                format!("wharf broke in stage `{}`", stage.name),
            )
            .hint("this is a defect of wharf: please report it with the lines above"),
        )),
    }
}
