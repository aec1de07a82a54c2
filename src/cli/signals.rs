//! Ctrl-C and its relatives: the first stops the run in order, the second ends it at once.

use std::thread;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::cancel::{Cancel, Reason};
use crate::failure::Kind;
use crate::service::process;

/// Listens for the rest of the process's life.
pub(super) fn listen(cancel: Cancel) {
    let Ok(mut signals) = Signals::new([SIGINT, SIGTERM, SIGHUP]) else {
        // Without a handler a signal ends wharf as it ends any program.
        return;
    };
    thread::spawn(move || {
        for _ in signals.forever() {
            if cancel.is_cancelled() {
                process::kill_all();
                std::process::exit(Kind::Interrupted.exit_code().into());
            }
            cancel.cancel(Reason::Interrupted);
        }
    });
}
