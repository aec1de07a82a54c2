//! `retry`: a closure, called again while it fails.

use std::sync::Arc;

use rhai::{Dynamic, Engine, FnPtr, NativeCallContext};

use super::function::{Function, FunctionOption};
use super::talk::pause;
use super::{Answer, wrong};
use crate::action::{Example, Expected};
use crate::failure::Kind;
use crate::plan::Retry;
use crate::script::host::Host;
use crate::script::stage_options::{self, Given};
use crate::script::{current, fault};

pub(in crate::script) const RETRY: Function = Function {
    name: "retry",
    signatures: &[
        "(count: int, closure: Fn) -> ?",
        "(options: Map, closure: Fn) -> ?",
    ],
    summary: "Call a closure again while it fails",
    doc: "Returns the value of the first attempt that passes. Errors of the script itself are not retried. Fails with the last attempt.",
    example: Example {
        title: "passes at the third attempt",
        files: &[],
        script: r#"let attempts = 0;
let got = retry(#{ count: 3, backoff: "10ms" }, || {
    attempts += 1;
    if attempts < 3 { fail("not yet") }
    attempts
});
print(got);"#,
        outcome: Expected::Prints("3\n"),
    },
};

/// All that `retry` can be told, which is what the option of that name takes.
pub(super) const OPTIONS: [FunctionOption; 3] = [
    FunctionOption {
        name: "backoff",
        kind: "a length of time",
        doc: "the wait before the second attempt, doubled each time and varied by up to a half; \
              1 second if not given",
    },
    FunctionOption {
        name: "count",
        kind: "a whole number, required",
        doc: "how many attempts after the first one",
    },
    FunctionOption {
        name: "on",
        kind: "names of actions and exit codes",
        doc: "the failures to retry; all if not given",
    },
];

pub(super) fn register(engine: &mut Engine, host: &Arc<Host>) {
    let host = host.clone();
    engine.register_fn(
        "retry",
        move |context: NativeCallContext, options: Dynamic, closure: FnPtr| -> Answer {
            let (retry, wrongs) = stage_options::retry(&Given::of(&options));
            match wrongs.into_iter().next() {
                Some(found) => Err(wrong(&host, &context, "retry", found)),
                None => persist(&host, &context, &retry, &closure),
            }
        },
    );
}

/// What `closure` gives, from the first attempt that does not fail or the last there is. A script
/// that is wrong stays wrong: only what the pipeline fails with is tried again.
fn persist(host: &Host, context: &NativeCallContext, retry: &Retry, closure: &FnPtr) -> Answer {
    let source = context.call_source().unwrap_or_default();
    let current = current::get().context;
    let mut attempt = 1;
    loop {
        let error = match closure.call_within_context::<Dynamic>(context, ()) {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        let failure = fault::runtime(&error, source, context.engine(), &host.units, &current);
        if failure.kind != Kind::Pipeline || !retry.follows(attempt, &failure, false) {
            return Err(error);
        }
        let wait = retry.wait(attempt, fastrand::f64());
        current.say(format!(
            "attempt {attempt} of {} failed: {}; the next is in {:.1} s",
            retry.count + 1,
            failure.message,
            wait.as_secs_f64()
        ));
        pause(context, wait)?;
        attempt += 1;
    }
}
