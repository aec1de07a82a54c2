//! One line of what a stage's commands or its script print.

use std::sync::Arc;

use crate::event::Stream;
use crate::line::{clean, shown};
use crate::secret::Secrets;

/// A whole line, masked, with all a child put into it.
#[derive(Debug)]
pub(super) struct Line<'a> {
    pub(super) stage: &'a Arc<str>,
    pub(super) stream: Stream,
    /// Whether the script itself printed it.
    pub(super) printed: bool,
    pub(super) text: &'a str,
}

impl Line<'_> {
    /// As it may be shown: without what could steer a terminal, and without colours if not wanted.
    pub(super) fn shown(&self, colour: bool, secrets: &Secrets) -> String {
        shown(self.text, colour, secrets)
    }
}

/// A masked text as it was, unless control sequences in it hide a secret: then without them.
pub(super) fn told(text: &str, secrets: &Secrets) -> String {
    let masked = secrets.mask(text);
    if !masked.contains('\x1b') {
        return masked;
    }
    let lines: Vec<_> = masked.split('\n').map(|line| clean(line, false)).collect();
    let bare = lines.join("\n");
    let bare_masked = secrets.mask(&bare);
    if bare_masked == bare {
        masked
    } else {
        bare_masked
    }
}
