//! `on_failure` and `on_success`, after the last stage.

use std::sync::{Arc, Once};
use std::thread;
use std::time::Duration;

use crate::action::Context;
use crate::cancel::{Cancel, Reason, Registration};
use crate::event::Event;
use crate::failure::{Failure, Kind, guard};
use crate::script::{Hook, Outputs, Program};

/// How long all hooks together may take after an interrupt. A second one ends them at once.
const AFTER_INTERRUPT: Duration = Duration::from_millis(1500);

/// Calls the hooks that fit, each whatever became of those before it; what failed of them.
pub(super) fn run(
    (base, program): (&Context, &Program),
    failure: Option<&Arc<Failure>>,
    outputs: &Arc<Outputs>,
) -> Vec<Failure> {
    let hooks = program.hooks(failure.is_some());
    if hooks.is_empty() {
        return Vec::new();
    }
    // One that an interrupt meets ends with it; one that is to tell of an interrupt has some time.
    let (cancel, _stopping) = if base.cancel.is_cancelled() {
        let (cancel, stopping) = cancellation(&base.cancel);
        (cancel, Some(stopping))
    } else {
        (base.cancel.child(), None)
    };
    let call = |hook: Hook| {
        let mut context = Context::clone(base);
        context.stage = hook.name.into();
        context.telling = failure.cloned();
        context.cancel = cancel.clone();
        let called = guard(&format!("in `{}`", hook.name), || {
            hook.run(
                program,
                Arc::new(context),
                outputs.clone(),
                failure.cloned(),
            )
        });
        let mut error = called.err()?;
        if error.kind == Kind::Refused {
            base.events.emit(Event::StageHeld {
                stage: hook.name.into(),
                what: error.message,
            });
            return None;
        }
        if failure.is_some() {
            error.message = format!("`{}` failed as well: {}", hook.name, error.message);
        }
        Some(error)
    };
    hooks.into_iter().filter_map(call).collect()
}

/// What stops a stage that always runs, and a hook after an interrupt: that the time after an interrupt
/// of the `run` is up. It counts for as long as the registration is kept.
pub(super) fn cancellation(run: &Cancel) -> (Cancel, Registration) {
    // Others do not wait for interrupts on behalf of what outlives them.
    if let Some(interrupts) = run.interrupts() {
        interrupts.listen();
    }
    let cancel = Cancel::new();
    let (timed, begin) = (cancel.clone(), Once::new());
    let registration = run.on_cancel(move || {
        begin.call_once(|| stop_later(timed.clone()));
    });
    (cancel, registration)
}

/// On a thread that goes with the process if they are done before.
fn stop_later(cancel: Cancel) {
    thread::spawn(move || {
        thread::sleep(AFTER_INTERRUPT);
        let limit = format!("{} s", AFTER_INTERRUPT.as_secs_f32());
        cancel.cancel(Reason::TimeUp(limit));
    });
}
