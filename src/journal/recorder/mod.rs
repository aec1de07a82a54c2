//! Writes a run into the journal while it goes on: events are queued, and a thread of its own does
//! the rest.

mod attempts;
mod groups;
mod log;
mod masked;
mod prepared;
mod rows;
mod writer;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::SystemTime;

use serde_json::Value;

use crate::event::{Event, Events};
use crate::journal::Journal;
use crate::secret::Secrets;
use crate::service::process::Change;

use writer::Writer;

/// Who started a run, and how.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// `user@host`.
    pub who: String,
    /// What stood after `wharf` on the command line.
    pub arguments: Vec<String>,
    /// The run that this one continues.
    pub resumed: Option<i64>,
    /// Of wharf itself; CI tells there what is checked out.
    pub environment: BTreeMap<String, String>,
}

/// Records one run; clones share it. Nothing is made before the run starts, and what happened before
/// that is recorded with it.
#[derive(Clone)]
pub struct Recorder {
    state: Arc<Mutex<State>>,
    run: Arc<OnceLock<Number>>,
    /// Bytes of output that are not yet in their logs.
    queued: Arc<AtomicUsize>,
}

/// Of a run, or why it cannot be recorded.
type Number = Result<i64, String>;

enum State {
    /// Before the run: who will write, and what.
    Idle {
        writer: Box<Writer>,
        early: Vec<Message>,
    },
    Writing {
        sender: Sender<Message>,
        /// Whether the run has started.
        run: bool,
    },
    Finished,
}

/// Something to record.
struct Message {
    at: SystemTime,
    what: What,
    /// Told when it is recorded.
    done: Option<Sender<()>>,
}

enum What {
    Event(Event),
    Group(Change),
    /// All that the success of this stage followed from.
    Parts(Arc<str>, Value),
    End,
}

/// Output is not queued beyond this: whoever makes it waits.
const MOST_QUEUED: usize = 64 << 20;

impl Recorder {
    /// A recorder for the repository in `root`. When the journal cannot be written `warn` is told
    /// why, once, and the run is none the worse for it; it may be called on another thread.
    pub fn new(
        root: &Path,
        secrets: &Secrets,
        origin: Origin,
        warn: impl Fn(String) + Send + 'static,
    ) -> Self {
        let run = Arc::new(OnceLock::new());
        let queued = Arc::new(AtomicUsize::new(0));
        let writer = Writer {
            root: root.to_owned(),
            secrets: secrets.clone(),
            origin,
            warn: Some(Box::new(warn)),
            run: run.clone(),
            queued: queued.clone(),
        };
        Self {
            state: Arc::new(Mutex::new(State::Idle {
                writer: Box::new(writer),
                early: Vec::new(),
            })),
            run,
            queued,
        }
    }

    /// Opens the journal, if there is one, beside whatever is done until the run starts: for a run
    /// that is about to.
    pub fn open_early(&self) {
        if matches!(&*self.lock(), State::Idle { writer, .. } if Journal::is_in(&writer.root)) {
            self.start(false);
        }
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
            Event::Progress { .. } | Event::Asking { .. } | Event::Answered { .. } => return,
            Event::ActionStarted { call, .. } | Event::ActionFinished { call, .. } => {
                call.effect.leaves_the_machine()
            }
            Event::Output { bytes, .. } => {
                self.queued.fetch_add(bytes.len(), Ordering::Relaxed) > MOST_QUEUED
            }
            _ => false,
        };
        if matches!(event, Event::RunStarted { .. }) {
            self.start(true);
        }
        self.send(What::Event(event.clone()), wait);
    }

    /// Queues the begin or the end of a process group of this run.
    pub fn group(&self, change: Change) {
        self.send(What::Group(change), false);
    }

    /// Queues all that the success of `stage` followed from. Nothing in it is masked here.
    pub fn parts(&self, stage: Arc<str>, parts: Value) {
        self.send(What::Parts(stage, parts), false);
    }

    /// The number of the run, as soon as it has one; nothing if it has not started or cannot be
    /// recorded.
    pub fn run(&self) -> Option<i64> {
        let not_yet = matches!(
            *self.lock(),
            State::Idle { .. } | State::Writing { run: false, .. }
        );
        if not_yet { None } else { self.begun().ok() }
    }

    /// Waits for the number of a run that has started; gives the reason if it cannot be recorded.
    pub fn begun(&self) -> Result<i64, &str> {
        self.run.wait().as_ref().copied().map_err(String::as_str)
    }

    /// Waits until all is written. What comes later is not recorded.
    pub fn finish(&self) {
        self.send(What::End, true);
        *self.lock() = State::Finished;
        // Nobody shall wait for the number of a run that never started.
        let _ = self.run.set(Err(String::new()));
    }

    /// Starts the thread, unless it is there; `now` if the run starts as well.
    fn start(&self, now: bool) {
        let mut state = self.lock();
        let (writer, early) = match std::mem::replace(&mut *state, State::Finished) {
            State::Idle { writer, early } => (writer, early),
            State::Writing { sender, run } => {
                let run = run || now;
                *state = State::Writing { sender, run };
                return;
            }
            State::Finished => return,
        };
        let (sender, receiver) = channel();
        for message in early {
            // The receiver is right here.
            let _ = sender.send(message);
        }
        let thread = thread::Builder::new().name("journal".into());
        if thread.spawn(move || writer.write(&receiver)).is_ok() {
            *state = State::Writing { sender, run: now };
        } else {
            let _ = self.run.set(Err("cannot start another thread".to_owned()));
        }
    }

    fn send(&self, what: What, wait: bool) {
        let (done, ended) = channel();
        let message = Message {
            at: SystemTime::now(),
            what,
            done: wait.then_some(done),
        };
        match &mut *self.lock() {
            State::Idle { early, .. } => {
                // Nobody is there yet to wait for.
                return early.push(Message {
                    done: None,
                    ..message
                });
            }
            State::Writing { sender, .. } => {
                // A writer that is gone has said why.
                let _ = sender.send(message);
            }
            State::Finished => return,
        }
        if wait {
            let _ = ended.recv();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
