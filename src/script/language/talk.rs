//! `log`, `warn`, `fail`, `sleep`, `output`.

use std::sync::Arc;

use rhai::{Dynamic, Engine, NativeCallContext};
use serde_json::Value;

use super::Answer;
use super::function::Function;
use crate::action::{ActionError, Duration, Example, Expected};
use crate::failure::{Failure, Kind, nearest};
use crate::script::current;
use crate::script::host::Host;
use crate::script::raised::{raise, stop};
use crate::script::told::told;
use crate::script::value::{from_json, name_of, to_json};

pub(in crate::script) const OUTPUT: Function = Function {
    name: "output",
    signatures: &["(stage: String) -> ?"],
    summary: "Read the result of a stage that this one needs",
    doc: "The stage is needed directly or through others. For a stage with a `matrix` it is an array of its instances' results. Fails if this stage does not need that one.",
    example: Example {
        title: "reads a result by the stage's name",
        files: &[],
        script: r#"stage("version", || "1.2");
stage("show", #{ needs: "version" }, || print(output("version")));"#,
        outcome: Expected::Prints("1.2\n"),
    },
};

pub(in crate::script) const FAIL: Function = Function {
    name: "fail",
    signatures: &["(message: ?)"],
    summary: "Make the stage fail, with this message",
    doc: "A script can catch it: `try { … } catch (err) { log(err.message) }`. Fails with the message.",
    example: Example {
        title: "ends the stage",
        files: &[],
        script: r#"if !exists("setup.cfg") { fail("setup.cfg is missing") }"#,
        outcome: Expected::Fails("setup.cfg is missing"),
    },
};

pub(in crate::script) const LOG: Function = Function {
    name: "log",
    signatures: &["(text: ?)"],
    summary: "Print a message to standard error",
    doc: "`print` writes to standard output.",
    example: Example {
        title: "says where it is",
        files: &[],
        script: r#"log("halfway");
print("done");"#,
        outcome: Expected::Prints("done\n"),
    },
};

pub(in crate::script) const WARN: Function = Function {
    name: "warn",
    signatures: &["(text: ?)"],
    summary: "Print a warning",
    doc: "",
    example: Example {
        title: "warns and continues",
        files: &[],
        script: r#"warn("no cache");
print("done");"#,
        outcome: Expected::Prints("done\n"),
    },
};

pub(in crate::script) const SLEEP: Function = Function {
    name: "sleep",
    signatures: &["(time: ?)"],
    summary: "Wait: a number of seconds, or a text like `1m30s`",
    doc: "Ctrl-C and timeouts end it. Fails if the time is no length of time.",
    example: Example {
        title: "waits a moment",
        files: &[],
        script: r#"sleep("10ms");
print("awake");"#,
        outcome: Expected::Prints("awake\n"),
    },
};

pub(super) fn register(engine: &mut Engine, host: &Arc<Host>) {
    let host = host.clone();
    engine
        .register_fn("log", log)
        // The language's own `log` of a number is a logarithm, and fits it better than any value.
        .register_fn("log", |number: f64| log(number.into()))
        .register_fn("warn", |text: Dynamic| {
            current::get().context.warn(told(&text));
        })
        .register_fn(
            "fail",
            |context: NativeCallContext, message: Dynamic| -> Answer {
                let failure = Failure::new(Kind::Pipeline, told(&message));
                Err(raise(failure, &context))
            },
        )
        // The language's own `exit` would end a stage as passed, whatever number it is given.
        .register_fn("exit", no_exit)
        .register_fn("exit", |context: NativeCallContext, _: Dynamic| {
            no_exit(context)
        })
        .register_fn("sleep", sleep)
        // The language's own `sleep` cannot be stopped, and fits numbers better than any value.
        .register_fn("sleep", |context: NativeCallContext, seconds: i64| {
            sleep(context, seconds.into())
        })
        .register_fn("sleep", |context: NativeCallContext, seconds: f64| {
            sleep(context, seconds.into())
        })
        .register_fn("output", move |context: NativeCallContext, stage: &str| {
            output(&host, context, stage)
        });
}

fn log(text: Dynamic) {
    current::get().context.say(told(&text));
}

fn no_exit(context: NativeCallContext) -> Answer {
    let failure = Failure::script("there is no `exit`")
        .hint("`return` ends a stage early, `fail(\"…\")` makes it fail");
    Err(raise(failure, &context))
}

/// Waits as long as `time` says, or until the run is stopped.
fn sleep(context: NativeCallContext, time: Dynamic) -> Answer<()> {
    let failure = match to_json(&time) {
        Ok(time) => match serde_json::from_value::<Duration>(time.clone()) {
            Ok(length) => return pause(&context, length.into()),
            Err(_) => no_time(&time),
        },
        Err(_) => not_slept(name_of(&time)),
    };
    Err(raise(failure, &context))
}

/// Of what is no length of time.
pub(in crate::script) fn no_time(given: &Value) -> Failure {
    match given {
        Value::String(text) => not_slept(&format!("`{text}`")),
        Value::Number(_) => not_slept(&format!("`{}`", from_json(given.clone()))),
        other => not_slept(name_of(&from_json(other.clone()))),
    }
}

fn not_slept(given: &str) -> Failure {
    Failure::script(format!(
        "`sleep` takes a number of seconds or a text like \"1m30s\", not {given}"
    ))
}

/// Waits for `time`, or until the run is stopped.
pub(super) fn pause(context: &NativeCallContext, time: std::time::Duration) -> Answer<()> {
    let current = current::get().context;
    let slept = current.block_on(async {
        tokio::time::sleep(time).await;
        Ok::<_, ActionError>(())
    });
    // All that can end a sleep is that the run is stopped.
    slept.map_err(|_| stop(context))
}

/// The result of a stage that this one needs, directly or through others; of a matrix, an array of
/// its instances' results in order.
fn output(host: &Host, context: NativeCallContext, stage: &str) -> Answer {
    let outputs = current::get().outputs;
    let declared = host.declarations();
    if let Some(value) = declared.matrices.result(stage, &outputs) {
        return Ok(from_json(value));
    }
    let own = current::get().context.stage.clone();
    let own = declared.matrices.declared(&own);
    let needed = declared.needs_of(own).iter().any(|need| **need == *stage);
    let failure = Failure::script(format!("there is no result of a stage `{stage}` here"));
    let failure = match nearest(stage, outputs.stages()) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None if needed => failure.hint(format!("`{stage}` did not run")),
        None if !declared.needs.contains_key(stage) => {
            let failure = Failure::script(format!("there is no stage `{stage}`"));
            let stages = declared.needs.keys().map(|name| &**name);
            match nearest(stage, stages) {
                Some(near) => failure.hint(format!("did you mean `{near}`?")),
                None => failure,
            }
        }
        None => failure.hint(format!("add `{stage}` to this stage's `needs`")),
    };
    Err(raise(failure, &context))
}
