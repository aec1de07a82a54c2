//! Ctrl-C and its relatives: the first stops the run in order, the second ends it at once.

use std::io::{self, PipeReader};
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, Once, PoisonError};
use std::thread;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::{OFlags, fcntl_setfl};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::{flag, low_level};

use crate::cancel::{Cancel, Interrupts, Reason};
use crate::failure::Kind;
use crate::report::leave_screen;
use crate::service::process;

/// What the signals stop, for the rest of the process's life.
pub(super) fn followed() -> Cancel {
    let cancel = Cancel::new();
    listen(&cancel);
    cancel
}

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
    listening: Once,
}

/// One byte is one signal.
struct Pipe {
    end: PipeReader,
    cancel: Cancel,
    first_taken: AtomicBool,
    /// Whether a signal came that nobody took: a further one then ends the process by itself, as
    /// nothing that could be stopped is waited for.
    unheard: Arc<AtomicBool>,
}

const INTERRUPTED: i32 = Kind::Interrupted.exit_code() as i32;

impl Signals {
    fn register(cancel: &Cancel) -> io::Result<Self> {
        let (end, start) = io::pipe()?;
        fcntl_setfl(&end, OFlags::NONBLOCK)?;
        let raised = Arc::new(AtomicBool::new(false));
        let unheard = Arc::new(AtomicBool::new(false));
        let hang_up = (!process::ignores(SIGHUP)).then_some(SIGHUP);
        for signal in [SIGINT, SIGTERM].into_iter().chain(hang_up) {
            flag::register_conditional_shutdown(signal, INTERRUPTED, unheard.clone())?;
            flag::register(signal, unheard.clone())?;
            flag::register(signal, raised.clone())?;
            low_level::pipe::register(signal, start.try_clone()?)?;
        }
        Ok(Self {
            raised,
            pipe: Arc::new(Pipe {
                end,
                cancel: cancel.clone(),
                first_taken: AtomicBool::new(false),
                unheard,
            }),
            listening: Once::new(),
        })
    }
}

impl Interrupts for Signals {
    fn raised(&self) -> bool {
        self.raised.load(Ordering::Relaxed)
    }

    fn arrived(&self) -> BorrowedFd<'_> {
        self.pipe.end.as_fd()
    }

    fn take(&self) {
        self.pipe.take();
    }

    fn listen(&self) {
        self.listening.call_once(|| {
            let pipe = self.pipe.clone();
            let listening = thread::Builder::new().spawn(move || {
                loop {
                    // Interrupted or not, what is there is taken.
                    let _ = poll(&mut [PollFd::new(&pipe.end, PollFlags::IN)], None);
                    pipe.take();
                }
            });
            // Where there can be no further thread a second signal still ends wharf.
            drop(listening);
        });
    }
}

/// What Ctrl-C stops where it is not the whole process: one thing after the other.
pub(super) struct Slot(Arc<Mutex<Cancel>>);

impl Slot {
    /// Listens for the rest of the process's life. A second Ctrl-C kills what the first asked to
    /// end; the other signals end wharf.
    pub(super) fn listen() -> Self {
        let slot = Arc::new(Mutex::new(Cancel::new()));
        // Without handlers a signal ends wharf as it ends any program.
        let _ = Self::attend(slot.clone());
        Self(slot)
    }

    pub(super) fn put(&self, cancel: &Cancel) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = cancel.clone();
    }

    fn attend(slot: Arc<Mutex<Cancel>>) -> io::Result<()> {
        let (interrupted, start) = io::pipe()?;
        low_level::pipe::register(SIGINT, start)?;
        let (ended, start) = io::pipe()?;
        low_level::pipe::register(SIGTERM, start.try_clone()?)?;
        low_level::pipe::register(SIGHUP, start)?;
        let byte = |pipe: &PipeReader| rustix::io::read(pipe, &mut [0]) == Ok(1);
        thread::spawn(move || {
            while byte(&interrupted) {
                let cancel = slot.lock().unwrap_or_else(PoisonError::into_inner).clone();
                if cancel.is_cancelled() {
                    process::kill_all();
                }
                cancel.cancel(Reason::Interrupted);
            }
        });
        thread::spawn(move || {
            if byte(&ended) {
                process::kill_all();
                std::process::exit(INTERRUPTED);
            }
        });
        Ok(())
    }
}

impl Pipe {
    fn take(&self) {
        let mut byte = [0];
        while rustix::io::read(&self.end, &mut byte) == Ok(1) {
            self.unheard.store(false, Ordering::Relaxed);
            if self.first_taken.swap(true, Ordering::Relaxed) {
                process::kill_all();
                super::watch::restore_terminal();
                leave_screen();
                std::process::exit(INTERRUPTED);
            }
            self.cancel.cancel(Reason::Interrupted);
        }
    }
}
