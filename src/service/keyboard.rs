//! A line that a person types as an answer.

use std::io;

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::cancel::Cancel;

/// How soon it is noticed that nobody waits for the answer any more.
const SOON: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 50_000_000,
};

/// No answer is longer, in bytes.
const LONGEST: usize = 1024;

/// The next line, without its end; nothing at the end of input, where it cannot be read, and when
/// `cancel` is.
pub fn line(cancel: &Cancel) -> Option<String> {
    let stdin = io::stdin();
    let mut typed = Vec::new();
    while !typed.ends_with(b"\n") && typed.len() < LONGEST {
        if cancel.is_cancelled() {
            return None;
        }
        let mut watched = [PollFd::new(&stdin, PollFlags::IN)];
        if !matches!(poll(&mut watched, Some(&SOON)), Ok(1..)) {
            continue;
        }
        // One byte at a time: what is behind the line is somebody else's.
        let mut byte = [0];
        match rustix::io::read(&stdin, &mut byte) {
            Ok(1..) => typed.extend(byte),
            Err(rustix::io::Errno::INTR) => {}
            _ => return None,
        }
    }
    String::from_utf8(typed)
        .ok()
        .map(|line| line.trim_end().to_owned())
}
