//! What all runs of one watch share.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::action::Hold;
use crate::cancel::Cancel;
use crate::cli::arguments::{Place, WatchOptions, jobs};
use crate::failure::Failure;
use crate::journal::Recorder;
use crate::plan::Selection;
use crate::report;
use crate::run::{Cache, Settled};
use crate::script::{Declared, Program};
use crate::secret::Secrets;
use crate::service::{Services, process};
use crate::watch::{Ended, Stages};

use super::wake::Messages;

/// Files that are read with the script.
pub(super) const SETTINGS: [&str; 1] = [".env"];

pub(super) struct Session {
    pub(super) place: Place,
    pub(super) report: report::Options,
    pub(super) secrets: Secrets,
    pub(super) selection: Selection,
    pub(super) jobs: usize,
    pub(super) keep_going: bool,
    pub(super) rehearse: bool,
    pub(super) hold: Option<Hold>,
    pub(super) root: PathBuf,
    /// Stops the watch.
    pub(super) cancel: Cancel,
    pub(super) services: Arc<Services>,
    pub(super) messages: Messages<Message>,
    cache: Mutex<Arc<Cache>>,
    /// How each stage ended, where that can stand for a later run.
    pub(super) settled: Mutex<HashMap<Arc<str>, Settled>>,
    /// The last script that was right.
    pub(super) good: Mutex<Option<Good>>,
    /// Whether the script is as it was when it was last checked.
    pub(super) checked: AtomicBool,
    /// Whether something was found wrong with it then.
    pub(super) is_wrong: AtomicBool,
    /// Whether there is nothing that could ever run.
    pub(super) is_refused: AtomicBool,
    recorder: Arc<Mutex<Option<Recorder>>>,
}

pub(super) struct Good {
    pub(super) program: Program,
    pub(super) declared: Declared,
}

/// What a run tells.
pub(super) enum Message {
    /// The script was read.
    Loaded {
        stages: Stages,
        chosen: Vec<Arc<str>>,
        /// The script and its modules, from the root.
        files: Vec<String>,
        /// Of all stages.
        inputs: Vec<String>,
    },
    /// The script cannot be read, and these are the files that have a part in it.
    Files(Vec<String>),
    Started(Arc<str>),
    Ended {
        stage: Arc<str>,
        ended: Ended,
        /// Whoever tells it waits until this is dropped.
        heard: Sender<()>,
    },
    /// Nothing of the run goes on any more; how it ended follows.
    Quiet {
        /// As above.
        heard: Sender<()>,
    },
    /// The run is over, and nothing of it is left.
    Over(Over),
    /// Somebody pressed Ctrl-C, or the like.
    Cancelled,
    /// What files held at the begin.
    Baseline(crate::service::tree::Read),
}

impl Message {
    /// Whether something is over.
    pub(super) fn is_end(&self) -> bool {
        matches!(
            self,
            Self::Ended { .. } | Self::Quiet { .. } | Self::Over(_)
        )
    }
}

/// How a run ended.
#[derive(Clone, Debug)]
pub(super) enum Over {
    /// To its end, and everything passed.
    Passed,
    Failed,
    /// The script is wrong, and nothing ran.
    Broken,
    /// Another takes its place, or nothing does any more.
    Superseded,
    /// The command line asks for what the script does not have.
    Refused(Arc<Failure>),
}

impl Session {
    pub(super) fn new(
        (place, options, secrets): (Place, &WatchOptions, &Secrets),
        root: &Path,
        cancel: Cancel,
        hold: Option<Hold>,
        messages: Messages<Message>,
    ) -> Self {
        let recorder: Arc<Mutex<Option<Recorder>>> = Arc::default();
        let current = recorder.clone();
        process::watch(move |change| {
            if let Some(recorder) = &*lock(&current) {
                recorder.group(change);
            }
        });
        Self {
            place,
            report: options.report(),
            secrets: secrets.clone(),
            selection: options.selection.selection(),
            jobs: jobs(options.jobs),
            keep_going: !options.fail_fast,
            rehearse: options.rehearse,
            hold,
            root: root.to_owned(),
            cancel,
            services: Arc::new(Services::new(secrets)),
            messages,
            cache: Mutex::new(Arc::new(Cache::looking())),
            settled: Mutex::default(),
            good: Mutex::default(),
            checked: AtomicBool::new(false),
            is_wrong: AtomicBool::new(false),
            is_refused: AtomicBool::new(false),
            recorder,
        }
    }

    /// Sends a message, and returns when it was heard, and all that was written before.
    pub(super) fn send_and_wait(&self, message: impl FnOnce(Sender<()>) -> Message) {
        let (heard, until_heard) = channel();
        self.messages.send(message(heard));
        // It is dropped when it was heard, and also when nobody will.
        let _ = until_heard.recv();
    }

    /// The script, or what it is made of, changed.
    pub(super) fn check_again(&self) {
        self.checked.store(false, Ordering::Relaxed);
    }

    /// What is wrong with it was told.
    pub(super) fn check_no_more(&self) {
        self.checked.store(true, Ordering::Relaxed);
    }

    pub(super) fn cache(&self) -> Arc<Cache> {
        lock(&self.cache).clone()
    }

    /// The folder is another one than it was: nothing that is known holds.
    pub(super) fn forget(&self) {
        *lock(&self.cache) = Arc::new(Cache::looking());
        lock(&self.settled).clear();
        self.check_again();
    }

    /// Where the processes of the run that goes on are recorded.
    pub(super) fn set_recorder(&self, recorder: Option<Recorder>) {
        *lock(&self.recorder) = recorder;
    }
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
