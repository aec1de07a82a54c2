//! Threads that stages run on. One that is done takes the next stage: to make a thread with the
//! stack that a script may need takes a fifth of what a short stage does.

use std::io;
use std::sync::mpsc::{Sender, channel};
use std::thread::{self, Scope};

use crate::script::STACK;

/// What a thread does next.
type Work<'scope> = Box<dyn FnOnce() + Send + 'scope>;

/// The threads of one run; they end when this is dropped.
pub(super) struct Workers<'scope> {
    all: Vec<Sender<Work<'scope>>>,
    free: Vec<usize>,
}

impl<'scope> Workers<'scope> {
    pub(super) fn new() -> Self {
        Self {
            all: Vec::new(),
            free: Vec::new(),
        }
    }

    /// Does `work` on a thread that is free, or on a new one; `work` is given the thread, for
    /// [`free`](Self::free) when it is done.
    pub(super) fn start(
        &mut self,
        scope: &'scope Scope<'scope, '_>,
        work: impl FnOnce(usize) + Send + 'scope,
    ) -> io::Result<()> {
        let worker = match self.free.pop() {
            Some(worker) => worker,
            None => self.spawn(scope)?,
        };
        self.all[worker]
            .send(Box::new(move || work(worker)))
            .map_err(|_| io::Error::other("the thread has ended"))
    }

    /// The thread, if there was one, has done its work but for what it goes on with by itself.
    pub(super) fn free(&mut self, worker: Option<usize>) {
        self.free.extend(worker);
    }

    fn spawn(&mut self, scope: &'scope Scope<'scope, '_>) -> io::Result<usize> {
        let (sender, receiver) = channel::<Work<'scope>>();
        thread::Builder::new()
            .name("stage".to_owned())
            .stack_size(STACK)
            .spawn_scoped(scope, move || receiver.into_iter().for_each(|work| work()))?;
        self.all.push(sender);
        Ok(self.all.len() - 1)
    }
}
