//! Waiting for a child: its output, its end, its time limit and the run's, on the calling thread.

use std::io::PipeReader;
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use rustix::buffer::spare_capacity;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::{Errno, read};
use rustix::process::Signal;

use super::{End, Group};
use crate::cancel::Cancel;
use crate::event::Stream;

/// How long a group may take to end after `SIGTERM` before `SIGKILL`.
pub(super) const GRACE: Duration = Duration::from_secs(1);
/// How long what a child left behind may hold its pipes open.
const LINGER: Duration = Duration::from_millis(100);
/// What is read at once, in bytes.
const MOST: usize = 32 * 1024;
/// Between two looks at a child that has closed its pipes, or left them to another.
const LOOK: Duration = Duration::from_millis(20);
/// The first of them.
const SHORTEST: Duration = Duration::from_micros(25);
/// How long a command may take that is over at once.
const SOON: Duration = Duration::from_millis(5);

/// One child that is being waited for.
pub(super) struct Attendance<'a> {
    /// The pipes that are still open.
    pub(super) outputs: Vec<(Stream, OwnedFd)>,
    /// Readable when the run is stopped.
    pub(super) cancelled: PipeReader,
    pub(super) cancel: &'a Cancel,
    pub(super) started: Instant,
    pub(super) group: Group,
    /// Readable when the child has ended; opened for one that does not do so at once.
    pub(super) end: Option<OwnedFd>,
    pub(super) deadline: Option<Instant>,
    /// How the child was stopped, if it was.
    pub(super) stopped: Option<End>,
}

impl Attendance<'_> {
    /// Passes output on until the child has ended and its pipes are closed, or nobody is left who
    /// could close them.
    pub(super) fn attend(&mut self, on_output: &mut dyn FnMut(Stream, &[u8])) {
        let mut killed = false;
        // The child is; where it was stopped, all that it started is too.
        let mut ended = false;
        let mut closing = SHORTEST;
        let mut is_quiet = false;
        let mut lasts = false;
        let mut buffer = Vec::with_capacity(MOST);
        loop {
            if !ended && self.has_ended() {
                ended = true;
                self.deadline = Some(Instant::now() + LINGER);
            }
            if ended && self.outputs.is_empty() {
                return;
            }
            if self
                .deadline
                .is_some_and(|deadline| deadline <= Instant::now())
            {
                if killed {
                    return;
                }
                killed = self.stopped.is_some() || ended;
                self.stop(killed);
            }
            if !lasts && self.started.elapsed() >= SOON {
                lasts = true;
                self.cancel.lasts();
            }
            if self.end.is_none() && (self.outputs.is_empty() || is_quiet) {
                self.end = self.group.end();
            }
            let is_told = self.end.is_some() && self.stopped.is_none() && !ended;
            let pause = match (lasts, is_told) {
                // A child that has closed its pipes is about to end.
                (_, false) if self.outputs.is_empty() => {
                    closing = (closing * 2).min(LOOK);
                    Some(closing)
                }
                (false, _) => Some(SOON),
                (true, false) => Some(LOOK),
                (true, true) => None,
            };
            let readable = self.wait(pause, ended);
            is_quiet = !readable.contains(&true);
            self.read(&readable, &mut buffer, on_output);
        }
    }

    /// Whether nothing of the child is left that would have to be waited for: what was told to end
    /// has its time for that, also when who led it is gone already.
    fn has_ended(&self) -> bool {
        self.group.has_ended() && (self.stopped.is_none() || !self.group.lives())
    }

    /// Waits until there may be something to do, but no longer than `longest`. Tells which of the
    /// outputs can be read.
    fn wait(&mut self, longest: Option<Duration>, ended: bool) -> Vec<bool> {
        let mut watched: Vec<_> = self
            .outputs
            .iter()
            .map(|(_, pipe)| PollFd::new(pipe, PollFlags::IN))
            .collect();
        // Once the child is being stopped there is nothing left to cancel.
        let cancellable = self.stopped.is_none() && !ended;
        if cancellable {
            watched.push(PollFd::new(&self.cancelled, PollFlags::IN));
        }
        // Of one that was stopped all that it started has to end, of which nothing is told.
        let end = self.end.as_ref().filter(|_| cancellable);
        watched.extend(end.map(|end| PollFd::new(end, PollFlags::IN)));
        // What may stop the run, and needs somebody to look at it.
        let interrupts = self.cancel.interrupts();
        if let Some(interrupts) = interrupts {
            watched.push(PollFd::from_borrowed_fd(
                interrupts.arrived(),
                PollFlags::IN,
            ));
        }
        let left = self
            .deadline
            .map(|deadline| deadline.saturating_duration_since(Instant::now()));
        let time = [left, longest].into_iter().flatten().min();
        let timespec = time.and_then(|time| Timespec::try_from(time).ok());
        // Interrupted or not, what it tells is all that is known.
        let _ = poll(&mut watched, timespec.as_ref());
        let is_readable =
            |pipe: Option<&PollFd>| pipe.is_some_and(|pipe| pipe.revents().contains(PollFlags::IN));
        let interrupted = interrupts.filter(|_| is_readable(watched.last()));
        let cancelled = cancellable && is_readable(watched.get(self.outputs.len()));
        let outputs = watched.iter().take(self.outputs.len());
        let readable = outputs.map(|pipe| !pipe.revents().is_empty()).collect();
        if let Some(interrupts) = interrupted {
            interrupts.take();
        }
        if cancelled {
            self.stopped = Some(End::Cancelled);
            self.group.signal(Signal::TERM);
            self.deadline = Some(Instant::now() + GRACE);
        }
        readable
    }

    /// The deadline has passed: the child is told to end, or made to.
    fn stop(&mut self, kill: bool) {
        if kill {
            self.group.signal(Signal::KILL);
            self.deadline = Some(Instant::now() + LINGER);
        } else {
            self.stopped = Some(End::TimedOut);
            self.group.signal(Signal::TERM);
            self.deadline = Some(Instant::now() + GRACE);
        }
    }

    /// Reads once from each pipe that is `readable`, and forgets those that are closed.
    fn read(
        &mut self,
        readable: &[bool],
        buffer: &mut Vec<u8>,
        on_output: &mut dyn FnMut(Stream, &[u8]),
    ) {
        let mut readable = readable.iter();
        self.outputs.retain(|(stream, pipe)| {
            if readable.next() != Some(&true) {
                return true;
            }
            buffer.clear();
            match read(pipe, spare_capacity(buffer)) {
                Ok(0) => false,
                Ok(_) => {
                    on_output(*stream, buffer);
                    true
                }
                Err(error) => error == Errno::INTR || error == Errno::AGAIN,
            }
        });
    }
}
