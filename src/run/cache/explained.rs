//! All that counts for one stage, set against its last success.

use super::opened::Opened;
use super::parts::{Key, Parts};
use super::{About, Cache, Explanation, left_out};
use crate::service::files::{self, Files, Index};

impl Cache {
    /// What counts for a stage with `inputs`, and what of it differs from its last success.
    pub(in crate::run) fn explain(&self, about: &About) -> Option<Explanation> {
        if about.stage.inputs.is_empty() {
            return None;
        }
        match self.opened(about.context) {
            Some(opened) => self.compared(opened, about),
            None => self.first(about),
        }
    }

    fn compared(&self, opened: &Opened, about: &About) -> Option<Explanation> {
        let globs = left_out::globs(about.stage, self.left_out.as_ref());
        let inputs = opened.files.fingerprint(&globs, &about.context.cancel);
        let inputs = inputs.ok()?;
        let parts = Parts::of(&opened.key, about, Some(inputs.digest));
        let before = opened.last(&about.stage.name).map(|(_, parts)| parts);
        let readings = before.as_ref().map_or_else(Vec::new, Parts::readings);
        let now = parts.with_readings(&opened.key, readings, about);
        let known = before.as_ref().and_then(|_| opened.inputs_of(about.stage));
        Some(Explanation {
            parts: now.compared(before.as_ref()),
            files: inputs.files.len(),
            changes: known.map_or_else(Vec::new, |known| files::differences(&known, &inputs.files)),
        })
    }

    /// Where nothing was kept yet: then all is new.
    fn first(&self, about: &About) -> Option<Explanation> {
        let globs = left_out::globs(about.stage, self.left_out.as_ref());
        let files = Files::new(&about.context.root, Index::default());
        let inputs = files.fingerprint(&globs, &about.context.cancel).ok()?;
        let parts = Parts::of(&Key::new([0; 32]), about, Some(inputs.digest));
        Some(Explanation {
            parts: parts.compared(None),
            files: inputs.files.len(),
            changes: Vec::new(),
        })
    }
}
