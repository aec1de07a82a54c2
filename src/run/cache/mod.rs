//! Which stages need not run, because an earlier success of theirs still holds, and why others do.

mod parts;
mod unknown;
mod watched;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::SystemTime;

use blake3::Hash;
use serde_json::Value;

use super::resume::Resumed;
use super::stage::Job;
use crate::action::{Context, Trace};
use crate::event;
use crate::journal::{Journal, Recorder, Success, ago};
use crate::plan::Stage;
use crate::script::{Declared, Outputs, Program};
use crate::service::files::{self, Change, Files, Fingerprint, Index, Manifest};
use crate::service::state;

use parts::{Key, Parts};

pub use watched::Settled;

/// The earlier successes of one repository. Nothing is opened before the first stage with `inputs`
/// asks.
pub struct Cache {
    /// Who knows the number of this run; nobody where none is meant to be.
    recorder: Option<Recorder>,
    /// Whether all stages run whatever was kept.
    force: bool,
    /// The run that this one goes on from.
    resumed: Option<Resumed>,
    /// How stages ended in an earlier run of the same watch, where nothing changed for them since.
    settled: HashMap<Arc<str>, Settled>,
    /// Whether others follow, with the same files.
    goes_on: bool,
    opened: Arc<OnceLock<Option<Opened>>>,
}

struct Opened {
    journal: Mutex<Journal>,
    files: Files,
    key: Key,
}

/// Whether a stage runs.
pub(super) enum Decision {
    Run {
        /// Completes “ran: …”.
        why: String,
        /// What to keep its success with, if it may be kept.
        pending: Option<Pending>,
    },
    Keep {
        /// Completes “skipped: …”.
        why: String,
        result: Value,
    },
    /// It comes to an effect that does not happen; what it would have done.
    Hold(String),
}

/// What was known of a stage before it ran.
pub(super) struct Pending {
    parts: Parts,
    inputs: Arc<Fingerprint>,
}

/// All that counts for one stage.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// Each part, and how it stands to what it was.
    pub parts: Vec<(String, Difference)>,
    /// How many files its inputs are.
    pub files: usize,
    /// Those that are not as they were; nothing where it never passed.
    pub changes: Vec<Change>,
}

/// How a part stands to what it was when the stage last passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Difference {
    Same,
    Changed,
    /// It did not count then.
    New,
    /// It counts no more.
    Gone,
}

/// The name of the files' index among the journal's blobs.
const INDEX: &str = "files";

impl Cache {
    /// Of the run that `recorder` records; with `force` all stages run whatever was kept.
    pub fn new(recorder: Recorder, force: bool, resumed: Option<Resumed>) -> Self {
        Self {
            recorder: Some(recorder),
            force,
            resumed,
            settled: HashMap::new(),
            goes_on: false,
            opened: Arc::default(),
        }
    }

    /// Forgets what the files are like.
    pub(super) fn forget(&self) {
        if let Some(Some(opened)) = self.opened.get() {
            opened.files.forget();
        }
    }

    /// To look at decisions only: nothing is made where nothing is kept.
    pub fn looking() -> Self {
        Self {
            recorder: None,
            force: false,
            resumed: None,
            settled: HashMap::new(),
            goes_on: false,
            opened: Arc::default(),
        }
    }

    /// Decides about a stage whose needs have all passed with `outputs`.
    pub(super) fn decide(&self, about: &About) -> Decision {
        let because = |why: &str| Decision::Run {
            why: why.to_owned(),
            pending: None,
        };
        match self.settled.get(&about.stage.name) {
            Some(Settled::Held(what)) => return Decision::Hold(what.clone()),
            Some(Settled::Passed(result)) => {
                return Decision::Keep {
                    why: "nothing it depends on changed".to_owned(),
                    result: result.clone(),
                };
            }
            None => {}
        }
        let resumed = self.resumed.as_ref();
        let finished = resumed.and_then(|resumed| {
            let result = resumed.result(&about.stage.name)?;
            Some((resumed.run, result))
        });
        if about.stage.inputs.is_empty() {
            return match finished {
                Some((run, result)) => Decision::Keep {
                    why: format!("passed in run {run}"),
                    result: result.clone(),
                },
                None => because(event::NO_INPUTS),
            };
        }
        let Some(opened) = self.opened(about.context) else {
            let looking = self.recorder.is_none();
            return because(if looking {
                "first time"
            } else {
                "the journal cannot be opened"
            });
        };
        let now = match opened
            .files
            .fingerprint(&about.stage.inputs, &about.context.cancel)
        {
            Ok(now) => now,
            Err(error) => return because(&format!("its inputs cannot be read: {error}")),
        };
        opened.compare(about, now, self.force, finished.map(|(run, _)| run))
    }

    /// Identifies all that the decision about a stage with `inputs` follows from.
    pub(super) fn key(&self, about: &About) -> Option<String> {
        let (_, parts) = self.now(about)?;
        let parts = serde_json::to_string(&parts).ok()?;
        Some(blake3::hash(parts.as_bytes()).to_string())
    }

    /// What counts for a stage with `inputs`, and what of it differs from its last success.
    pub(super) fn explain(&self, about: &About) -> Option<Explanation> {
        let (inputs, now) = self.now(about)?;
        let opened = self.opened(about.context)?;
        let before = opened.last(&about.stage.name).map(|(_, parts)| parts);
        let known = before.as_ref().and_then(|_| opened.inputs_of(about.stage));
        Some(Explanation {
            parts: now.compared(before.as_ref()),
            files: inputs.files.len(),
            changes: known.map_or_else(Vec::new, |known| files::differences(&known, &inputs.files)),
        })
    }

    /// What a stage gave when it last passed.
    pub(super) fn last_result(&self, stage: &str) -> Option<Value> {
        let opened = self.opened.get()?.as_ref()?;
        Some(opened.last(stage)?.0.result)
    }

    fn now(&self, about: &About) -> Option<(Arc<Fingerprint>, Parts)> {
        let (globs, cancel) = (&about.stage.inputs, &about.context.cancel);
        let opened = self.opened(about.context).filter(|_| !globs.is_empty())?;
        let inputs = opened.files.fingerprint(globs, cancel).ok()?;
        let parts = opened.parts(about, inputs.digest);
        let before = opened.last(&about.stage.name);
        let readings = before.map_or_else(Vec::new, |(_, before)| before.readings());
        let read = (about.program, about.context);
        Some((inputs, parts.with_readings(opened.key, readings, read)))
    }

    /// Keeps the success of a stage, if what it did may be left out the next time.
    pub(super) fn keep(&self, job: &Job, pending: Pending, trace: &Trace, result: &Value) {
        let Some(opened) = self.opened(&job.context) else {
            return;
        };
        let told = result.to_string();
        if job.context.secrets.mask(&told) != told {
            return;
        }
        let readings = trace.readings();
        let mut parts =
            pending
                .parts
                .with_readings(opened.key, readings, (job.program, &job.context));
        parts.lasting = trace.effect().filter(|effect| effect.leaves_the_machine());
        let run = self.recorder.as_ref().and_then(Recorder::run);
        let name = &job.stage.name;
        let kept = serde_json::to_value(parts).ok().and_then(|parts| {
            let journal = opened.journal();
            journal
                .set_blob(&blob(name), &pending.inputs.files.to_bytes())
                .ok()?;
            let success = Success {
                parts,
                result: result.clone(),
                run: run.unwrap_or_default(),
                finished: SystemTime::now(),
            };
            journal.record_success(name, &success).ok()
        });
        if kept.is_none() {
            job.context
                .warn("its success cannot be kept: it will run again");
        }
    }

    /// Lets the next run know which files it need not read.
    pub(super) fn close(&self) {
        if !self.goes_on {
            self.write_index();
        }
    }

    fn write_index(&self) {
        if let Some(Some(opened)) = self.opened.get()
            && let Some(index) = opened.files.index()
        {
            // Without it the next run reads more, and nothing else.
            let _ = opened.journal().set_blob(INDEX, &index.to_bytes());
        }
    }

    fn opened(&self, context: &Context) -> Option<&Opened> {
        let open = || {
            let journal = match self.recorder {
                Some(_) => Journal::open(&context.root).ok()?,
                None => Journal::open_existing(&context.root).ok()??,
            };
            let key = Key(state::key(&context.root).ok()?);
            let index = journal.blob(INDEX).ok().flatten();
            let index = index.map(|bytes| Index::from_bytes(&bytes));
            Some(Opened {
                journal: Mutex::new(journal),
                files: Files::new(&context.root, index.unwrap_or_default()),
                key,
            })
        };
        self.opened.get_or_init(open).as_ref()
    }
}

/// A stage that is being decided about.
pub(super) struct About<'a> {
    pub(super) program: &'a Program,
    pub(super) declared: &'a Declared,
    pub(super) stage: &'a Stage,
    pub(super) context: &'a Context,
    pub(super) outputs: &'a Outputs,
}

impl Opened {
    fn journal(&self) -> MutexGuard<'_, Journal> {
        self.journal.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn last(&self, stage: &str) -> Option<(Success, Parts)> {
        let success = self.journal().last_success(stage).ok().flatten()?;
        let parts = serde_json::from_value(success.parts.clone()).ok()?;
        Some((success, parts))
    }

    /// An effect of the run that is gone on from, `resumed`, is not repeated.
    fn compare(
        &self,
        about: &About,
        inputs: Arc<Fingerprint>,
        force: bool,
        resumed: Option<i64>,
    ) -> Decision {
        let stage = about.stage;
        let pending = |parts| {
            Some(Pending {
                parts,
                inputs: inputs.clone(),
            })
        };
        let parts = self.parts(about, inputs.digest);
        let Some((success, before)) = self.last(&stage.name) else {
            return Decision::Run {
                why: unknown::why(&self.journal(), &stage.name),
                pending: pending(parts),
            };
        };
        let read = (about.program, about.context);
        let parts = parts.with_readings(self.key, before.readings(), read);
        let lasting = before
            .lasting
            .filter(|_| resumed != Some(success.run))
            .map(|effect| {
                let effect = effect.name();
                format!("its effect is `{effect}`, which is never left out")
            });
        let why = force
            .then(|| "it was asked for".to_owned())
            .or(lasting)
            .or_else(|| parts.why(&before))
            .or_else(|| self.changed_inputs(stage, &before, &parts, &inputs.files))
            .or_else(|| self.missing_output(about));
        match why {
            Some(why) => Decision::Run {
                why,
                pending: pending(parts),
            },
            None => Decision::Keep {
                why: format!(
                    "same inputs as run {}, {}",
                    success.run,
                    ago(success.finished.elapsed().unwrap_or_default())
                ),
                result: success.result,
            },
        }
    }

    fn parts(&self, about: &About, inputs: Hash) -> Parts {
        let script = (about.program, about.declared);
        Parts::of(self.key, script, about.stage, about.outputs, inputs)
    }

    fn changed_inputs(
        &self,
        stage: &Stage,
        before: &Parts,
        now: &Parts,
        files: &Manifest,
    ) -> Option<String> {
        if now.inputs == before.inputs {
            return None;
        }
        let told = self
            .inputs_of(stage)
            .map(|known| files::describe(&files::differences(&known, files)));
        Some(told.unwrap_or_else(|| "its inputs changed".to_owned()))
    }

    /// The files that the stage looked at when it last passed.
    fn inputs_of(&self, stage: &Stage) -> Option<Manifest> {
        let known = self.journal().blob(&blob(&stage.name)).ok().flatten();
        known.and_then(|bytes| Manifest::from_bytes(&bytes))
    }

    fn missing_output(&self, about: &About) -> Option<String> {
        let cancel = &about.context.cancel;
        let lacks = |glob: &&String| {
            let found = self.files.list(std::slice::from_ref(*glob), cancel);
            found.is_ok_and(|files| files.is_empty())
        };
        let glob = about.stage.outputs.iter().find(lacks)?;
        Some(format!("there is no {glob}"))
    }
}

fn blob(stage: &str) -> String {
    format!("inputs of {stage}")
}
