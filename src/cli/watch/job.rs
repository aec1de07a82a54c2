//! Ctrl-Z, and what brings wharf back.

use std::io::{self, PipeReader};
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::fs::{OFlags, fcntl_setfl};
use signal_hook::consts::{SIGCONT, SIGTSTP};
use signal_hook::{flag, low_level};

use super::keyboard;
use crate::service::process;

/// Hears when a shell stops wharf, and when it lets it continue.
pub(super) struct Job {
    pipe: PipeReader,
    to_stop: Arc<AtomicBool>,
}

impl Job {
    pub(super) fn listen() -> io::Result<Self> {
        let (pipe, told) = io::pipe()?;
        fcntl_setfl(&pipe, OFlags::NONBLOCK)?;
        let to_stop = Arc::new(AtomicBool::new(false));
        flag::register(SIGTSTP, to_stop.clone())?;
        low_level::pipe::register(SIGTSTP, told.try_clone()?)?;
        low_level::pipe::register(SIGCONT, told)?;
        Ok(Self { pipe, to_stop })
    }

    /// Readable when there is something to [`heed`](Self::heed).
    pub(super) fn descriptor(&self) -> BorrowedFd<'_> {
        self.pipe.as_fd()
    }

    /// Stops here, with all that runs, if that was asked for; returns when wharf is to continue.
    pub(super) fn heed(&self) {
        let mut bytes = [0; 64];
        while matches!(rustix::io::read(&self.pipe, &mut bytes), Ok(1..)) {}
        if !self.to_stop.swap(false, Ordering::Relaxed) {
            return;
        }
        process::pause_all();
        keyboard::restore();
        // Where that cannot be done, wharf just continues.
        let _ = low_level::emulate_default_handler(SIGTSTP);
        process::continue_all();
    }
}
