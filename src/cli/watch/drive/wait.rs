//! Waits for whatever comes first.

use std::io::{Stdout, stdin, stdout};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{FileType, fstat};

use super::Driver;
use crate::cli::watch::job::Job;
use crate::cli::watch::keyboard::Keyboard;

/// What has come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Source {
    /// It is looked at in any case.
    Other,
    Keys,
    Interrupts,
    Job,
    /// Whoever read what wharf writes is gone.
    Reader,
}

impl Driver {
    /// Waits until there is something to do.
    pub(super) fn wait(&mut self) {
        self.screen.stand(&self.watcher);
        for source in self.poll() {
            match source {
                Source::Other => {}
                Source::Keys => {
                    let keys = self.keyboard.as_mut().map(Keyboard::read);
                    for key in keys.unwrap_or_default() {
                        self.press(key);
                    }
                }
                Source::Interrupts => {
                    if let Some(interrupts) = self.session.cancel.interrupts() {
                        interrupts.take();
                    }
                }
                Source::Job => {
                    self.screen.give_way();
                    self.job.as_ref().map(Job::heed);
                    if let Some(keyboard) = &mut self.keyboard {
                        keyboard.take();
                    }
                }
                Source::Reader => self.quit(),
            }
        }
    }

    fn poll(&self) -> Vec<Source> {
        let (stdin, stdout) = (stdin(), stdout());
        let keyboard = self.keyboard.as_ref();
        let interrupts = self.session.cancel.interrupts();
        let sources = [
            Some((Source::Other, self.received.descriptor())),
            self.tree.descriptor().map(|tree| (Source::Other, tree)),
            keyboard
                .and_then(|keyboard| keyboard.descriptor(&stdin))
                .map(|keys| (Source::Keys, keys)),
            interrupts.map(|interrupts| (Source::Interrupts, interrupts.arrived())),
            self.job.as_ref().map(|job| (Source::Job, job.descriptor())),
        ];
        let sources: Vec<_> = sources.into_iter().flatten().collect();
        let watched = sources.iter();
        let mut watched: Vec<_> = watched
            .map(|(_, descriptor)| PollFd::from_borrowed_fd(*descriptor, PollFlags::IN))
            .collect();
        if !self.quit && is_pipe(&stdout) {
            watched.push(PollFd::new(&stdout, PollFlags::empty()));
        }
        let timespec = self
            .timeout()
            .and_then(|time| Timespec::try_from(time).ok());
        // Interrupted or not, what is there is looked at.
        let _ = poll(&mut watched, timespec.as_ref());
        let all = sources.iter().map(|(source, _)| *source);
        let all = all.chain([Source::Reader]).zip(&watched);
        all.filter(|(_, descriptor)| !descriptor.revents().is_empty())
            .map(|(source, _)| source)
            .collect()
    }
}

fn is_pipe(stdout: &Stdout) -> bool {
    fstat(stdout).is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode) == FileType::Fifo)
}
