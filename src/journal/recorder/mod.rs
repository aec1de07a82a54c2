//! Writes a run into the journal while it goes on: events are queued, and once the run lasts a thread
//! of its own does the rest. Whoever cannot go on before something is written writes what is queued
//! itself. Of a run that is over at once nothing is written before its end, and then not into the
//! database: that is what the spool is for.

mod attempts;
mod begun;
mod groups;
mod log;
mod masked;
mod message;
mod prepared;
mod rows;
mod short;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use crate::cancel::Cancel;
use crate::event::{Event, Events};
use crate::journal::unfinished;
use crate::secret::Secrets;
use crate::service::git::{Git, Head};
use crate::service::process::{Change, own_environment};
use crate::service::state;

use message::{Message, What};
use writer::Writer;

pub(super) use begun::{ACTION, STAGE_FINISHED};
pub(super) use rows::{RUN, RUN_FINISHED, STAGE};

/// Who started a run, and how.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// `user@host`.
    pub who: String,
    /// What stood after `wharf` on the command line.
    pub arguments: Vec<String>,
    /// The run that this one continues.
    pub resumed: Option<i64>,
}

/// Records one run; clones share it. Nothing is made before the run starts, and what happened before
/// that is recorded with it.
#[derive(Clone)]
pub struct Recorder {
    shared: Arc<Shared>,
    _last: Arc<Last>,
}

/// The thread ends when nobody is left who could give it something to write.
struct Last(Arc<Shared>);

struct Shared {
    root: PathBuf,
    head: Arc<OnceLock<Head>>,
    queue: Mutex<Queue>,
    /// The queue is empty no more, or over.
    arrived: Condvar,
    /// Whoever holds it writes: the thread, or who cannot wait for the thread.
    writer: Mutex<Writer>,
    run: Arc<OnceLock<Number>>,
    /// Bytes of output that are not yet in their logs.
    queued: AtomicUsize,
}

/// Of a run, or why it cannot be recorded.
type Number = Result<i64, String>;

#[derive(Default)]
struct Queue {
    messages: Vec<Message>,
    /// Whether the run has started.
    run: bool,
    state: State,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum State {
    /// There is no run yet.
    #[default]
    Idle,
    /// There is no thread yet.
    Begun,
    /// The thread writes what arrives.
    Writing,
    Finished,
}

/// Output is not queued beyond this: whoever makes it writes it.
const MOST_QUEUED: usize = 64 << 20;

/// How long what nobody waits for may wait for more: many short stages are one write.
const GATHER: Duration = Duration::from_millis(5);

/// How many messages a run may come to that is over at once.
const FEW: usize = 16;

impl Recorder {
    /// A recorder for the repository in `root`. When the journal cannot be written `warn` is told
    /// why, once, and the run is none the worse for it; it is called on whatever thread writes, and
    /// shall record nothing.
    pub fn new(
        root: &Path,
        secrets: &Secrets,
        origin: Origin,
        warn: impl Fn(String) + Send + 'static,
    ) -> Self {
        let run = Arc::new(OnceLock::new());
        let head = Arc::new(OnceLock::new());
        let writer = Writer {
            root: root.to_owned(),
            secrets: secrets.clone(),
            origin,
            warn: Some(Box::new(warn)),
            run: run.clone(),
            head: head.clone(),
            early: Vec::new(),
            state: writer::State::Closed,
        };
        let shared = Arc::new(Shared {
            root: root.to_owned(),
            head,
            queue: Mutex::default(),
            arrived: Condvar::new(),
            writer: Mutex::new(writer),
            run,
            queued: AtomicUsize::new(0),
        });
        Self {
            _last: Arc::new(Last(shared.clone())),
            shared,
        }
    }

    /// Goes on beside what `cancel` may stop once that lasts: before, nothing is written that need
    /// not be.
    pub fn accompany(&self, cancel: &Cancel) {
        let shared = Arc::downgrade(&self.shared);
        cancel.on_lasting(move || {
            if let Some(shared) = shared.upgrade() {
                shared.lasts(&mut shared.queue());
            }
        });
    }

    /// Writes from now on beside the run that has started, however short it is.
    pub fn keep_up(&self) {
        self.shared.lasts(&mut self.shared.queue());
    }

    /// A sink that records each event before `events` gets it.
    pub fn before(&self, events: Events) -> Events {
        let recorder = self.clone();
        Events::new(move |event| {
            recorder.record(&event);
            events.emit(event);
        })
    }

    /// Queues `event`. An effect that leaves the machine begins and ends only when that is
    /// recorded, so that it is known whatever becomes of this process.
    pub fn record(&self, event: &Event) {
        let wait = match event {
            Event::Progress { .. } | Event::Asking { .. } | Event::Answered { .. } => {
                return self.shared.lasts(&mut self.shared.queue());
            }
            Event::ActionStarted { call, .. } | Event::ActionFinished { call, .. } => {
                call.effect.leaves_the_machine()
            }
            Event::Output { bytes, .. } => {
                self.shared.queued.fetch_add(bytes.len(), Ordering::Relaxed) > MOST_QUEUED
            }
            _ => false,
        };
        self.send(What::Event(event.clone()), wait);
    }

    /// Queues the begin or the end of a process group of this run.
    pub fn group(&self, change: Change) {
        self.send(What::Group(change), false);
    }

    /// Queues all that the success of `stage` followed from. Nothing in it is masked here.
    pub fn parts(&self, stage: Arc<str>, parts: String) {
        self.send(What::Parts(stage, parts), false);
    }

    /// The number of the run, as soon as it has one; nothing if it has not started or cannot be
    /// recorded.
    pub fn run(&self) -> Option<i64> {
        let started = self.shared.queue().run;
        if started { self.begun().ok() } else { None }
    }

    /// Waits for the number of a run that has started; gives the reason if it cannot be recorded.
    pub fn begun(&self) -> Result<i64, &str> {
        if self.shared.run.get().is_none() {
            self.shared.write();
        }
        self.shared
            .run
            .wait()
            .as_ref()
            .copied()
            .map_err(String::as_str)
    }

    /// Writes all that is left. What comes later is not recorded.
    pub fn finish(&self) {
        self.send(What::End, true);
        self.shared.finish();
    }

    /// `now`: it is written when this returns, if there is a run.
    fn send(&self, what: What, now: bool) {
        let at = SystemTime::now();
        if what.begins() {
            self.shared.look_at_head();
        }
        let mut queue = self.shared.queue();
        if queue.state == State::Finished {
            return;
        }
        let is_first = queue.messages.is_empty();
        let begins = what.begins();
        if queue.state == State::Idle && begins {
            queue.state = State::Begun;
            queue.run = true;
        }
        let lasts = what.has_more_to_come() || queue.messages.len() >= FEW;
        queue.messages.push(Message { at, what });
        if queue.state == State::Idle {
            return;
        }
        // What was left running is stopped before anything of this run is started.
        let now = now || begins && unfinished::is_marked(&self.shared.root.join(state::FOLDER));
        if now {
            drop(queue);
            self.shared.write();
        } else if queue.state == State::Begun && lasts {
            self.shared.lasts(&mut queue);
        } else if is_first {
            drop(queue);
            self.shared.arrived.notify_one();
        }
    }
}

impl Drop for Last {
    fn drop(&mut self) {
        self.0.finish();
    }
}

impl Shared {
    /// Before a stage can check out something else.
    fn look_at_head(&self) {
        // CI tells it there.
        let environment = own_environment().clone();
        let git = || Git::new(self.root.clone(), environment, Cancel::new());
        self.head.get_or_init(|| git().head());
    }

    /// The run is not over at once: from now on the thread writes. Where there can be no other thread
    /// all is written at the end.
    fn lasts(self: &Arc<Self>, queue: &mut Queue) {
        if queue.state != State::Begun {
            return;
        }
        let shared = self.clone();
        let thread = thread::Builder::new().name("journal".into());
        if thread.spawn(move || shared.attend()).is_ok() {
            queue.state = State::Writing;
        }
    }

    /// Takes nothing any more; the thread closes the journal.
    fn finish(&self) {
        self.queue().state = State::Finished;
        self.arrived.notify_one();
        // Nobody shall wait for the number of a run that never started.
        let _ = self.run.set(Err(String::new()));
    }

    /// What the thread does, for as long as there may be something to write.
    fn attend(&self) {
        loop {
            let mut queue = self.queue();
            while queue.messages.is_empty() && queue.state == State::Writing {
                queue = self.wait(queue, Duration::MAX);
            }
            if queue.state == State::Finished {
                drop(queue);
                return self.writer().close();
            }
            drop(self.gather(queue));
            self.write();
        }
    }

    /// Lets more come, unless the run waits for its number.
    fn gather<'a>(&'a self, mut queue: MutexGuard<'a, Queue>) -> MutexGuard<'a, Queue> {
        let until = Instant::now() + GATHER;
        while self.run.get().is_some() && queue.state == State::Writing {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            queue = self.wait(queue, left);
        }
        queue
    }

    fn wait<'a>(&self, queue: MutexGuard<'a, Queue>, most: Duration) -> MutexGuard<'a, Queue> {
        let woken = self.arrived.wait_timeout(queue, most);
        woken.unwrap_or_else(PoisonError::into_inner).0
    }

    /// Writes what is queued.
    fn write(&self) {
        let mut writer = self.writer();
        // Only now: what was queued before is written by whoever had the writer before.
        let messages = std::mem::take(&mut self.queue().messages);
        let output = messages.iter().map(Message::output).sum();
        writer.write(messages);
        self.queued.fetch_sub(output, Ordering::Relaxed);
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn writer(&self) -> MutexGuard<'_, Writer> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::thread::yield_now;

    use super::*;

    #[test]
    fn the_thread_ends_with_the_last_recorder() {
        let folder = tempfile::tempdir().expect("a folder");
        let recorder = Recorder::new(folder.path(), &Secrets::new(), Origin::default(), |_| {});
        recorder.record(&Event::RunStarted {
            stages: Vec::new(),
            rehearsal: false,
        });
        recorder.keep_up();
        let shared = Arc::downgrade(&recorder.shared);
        drop(recorder.clone());
        assert!(recorder.shared.queue().state == State::Writing);
        drop(recorder);
        // It hangs here if the thread goes on.
        while shared.strong_count() > 0 {
            yield_now();
        }
    }
}
