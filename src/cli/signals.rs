//! Ctrl-C and its relatives: the first stops the run in order, the second ends it at once.

use std::io::{self, PipeReader};
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, Once, PoisonError};
use std::thread;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::{OFlags, fcntl_setfl};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::{SigId, flag, low_level};

use crate::cancel::{Cancel, Interrupts, Reason};
use crate::failure::Kind;
use crate::service::process;

/// Makes `cancel` follow the signals for the rest of the process's life.
pub(super) fn listen(cancel: &Cancel) {
    // Without handlers a signal ends wharf as it ends any program.
    if let Ok(signals) = Signals::register(cancel) {
        cancel.follow(signals);
    }
}

/// Signals are written to a pipe, for whoever waits: a thread that listens would cost each short
/// run more than its script does.
struct Signals {
    raised: Arc<AtomicBool>,
    pipe: Arc<Pipe>,
    /// While nobody waits a second signal ends the process by itself: nothing was started that
    /// would have to be stopped.
    unheard: Mutex<Vec<SigId>>,
    listening: Once,
}

/// One byte is one signal.
struct Pipe {
    end: PipeReader,
    cancel: Cancel,
    first_taken: AtomicBool,
}

const INTERRUPTED: i32 = Kind::Interrupted.exit_code() as i32;

impl Signals {
    fn register(cancel: &Cancel) -> io::Result<Self> {
        let (end, start) = io::pipe()?;
        fcntl_setfl(&end, OFlags::NONBLOCK)?;
        let raised = Arc::new(AtomicBool::new(false));
        let mut unheard = Vec::new();
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            let last = flag::register_conditional_shutdown(signal, INTERRUPTED, raised.clone())?;
            unheard.push(last);
            flag::register(signal, raised.clone())?;
            low_level::pipe::register(signal, start.try_clone()?)?;
        }
        Ok(Self {
            raised,
            pipe: Arc::new(Pipe {
                end,
                cancel: cancel.clone(),
                first_taken: AtomicBool::new(false),
            }),
            unheard: Mutex::new(unheard),
            listening: Once::new(),
        })
    }
}

impl Interrupts for Signals {
    fn raised(&self) -> bool {
        self.raised.load(Ordering::Relaxed)
    }

    fn arrived(&self) -> BorrowedFd<'_> {
        let mut unheard = self.unheard.lock().unwrap_or_else(PoisonError::into_inner);
        for id in unheard.drain(..) {
            low_level::unregister(id);
        }
        self.pipe.end.as_fd()
    }

    fn take(&self) {
        self.pipe.take();
    }

    fn listen(&self) {
        self.listening.call_once(|| {
            let _ = self.arrived();
            let pipe = self.pipe.clone();
            thread::spawn(move || {
                loop {
                    // Interrupted or not, what is there is taken.
                    let _ = poll(&mut [PollFd::new(&pipe.end, PollFlags::IN)], None);
                    pipe.take();
                }
            });
        });
    }
}

impl Pipe {
    fn take(&self) {
        let mut byte = [0];
        while rustix::io::read(&self.end, &mut byte) == Ok(1) {
            if self.first_taken.swap(true, Ordering::Relaxed) {
                process::kill_all();
                std::process::exit(INTERRUPTED);
            }
            self.cancel.cancel(Reason::Interrupted);
        }
    }
}
