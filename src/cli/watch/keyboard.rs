//! Single keys, as they are pressed.

use std::io::{IsTerminal, stderr, stdin};
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::{Mutex, PoisonError};

use rustix::process::getpgrp;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcgetpgrp, tcsetattr};

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    Again,
    Everything,
    Failed,
    Explain,
    Pause,
    Log,
    Quit,
    Help,
}

pub(super) const HELP: &str = "enter run again · a everything · f what failed · e what started the \
last run · p pause or continue · o last log, of a failure first · q quit · ? this help";

/// The terminal's own way, while it has ours.
static BEFORE: Mutex<Option<Termios>> = Mutex::new(None);

/// A terminal that tells each key at once and shows none of them; as it was when dropped.
pub(super) struct Keyboard {
    /// Whether there may be more keys.
    open: bool,
    /// Whether the terminal is set to that: it is not while wharf is in the background.
    taken: bool,
}

impl Keyboard {
    /// None where there is no terminal to read from and to answer on.
    pub(super) fn new() -> Option<Self> {
        if !stdin().is_terminal() || !stderr().is_terminal() {
            return None;
        }
        let mut keyboard = Self {
            open: true,
            taken: false,
        };
        keyboard.take();
        Some(keyboard)
    }

    /// Sets the terminal, which a shell may have set to its own way meanwhile.
    pub(super) fn take(&mut self) {
        self.taken = is_in_foreground() && set().is_some();
    }

    pub(super) fn descriptor<'a>(&self, stdin: &'a std::io::Stdin) -> Option<BorrowedFd<'a>> {
        (self.open && self.taken).then(|| stdin.as_fd())
    }

    /// The keys that were pressed, at least one where the terminal is readable.
    pub(super) fn read(&mut self) -> Vec<Key> {
        let mut bytes = [0; 64];
        match rustix::io::read(stdin(), &mut bytes) {
            Ok(count @ 1..) => bytes[..count]
                .iter()
                .filter_map(|byte| key(*byte))
                .collect(),
            Ok(0) => {
                self.open = false;
                Vec::new()
            }
            _ => Vec::new(),
        }
    }
}

impl Drop for Keyboard {
    fn drop(&mut self) {
        restore();
    }
}

/// Gives the terminal back as it was, also when the process is about to end in a hurry.
pub(in crate::cli) fn restore() {
    let before = BEFORE.lock().unwrap_or_else(PoisonError::into_inner).take();
    // From the background it would stop wharf to try.
    if let Some(modes) = before.filter(|_| is_in_foreground()) {
        // A terminal that is gone has no modes.
        let _ = tcsetattr(stdin(), OptionalActions::Now, &modes);
    }
}

fn set() -> Option<()> {
    let mut modes = tcgetattr(stdin()).ok()?;
    let ours = LocalModes::ICANON | LocalModes::ECHO;
    if modes.local_modes.intersects(ours) {
        *BEFORE.lock().unwrap_or_else(PoisonError::into_inner) = Some(modes.clone());
        modes.local_modes.remove(ours);
        tcsetattr(stdin(), OptionalActions::Now, &modes).ok()?;
    }
    Some(())
}

fn is_in_foreground() -> bool {
    tcgetpgrp(stdin()).is_ok_and(|group| group == getpgrp())
}

fn key(byte: u8) -> Option<Key> {
    match byte {
        b'\r' | b'\n' => Some(Key::Again),
        b'a' => Some(Key::Everything),
        b'f' => Some(Key::Failed),
        b'e' => Some(Key::Explain),
        b'p' => Some(Key::Pause),
        b'o' => Some(Key::Log),
        b'q' => Some(Key::Quit),
        b'?' | b'h' => Some(Key::Help),
        _ => None,
    }
}
