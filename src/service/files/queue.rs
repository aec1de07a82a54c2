//! Work that makes more work, shared by threads.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

pub(super) struct Queue<T> {
    waiting: Mutex<Waiting<T>>,
    changed: Condvar,
}

struct Waiting<T> {
    items: Vec<T>,
    /// How many threads are at work and may find more.
    busy: usize,
}

impl<T> Queue<T> {
    /// A queue for this many threads, all of which have to ask it.
    pub(super) fn new(items: Vec<T>, threads: usize) -> Self {
        let busy = threads;
        Self {
            waiting: Mutex::new(Waiting { items, busy }),
            changed: Condvar::new(),
        }
    }

    /// Takes what a thread found and gives it the next item; nothing once no thread can find more.
    pub(super) fn next(&self, found: &mut Vec<T>) -> Option<T> {
        let mut waiting = self.lock();
        waiting.busy -= 1;
        if !found.is_empty() {
            waiting.items.append(found);
            self.changed.notify_all();
        }
        loop {
            if let Some(item) = waiting.items.pop() {
                waiting.busy += 1;
                return Some(item);
            }
            if waiting.busy == 0 {
                self.changed.notify_all();
                return None;
            }
            let woken = self.changed.wait(waiting);
            waiting = woken.unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting<T>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
