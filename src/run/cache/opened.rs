//! The journal's successes, and the files that they are compared with.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use super::parts::{Key, Parts};
use super::{About, Decision, Pending, unknown};
use crate::journal::{Journal, JournalError, Run, Success, ago};
use crate::plan::Stage;
use crate::run::resume::Finished;
use crate::run::stage::Job;
use crate::service::files::{self, Files, Fingerprint, Index, Manifest};

/// What is opened once a stage with `inputs` asks.
pub(super) struct Opened {
    journal: Mutex<Journal>,
    pub(super) files: Files,
    pub(super) key: Key,
}

/// The name of the files' index among the journal's blobs.
const INDEX: &str = "files";

impl Opened {
    pub(super) fn new(journal: Journal, key: Key, root: &Path) -> Self {
        let index = journal.blob(INDEX).ok().flatten();
        let index = index.map(|bytes| Index::from_bytes(&bytes));
        Self {
            journal: Mutex::new(journal),
            files: Files::new(root, index.unwrap_or_default()),
            key,
        }
    }

    pub(super) fn last_passed(&self, stage: &str, rehearsed: bool) -> Option<(Run, Value)> {
        self.journal().last_passed(stage, rehearsed).ok().flatten()
    }

    /// All that the stage's last success followed from, be it kept for all runs or not.
    pub(super) fn last_parts(&self, stage: &str) -> Option<Parts> {
        let parts = self.journal().last_parts(stage).ok().flatten()?;
        serde_json::from_value(parts).ok()
    }

    pub(super) fn keep(
        &self,
        stage: &str,
        inputs: &Fingerprint,
        success: &Success,
    ) -> Result<(), JournalError> {
        let journal = self.journal();
        journal.set_blob(&blob(stage), &inputs.files.to_bytes())?;
        journal.record_success(stage, success)
    }

    /// Lets the stage run the next time, whatever it was.
    pub(super) fn forget(&self, job: &Job) {
        let stage = &job.stage.name;
        if self.journal().forget(stage).is_err() {
            job.context
                .warn("an earlier success of it stays: the next run needs `--force`");
        }
    }

    pub(super) fn write_index(&self) {
        if let Some(index) = self.files.index() {
            // Without it the next run reads more, and nothing else.
            let _ = self.journal().set_blob(INDEX, &index.to_bytes());
        }
    }

    fn journal(&self) -> MutexGuard<'_, Journal> {
        self.journal.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn last(&self, stage: &str) -> Option<(Success, Parts)> {
        let success = self.journal().last_success(stage).ok().flatten()?;
        let parts = serde_json::from_value(success.parts.clone()).ok()?;
        Some((success, parts))
    }

    /// A stage that was `finished` in the run that is continued keeps the result that others were
    /// given there; only where it is not as it was then is its last success asked.
    pub(super) fn compare(
        &self,
        about: &About,
        inputs: Arc<Fingerprint>,
        force: bool,
        finished: Option<&Finished>,
    ) -> Decision {
        let stage = about.stage;
        let pending = |parts| {
            Some(Pending {
                parts,
                inputs: Some(inputs.clone()),
            })
        };
        let parts = Parts::of(&self.key, about, Some(inputs.digest));
        if let Some(finished) = finished.filter(|finished| self.holds(about, &parts, finished)) {
            return Decision::Keep {
                why: finished.why(),
                result: finished.result.clone(),
                // What a person said holds for as long as nothing changes.
                parts: finished
                    .is_said
                    .then(|| serde_json::to_value(parts).ok())
                    .flatten(),
            };
        }
        let Some((success, before)) = self.last(&stage.name) else {
            return Decision::Run {
                why: unknown::why(&self.journal(), &stage.name),
                pending: pending(parts),
            };
        };
        let parts = parts.with_readings(&self.key, before.readings(), about);
        let lasting = before.lasting.map(|effect| {
            let effect = effect.name();
            format!("its effect is `{effect}`, which is never left out")
        });
        let no_files = inputs.files.is_empty();
        let why = no_files
            .then(|| "no file matches its `inputs`".to_owned())
            .or_else(|| force.then(|| "it was asked for".to_owned()))
            .or(lasting)
            .or_else(|| finished.and_then(|_| about.cleans_up()))
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
                parts: Some(success.parts),
            },
        }
    }

    /// Whether the stage is as it was when it was `finished`.
    fn holds(&self, about: &About, parts: &Parts, finished: &Finished) -> bool {
        let as_then = || {
            let before: Parts = serde_json::from_value(finished.parts.clone()?).ok()?;
            let now = parts
                .clone()
                .with_readings(&self.key, before.readings(), about);
            Some(now.inputs == before.inputs && now.why(&before).is_none())
        };
        (finished.is_said || as_then().unwrap_or_default())
            && about.cleans_up().is_none()
            && self.missing_output(about).is_none()
    }

    pub(super) fn changed_inputs(
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
    pub(super) fn inputs_of(&self, stage: &Stage) -> Option<Manifest> {
        let known = self.journal().blob(&blob(&stage.name)).ok().flatten();
        known.and_then(|bytes| Manifest::from_bytes(&bytes))
    }

    pub(super) fn missing_output(&self, about: &About) -> Option<String> {
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
