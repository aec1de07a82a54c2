//! `on_failure` and `on_success`, after the last stage.

use std::sync::Arc;
use std::time::Duration;

use crate::action::Context;
use crate::cancel::{Cancel, Reason};
use crate::failure::Failure;
use crate::script::{Outputs, Program};

/// How long hooks may take after an interrupt. A second one ends them at once.
const AFTER_INTERRUPT: Duration = Duration::from_secs(5);

/// Calls the hooks that fit. One that fails after a failure is only warned about: the first error
/// stays the first. Otherwise its failure is the run's.
pub(super) fn run(
    program: &Program,
    failure: Option<Arc<Failure>>,
    outputs: Arc<Outputs>,
) -> Result<(), Failure> {
    let base = &program.host().context;
    let mut first = Ok(());
    for hook in program.hooks(failure.is_some()) {
        let mut context = Context::clone(base);
        context.stage = hook.name.into();
        context.telling.clone_from(&failure);
        context.cancel = Cancel::new();
        let _timer = base
            .cancel
            .is_cancelled()
            .then(|| Timer::start(context.cancel.clone()));
        let called = hook.run(program, Arc::new(context), outputs.clone(), failure.clone());
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

/// Cancels after [`AFTER_INTERRUPT`] unless dropped before.
struct Timer {
    _stop: std::sync::mpsc::Sender<()>,
}

impl Timer {
    fn start(cancel: Cancel) -> Self {
        let (stop, stopped) = std::sync::mpsc::channel::<()>();
        std::thread::spawn(move || {
            if stopped.recv_timeout(AFTER_INTERRUPT)
                == Err(std::sync::mpsc::RecvTimeoutError::Timeout)
            {
                cancel.cancel(Reason::TimedOut(format!("{AFTER_INTERRUPT:?}")));
            }
        });
        Self { _stop: stop }
    }
}
