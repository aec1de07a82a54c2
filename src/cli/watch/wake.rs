//! Messages for a thread that waits for descriptors.

use std::io::{self, PipeReader, PipeWriter, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};

use rustix::fs::{OFlags, fcntl_setfl};

/// Sends messages, and wakes whoever receives them.
pub(super) struct Messages<T> {
    sender: Sender<T>,
    pipe: Arc<PipeWriter>,
}

/// Receives them; readable when there are some.
pub(super) struct Received<T> {
    receiver: Receiver<T>,
    pipe: PipeReader,
}

pub(super) fn channel<T>() -> io::Result<(Messages<T>, Received<T>)> {
    let (read, write) = io::pipe()?;
    fcntl_setfl(&read, OFlags::NONBLOCK)?;
    fcntl_setfl(&write, OFlags::NONBLOCK)?;
    let (sender, receiver) = mpsc::channel();
    let messages = Messages {
        sender,
        pipe: Arc::new(write),
    };
    let received = Received {
        receiver,
        pipe: read,
    };
    Ok((messages, received))
}

impl<T> Messages<T> {
    pub(super) fn send(&self, message: T) {
        // Whoever received is about to end the process.
        let _ = self.sender.send(message);
        // A pipe that is full wakes as well.
        let _ = (&*self.pipe).write(&[0]);
    }
}

impl<T> Clone for Messages<T> {
    fn clone(&self) -> Self {
        Self {
            sender: self.sender.clone(),
            pipe: self.pipe.clone(),
        }
    }
}

impl<T> Received<T> {
    pub(super) fn descriptor(&self) -> BorrowedFd<'_> {
        self.pipe.as_fd()
    }

    /// All that has arrived; never waits.
    pub(super) fn take(&self) -> Vec<T> {
        let mut bytes = [0; 256];
        while matches!(rustix::io::read(&self.pipe, &mut bytes), Ok(1..)) {}
        self.receiver.try_iter().collect()
    }
}
