//! Which stages need not run, because an earlier success of theirs still holds, and why others do.

mod basis;
mod continued;
mod explained;
mod left_out;
mod opened;
mod parts;
mod unknown;
mod watched;

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::SystemTime;

use serde::Serialize;
use serde_json::Value;

use super::resume::{Resumed, is_masked};
use super::stage::Job;
use crate::action::{Context, Reading, Trace};
use crate::failure::{Failure, Kind};
use crate::journal::{Journal, Recorder, Run, Success};
use crate::plan::Stage;
use crate::script::{Declared, Outputs, Program};
use crate::service::files::{self, Change, Files, Fingerprint, Index};
use crate::service::state;

use opened::Opened;
use parts::{Key, Parts};

pub use basis::{Basis, Reviewer};
pub(super) use basis::{Names, differing};
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
    /// A glob of what no stage looks at.
    left_out: Option<String>,
    /// Whether it belongs to a watch: others follow, with the same files, and none continues it.
    goes_on: bool,
    opened: Arc<OnceLock<Option<Opened>>>,
    key: Arc<OnceLock<Option<Key>>>,
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
        /// What its result follows from, where no earlier run that this one continues knows.
        parts: Option<Value>,
    },
    /// It comes to an effect that does not happen; what it would have done.
    Hold(String),
}

/// What was known of a stage before it ran.
pub(super) struct Pending {
    parts: Parts,
    /// Where it has any: only then is its success kept for other runs than those that continue this
    /// one.
    inputs: Option<Arc<Fingerprint>>,
}

impl Pending {
    /// The globs of the stage's `inputs` that match nothing.
    pub(super) fn unmatched<'a>(&self, stage: &'a Stage) -> Vec<&'a str> {
        let inputs = self.inputs.as_ref();
        inputs.map_or_else(Vec::new, |inputs| {
            files::unmatched(&stage.inputs, || inputs.files.iter().map(|file| file.path))
        })
    }
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

impl Cache {
    /// Of the run that `recorder` records; with `force` all stages run whatever was kept.
    pub fn new(recorder: Recorder, force: bool, resumed: Option<Resumed>) -> Self {
        Self {
            recorder: Some(recorder),
            force,
            resumed,
            settled: HashMap::new(),
            left_out: None,
            goes_on: false,
            opened: Arc::default(),
            key: Arc::default(),
        }
    }

    /// Refuses to continue a run where that is not recorded: nobody would know what was done.
    pub(super) fn refuse_unrecorded(&self) -> Result<(), Failure> {
        let (Some(resumed), Some(recorder)) = (&self.resumed, &self.recorder) else {
            return Ok(());
        };
        let number = resumed.run;
        recorder.begun().map(|_| ()).map_err(|why| {
            Failure::new(
                Kind::Refused,
                format!("run {number} is not resumed, as that cannot be recorded"),
            )
            .because(why)
        })
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
            left_out: None,
            goes_on: false,
            opened: Arc::default(),
            key: Arc::default(),
        }
    }

    /// The same, with the file at `path`, which the run itself is told by, as if it were not there.
    #[must_use]
    pub fn without(mut self, path: Option<&Path>, context: &Context) -> Self {
        self.left_out = path.and_then(|path| left_out::glob(&context.root, path));
        self
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
                    parts: None,
                };
            }
            None => {}
        }
        let resumed = self.resumed.as_ref();
        let finished = resumed.and_then(|resumed| resumed.finished(&about.stage.name));
        if about.stage.inputs.is_empty() {
            return self.continued(about, finished);
        }
        let Some(opened) = self.opened(about.context) else {
            let looking = self.recorder.is_none();
            return because(if looking {
                "first time"
            } else {
                "the journal cannot be opened"
            });
        };
        let globs = left_out::globs(about.stage, self.left_out.as_ref());
        let now = match opened.files.fingerprint(&globs, &about.context.cancel) {
            Ok(now) => now,
            Err(error) => return because(&format!("its inputs cannot be read: {error}")),
        };
        opened.compare(about, now, self.force, finished)
    }

    /// The globs of the stage's `inputs` that match nothing.
    pub(super) fn unmatched(&self, about: &About) -> Vec<String> {
        let (globs, context) = (&about.stage.inputs, about.context);
        if globs.is_empty() {
            return Vec::new();
        }
        let list = |files: &Files| files.list(globs, &context.cancel).ok();
        let found = match self.opened(context) {
            Some(opened) => list(&opened.files),
            None => list(&Files::new(&context.root, Index::default())),
        };
        let found = found.unwrap_or_default();
        let unmatched = files::unmatched(globs, || found.iter()).into_iter();
        unmatched.map(str::to_owned).collect()
    }

    /// What a stage gave when it last passed.
    pub(super) fn last_result(&self, context: &Context, stage: &str) -> Option<Value> {
        let passed = self.last_passed(context, stage).map(|(_, result)| result);
        // What was masked is kept nowhere else than with a success.
        passed.filter(|result| !is_masked(result)).or_else(|| {
            let (success, _) = self.opened(context)?.last(stage)?;
            Some(success.result)
        })
    }

    /// What the stage read when it last passed; nothing where that is not known.
    fn readings(&self, context: &Context, stage: &str) -> Option<Vec<Reading>> {
        let opened = self.opened(context)?;
        let last = opened.last(stage).map(|(_, parts)| parts);
        let parts = last.or_else(|| opened.last_parts(stage))?;
        Some(parts.readings())
    }

    /// A stage begins to run: what it made when it last passed may soon not be there any more.
    pub(super) fn begin(&self, job: &Job) {
        let makes = !job.stage.inputs.is_empty() && !job.stage.outputs.is_empty();
        if makes && let Some(opened) = self.opened(&job.context) {
            opened.forget(job);
        }
    }

    /// Keeps the success of a stage, for a run that continues this one and, if what it did may be left
    /// out the next time, for all others.
    pub(super) fn keep(&self, job: &Job, pending: Pending, trace: &Trace, result: &Value) {
        let Some(parts) = self.end(job, &pending, trace) else {
            return;
        };
        let name = &job.stage.name;
        let (Some(inputs), Some(opened)) = (pending.inputs, self.opened(&job.context)) else {
            return self.note(name, &parts);
        };
        let told = result.to_string();
        // What a rehearsal made up is no success of a real run.
        if trace.is_made_up() || job.context.secrets.mask(&told) != told {
            return self.note(name, &parts);
        }
        let globs = left_out::globs(job.stage, self.left_out.as_ref());
        let Ok(now) = opened.files.fingerprint(&globs, &job.context.cancel) else {
            return;
        };
        if let Some(what) = now.since(&inputs, &job.stage.outputs) {
            opened.forget(job);
            // In a watch it runs again for that.
            if !self.goes_on {
                let what = format!("{what} while it ran: its success is not kept");
                job.context.warn(what);
            }
            return;
        }
        self.note(name, &parts);
        let Ok(parts) = serde_json::to_value(parts) else {
            return;
        };
        let run = self.recorder.as_ref().and_then(Recorder::run);
        let success = Success {
            parts,
            result: result.clone(),
            run: run.unwrap_or_default(),
            finished: SystemTime::now(),
        };
        if opened.keep(name, &inputs, &success).is_err() {
            job.context
                .warn("its success cannot be kept: it will run again");
        }
    }

    /// Notes for a run that continues this one what a failure followed from that is allowed.
    pub(super) fn note_excused(&self, job: &Job, pending: &Pending, trace: &Trace) {
        if let Some(parts) = self.end(job, pending, trace) {
            self.note(&job.stage.name, &parts);
        }
    }

    /// What the end of a stage followed from.
    fn end(&self, job: &Job, pending: &Pending, trace: &Trace) -> Option<Parts> {
        let key = self.hash_key(&job.context)?;
        let parts = pending.parts.clone();
        let mut parts = parts.with_readings(&key, trace.readings(), &job.about());
        parts.lasting = trace.effect().filter(|effect| effect.leaves_the_machine());
        Some(parts)
    }

    /// Notes for a run that continues this one what the result of the stage follows from.
    pub(super) fn note(&self, stage: &Arc<str>, parts: &impl Serialize) {
        if let Some(recorder) = self.recorder.as_ref().filter(|_| !self.goes_on)
            && let Ok(parts) = serde_json::to_string(parts)
        {
            recorder.parts(stage.clone(), parts);
        }
    }

    /// The result of the stage in the newest run that it passed in, and that run; what a rehearsal gave
    /// is of use to another alone.
    pub(super) fn last_passed(&self, context: &Context, stage: &str) -> Option<(Run, Value)> {
        self.opened(context)?.last_passed(stage, context.rehearsal)
    }

    /// Whether this belongs to a watch.
    pub(super) fn is_watched(&self) -> bool {
        self.goes_on
    }

    /// Lets the next run know which files it need not read.
    pub(super) fn close(&self) {
        if !self.goes_on {
            self.write_index();
        }
    }

    fn write_index(&self) {
        if let Some(Some(opened)) = self.opened.get() {
            opened.write_index();
        }
    }

    fn opened(&self, context: &Context) -> Option<&Opened> {
        let open = || {
            let journal = match self.recorder {
                Some(_) => Journal::open(&context.root).ok()?,
                None => Journal::open_existing(&context.root).ok()??,
            };
            Some(Opened::new(journal, self.hash_key(context)?, &context.root))
        };
        self.opened.get_or_init(open).as_ref()
    }

    fn hash_key(&self, context: &Context) -> Option<Key> {
        let read = || state::key(&context.root).ok().map(Key::new);
        self.key.get_or_init(read).clone()
    }
}

/// A stage that is being decided about.
pub(super) struct About<'a> {
    pub(super) program: &'a Program,
    pub(super) declared: &'a Declared,
    pub(super) stage: &'a Stage,
    pub(super) context: &'a Context,
    pub(super) outputs: &'a Outputs,
    /// Whether something that it needs ran in this run.
    pub(super) anew: bool,
}
