//! `on_failure` and `on_success`, after the last stage.

use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use super::guard::guard;
use crate::action::Context;
use crate::cancel::{Cancel, Reason};
use crate::failure::Failure;
use crate::script::{Outputs, Program};

/// How long all hooks together may take after an interrupt. A second one ends them at once.
const AFTER_INTERRUPT: Duration = Duration::from_secs(5);

/// Calls the hooks that fit. One that fails after a failure is only warned about: the first error
/// stays the first. Otherwise its failure is the run's.
pub(super) fn run(
    program: &Program,
    failure: Option<&Arc<Failure>>,
    outputs: &Arc<Outputs>,
) -> Result<(), Failure> {
    let base = &program.host().context;
    let hooks = program.hooks(failure.is_some());
    if hooks.is_empty() {
        return Ok(());
    }
    let (cancel, _timer) = cancellation(&base.cancel);
    let mut first = Ok(());
    for hook in hooks {
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
        match called {
            Ok(()) => {}
            Err(error) if failure.is_none() && first.is_ok() => first = Err(error),
            Err(error) => {
                let text = format!("`{}` failed as well: {}", hook.name, error.message);
                super::warn(&base.events, &hook.name.into(), text);
            }
        }
    }
    first
}

/// What stops the hooks: an interrupt; or, after one, that their time is up.
fn cancellation(run: &Cancel) -> (Cancel, Option<Timer>) {
    if run.is_cancelled() {
        // The next one ends them, whatever they wait for.
        if let Some(interrupts) = run.interrupts() {
            interrupts.listen();
        }
        let cancel = Cancel::new();
        let timer = Timer::start(cancel.clone());
        (cancel, Some(timer))
    } else {
        (run.child(), None)
    }
}

/// Cancels after [`AFTER_INTERRUPT`] unless dropped before.
struct Timer {
    _stop: Sender<()>,
}

impl Timer {
    fn start(cancel: Cancel) -> Self {
        let (stop, stopped) = channel::<()>();
        thread::spawn(move || {
            if stopped.recv_timeout(AFTER_INTERRUPT) == Err(RecvTimeoutError::Timeout) {
                let limit = humantime::format_duration(AFTER_INTERRUPT).to_string();
                cancel.cancel(Reason::TimedOut(limit));
            }
        });
        Self { _stop: stop }
    }
}
