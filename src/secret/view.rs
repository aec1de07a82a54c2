//! A text made plainer, and where each byte of it came from.

use std::ops::Range;

#[derive(Debug, Default)]
pub(super) struct View {
    pub(super) bytes: Vec<u8>,
    /// For each byte, what it stands for in the text.
    pub(super) places: Vec<Range<usize>>,
    pub(super) end: End,
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
    pub(super) fn push(&mut self, byte: u8, place: Range<usize>) {
        self.bytes.push(byte);
        self.places.push(place);
    }

    pub(super) fn separate(&mut self) {
        let end = self.places.last().map_or(0, |place| place.end);
        self.push(SEPARATOR, end..end);
    }
}
