//! One stage, on its own thread.

use std::sync::Arc;

use serde_json::Value;

use super::guard::guard;
use crate::action::Context;
use crate::event::{self, Event};
use crate::failure::Failure;
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
    if !stage.env.is_empty() {
        let environment = Arc::make_mut(&mut context.environment);
        environment.extend(stage.env.clone());
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
    let ended = guard(&format!("in stage `{}`", stage.name), || {
        if stage.when == When::Asked
            && let Some(reason) = program.ask(declared, stage, context.clone(), outputs.clone())?
        {
            return Ok(Ended::Skipped(reason));
        }
        context.events.emit(Event::StageStarted {
            stage: stage.name.clone(),
            why: event::NO_INPUTS.to_owned(),
        });
        program
            .run_stage(declared, stage, context.clone(), outputs)
            .map(Ended::Passed)
    });
    ended.unwrap_or_else(|failure| Ended::Failed(Box::new(failure)))
}
