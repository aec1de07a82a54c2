//! A stage's output cut into whole lines.

use crate::secret::{MaskStream, Secrets};

/// Masks a stream of bytes and hands on the whole lines in it.
pub(super) struct Lines {
    mask: MaskStream,
    partial: Vec<u8>,
}

/// A line that never ends is cut here, so that memory stays bounded.
const LONGEST: usize = 64 * 1024;

impl Lines {
    pub(super) fn new(secrets: &Secrets) -> Self {
        Self {
            mask: secrets.stream(),
            partial: Vec::new(),
        }
    }

    /// The lines that are whole now, without their ends.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Vec<String> {
        let masked = self.mask.push(bytes);
        self.cut(&masked)
    }

    /// The beginning of a line that is not whole yet.
    pub(super) fn partial(&self) -> String {
        text(&self.partial)
    }

    /// All that is left.
    pub(super) fn finish(mut self) -> Vec<String> {
        let rest = std::mem::take(&mut self.mask).finish();
        let mut lines = self.cut(&rest);
        if !self.partial.is_empty() {
            lines.push(text(&self.partial));
        }
        lines
    }

    fn cut(&mut self, bytes: &[u8]) -> Vec<String> {
        self.partial.extend_from_slice(bytes);
        let mut lines = Vec::new();
        let mut start = 0;
        for (at, _) in self
            .partial
            .iter()
            .enumerate()
            .filter(|(_, byte)| **byte == b'\n')
        {
            lines.push(text(&self.partial[start..at]));
            start = at + 1;
        }
        self.partial.drain(..start);
        if self.partial.len() > LONGEST {
            lines.push(text(&std::mem::take(&mut self.partial)));
        }
        lines
    }
}

fn text(line: &[u8]) -> String {
    String::from_utf8_lossy(line).into_owned()
}
