//! All that a decision about a stage follows from, to be compared in another copy of the repository:
//! nothing in it is secret, or of this copy alone.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::parts::{Key, Parts};
use super::{About, Cache, left_out};
use crate::action::{Context, Reading};
use crate::service::files::{self, Files, Index, Manifest};

/// Of one stage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Basis(Parts);

/// Each file by its path, with a hash of what it holds.
pub(in crate::run) type Names = BTreeMap<String, String>;

/// Looks at what stages follow from.
pub struct Reviewer {
    files: Files,
    key: Key,
    /// As it was reviewed: only what was read then counts.
    before: Option<BTreeMap<String, Basis>>,
}

impl Reviewer {
    /// To review for the first time, or to compare with what was reviewed `before`.
    pub fn new(context: &Context, before: Option<BTreeMap<String, Basis>>) -> Self {
        Self {
            files: Files::new(&context.root, Index::default()),
            key: Key::without_secrets(&context.secrets),
            before,
        }
    }

    /// What the stage follows from, with the files that it looks at. Files that cannot be read are
    /// left out: the stage will say why.
    pub(in crate::run) fn review(&self, cache: &Cache, about: &About) -> (Basis, Names) {
        let globs = left_out::globs(about.stage, cache.left_out.as_ref());
        let inputs = (!globs.is_empty())
            .then(|| self.files.fingerprint(&globs, &about.context.cancel).ok())
            .flatten();
        let parts = Parts::of(
            &self.key,
            about,
            inputs.as_ref().map(|inputs| inputs.digest),
        );
        let readings = self.readings(cache, about);
        let names = inputs.map(|inputs| inputs.files.to_names());
        (
            Basis(parts.with_readings(&self.key, readings, about)),
            names.unwrap_or_default(),
        )
    }

    fn readings(&self, cache: &Cache, about: &About) -> Vec<Reading> {
        let stage = &about.stage.name;
        let known = match &self.before {
            Some(before) => before.get(&**stage).map(|basis| basis.0.readings()),
            None => cache.readings(about.context, stage),
        };
        known.unwrap_or_default()
    }
}

impl Basis {
    /// Identifies all of it.
    pub fn key(&self) -> String {
        let text = serde_json::to_string(&self.0).unwrap_or_default();
        blake3::hash(text.as_bytes()).to_string()
    }

    /// Identifies the files that it looks at.
    pub fn inputs(&self) -> &str {
        &self.0.inputs
    }

    /// Whether the stage itself is written differently `now`.
    pub fn is_rewritten(&self, now: &Self) -> bool {
        self.0.is_rewritten(&now.0)
    }

    /// What differs `now` but for the inputs: “`name` changed”.
    pub fn difference(&self, now: &Self) -> Option<String> {
        now.0.why(&self.0)
    }
}

/// Which files differ: “`a.py` changed, `b.py` added”.
pub(in crate::run) fn differing(before: &Names, now: &Names) -> String {
    let (before, now) = (Manifest::from_names(before), Manifest::from_names(now));
    files::describe(&files::differences(&before, &now))
}
