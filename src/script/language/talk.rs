//! `log`, `warn`, `fail`, `sleep`, `output`.

use rhai::{Dynamic, Engine, NativeCallContext};

use super::Answer;
use crate::action::{ActionError, Duration};
use crate::failure::{Failure, Kind, nearest};
use crate::script::current;
use crate::script::raised::raise;
use crate::script::value::{from_json, name_of, to_json};

pub(super) fn register(engine: &mut Engine) {
    engine
        .register_fn("log", |text: Dynamic| {
            current::get().context.say(text.to_string());
        })
        .register_fn("warn", |text: Dynamic| {
            current::get().context.warn(text.to_string());
        })
        .register_fn(
            "fail",
            |context: NativeCallContext, message: &str| -> Answer {
                let failure = Failure::new(Kind::Pipeline, message);
                Err(raise(failure, &context))
            },
        )
        .register_fn("sleep", sleep)
        .register_fn("output", output);
}

/// Waits as long as `time` says, or until the run is stopped.
fn sleep(context: NativeCallContext, time: Dynamic) -> Answer<()> {
    let refuse = |message: String| Err(raise(Failure::script(message), &context));
    let Ok(Ok(time)) = to_json(&time).map(serde_json::from_value::<Duration>) else {
        return refuse(format!(
            "`sleep` takes seconds or a text like \"1m30s\", not {}",
            name_of(&time)
        ));
    };
    let current = current::get().context;
    let slept = current.block_on(async {
        tokio::time::sleep(time.into()).await;
        Ok::<_, ActionError>(())
    });
    // What is left is the cancellation, and the engine sees that by itself.
    slept.map_err(|_| {
        rhai::EvalAltResult::ErrorTerminated(Dynamic::UNIT, context.call_position()).into()
    })
}

/// The result of a stage that this one needs, directly or through others.
fn output(context: NativeCallContext, stage: &str) -> Answer {
    let outputs = current::get().outputs;
    if let Some(value) = outputs.get(stage) {
        return Ok(from_json(value.clone()));
    }
    let failure = Failure::script(format!("there is no result of a stage `{stage}` here"));
    let failure = match nearest(stage, outputs.keys().map(|name| &**name)) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure.hint(format!("add `{stage}` to this stage's `needs`")),
    };
    Err(raise(failure, &context))
}
