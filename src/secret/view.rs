//! A text made plainer, and where each byte of it came from.

use std::ops::Range;

#[derive(Debug, Default)]
pub(super) struct View {
    pub(super) bytes: Vec<u8>,
    pub(super) end: End,
    /// Where the bytes came from; most text has far fewer runs than bytes.
    runs: Vec<Run>,
}

/// Bytes of a view that came from one place.
#[derive(Debug)]
struct Run {
    /// The first of them.
    at: usize,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    /// Each byte stands for one of the text, from here on.
    Each(usize),
    /// A byte stands for all of this.
    All(Range<usize>),
}

/// How the end of a view is related to that of its text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum End {
    /// What more of the text would add has nothing to do with this.
    #[default]
    Apart,
    /// More text would go on where this ends.
    Together,
    /// Here in the text something begins of which the end is missing.
    Open(usize),
}

/// Stands between parts that are not together in the text; no UTF-8 has it, so no pattern does.
const SEPARATOR: u8 = 0xff;

impl View {
    /// Adds a byte that stands for all of `place`.
    pub(super) fn push(&mut self, byte: u8, place: Range<usize>) {
        self.runs.push(Run {
            at: self.bytes.len(),
            kind: Kind::All(place),
        });
        self.bytes.push(byte);
    }

    /// Adds bytes that stand for one byte of the text each, from `start` on.
    pub(super) fn extend(&mut self, bytes: impl Iterator<Item = u8>, start: usize) {
        self.runs.push(Run {
            at: self.bytes.len(),
            kind: Kind::Each(start),
        });
        self.bytes.extend(bytes);
    }

    pub(super) fn separate(&mut self) {
        let last = self.bytes.len().checked_sub(1);
        let end = last.map_or(0, |last| self.place(last).end);
        self.push(SEPARATOR, end..end);
    }

    /// What the byte at `index` stands for in the text.
    pub(super) fn place(&self, index: usize) -> Range<usize> {
        let run = self.runs.partition_point(|run| run.at <= index);
        let run = &self.runs[run - 1];
        match &run.kind {
            Kind::Each(start) => {
                let at = start + index - run.at;
                at..at + 1
            }
            Kind::All(place) => place.clone(),
        }
    }
}
