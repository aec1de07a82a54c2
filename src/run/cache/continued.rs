//! Stages without `inputs`: they run, but for those that were over in the run that is continued.

use super::parts::Parts;
use super::{About, Cache, Decision, Pending};
use crate::event;
use crate::run::resume::Finished;

impl Cache {
    /// Decides about a stage without `inputs`, which was `finished` in the run that is continued.
    pub(super) fn continued(&self, about: &About, finished: Option<&Finished>) -> Decision {
        let parts = self.parts(about);
        let why = match finished {
            None => Some(event::NO_INPUTS.to_owned()),
            Some(finished) => about
                .cleans_up()
                .or_else(|| self.changed(about, parts.as_ref()?, finished))
                .or_else(|| self.missing_output(about)),
        };
        match (why, finished) {
            (None, Some(finished)) => Decision::Keep {
                why: finished.why(),
                result: finished.result.clone(),
                parts: None,
            },
            (why, _) => Decision::Run {
                why: why.unwrap_or_default(),
                pending: parts.map(|parts| Pending {
                    parts,
                    inputs: None,
                }),
            },
        }
    }

    fn missing_output(&self, about: &About) -> Option<String> {
        if about.stage.outputs.is_empty() {
            return None;
        }
        self.opened(about.context)?.missing_output(about)
    }

    /// Nothing where no run can ask for it: one of a single stage passes with it, unless a hook fails.
    fn parts(&self, about: &About) -> Option<Parts> {
        let may_fail_later =
            || about.declared.plan.stages.len() > 1 || !about.program.hooks(false).is_empty();
        let asked = !self.goes_on && may_fail_later();
        self.recorder.as_ref().filter(|_| asked)?;
        Some(Parts::of(&self.hash_key(about.context)?, about, None))
    }

    /// What differs from when it passed, as far as that was noted; completes “ran: …”.
    fn changed(&self, about: &About, parts: &Parts, finished: &Finished) -> Option<String> {
        let before: Parts = serde_json::from_value(finished.parts.clone()?).ok()?;
        let key = self.hash_key(about.context)?;
        let now = parts.clone().with_readings(&key, before.readings(), about);
        now.why(&before)
    }
}

impl About<'_> {
    /// Why a stage that always runs has to do so again; completes “ran: …”.
    pub(super) fn cleans_up(&self) -> Option<String> {
        let again = self.stage.always && self.anew;
        again.then(|| "a stage that it needs ran again".to_owned())
    }
}
