//! What a session does, in the journal: each entry that calls an action is a run of its own.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crate::cli::{origin, run};
use crate::event::{Event, Events, Listed, NO_INPUTS, Outcome};
use crate::failure::{Failure, Kind};
use crate::journal::Recorder;
use crate::secret::Secrets;

/// What a session's entries are recorded under.
const STAGE: &str = "repl";

pub(super) struct Recorded {
    root: PathBuf,
    secrets: Secrets,
    shown: Events,
    rehearsing: AtomicBool,
    run: Mutex<Option<Run>>,
}

/// The run of the entry that is being evaluated.
struct Run {
    recorder: Recorder,
    rehearsal: bool,
    began: Instant,
}

impl Recorded {
    pub(super) fn new(root: PathBuf, secrets: &Secrets, shown: Events) -> Arc<Self> {
        Arc::new(Self {
            root,
            secrets: secrets.clone(),
            shown,
            rehearsing: AtomicBool::new(false),
            run: Mutex::default(),
        })
    }

    /// A sink that records from the first action of an entry on; entries that only compute leave
    /// nothing behind.
    pub(super) fn events(self: &Arc<Self>) -> Events {
        let recorded = self.clone();
        Events::new(move |event| {
            recorded.record(&event);
            recorded.shown.emit(event);
        })
    }

    pub(super) fn begin(&self, rehearsing: bool) {
        self.rehearsing.store(rehearsing, Ordering::Relaxed);
    }

    pub(super) fn end(&self, failure: Option<&Arc<Failure>>) {
        if let Some(run) = self.lock().take() {
            run.end(failure);
        }
    }

    fn record(&self, event: &Event) {
        let mut current = self.lock();
        if let Event::ActionStarted { call, .. } = event {
            let rehearsal = call.rehearsed || self.rehearsing.load(Ordering::Relaxed);
            // A run is rehearsed as a whole or not at all.
            let other = current
                .as_ref()
                .is_some_and(|run| call.effect.leaves_the_machine() && run.rehearsal != rehearsal);
            if other && let Some(run) = current.take() {
                run.end(None);
            }
            if current.is_none() {
                *current = Some(self.start(rehearsal));
            }
        }
        if let Some(run) = &*current {
            run.recorder.record(event);
        }
    }

    fn start(&self, rehearsal: bool) -> Run {
        let recorder = run::recorder(&self.root, &self.secrets, &self.shown, origin::origin());
        recorder.record(&Event::RunStarted {
            stages: vec![Listed {
                name: STAGE.into(),
                needs: Vec::new(),
                environment: None,
            }],
            rehearsal,
        });
        recorder.record(&Event::StageStarted {
            stage: STAGE.into(),
            why: NO_INPUTS.to_owned(),
        });
        recorder.keep_up();
        Run {
            recorder,
            rehearsal,
            began: Instant::now(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Run>> {
        self.run.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Run {
    fn end(self, failure: Option<&Arc<Failure>>) {
        let took = self.began.elapsed();
        self.recorder.record(&Event::StageFinished {
            stage: STAGE.into(),
            outcome: match failure {
                None => Outcome::Passed,
                Some(failure) if failure.kind == Kind::Interrupted => Outcome::Cancelled,
                Some(failure) => Outcome::Failed(failure.clone()),
            },
            took,
            result: Arc::default(),
        });
        self.recorder.record(&Event::RunFinished {
            took,
            passed: usize::from(failure.is_none()),
            skipped: 0,
            held: 0,
            failure: failure.cloned(),
        });
        self.recorder.finish();
    }
}
