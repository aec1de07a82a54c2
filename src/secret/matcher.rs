//! Finding secrets in bytes, also where they are cut off at the end.

use std::ops::Range;

use super::folded::folded;
use super::patterns::{Patterns, TAILED};
use super::search::{Beginnings, First, Search, Sights};
use super::view::{End, View};
use super::wrapped::joined;

/// All patterns of all secrets.
pub(super) struct Matcher {
    plain: First,
    tails: Beginnings,
    folded: Search,
    wrapped: Search,
}

/// What there is of secrets in some bytes.
pub(super) struct Sighted {
    /// Where they stand, in order; those that overlap as one.
    pub(super) ranges: Vec<Range<usize>>,
    /// From here on a secret may begin of which the end is missing.
    pub(super) unfinished: usize,
}

/// Of a broken line's end as long as this may be the beginning of a secret; a shorter one is
/// everywhere, and what follows it is known by itself.
const LEAST_WRAPPED: usize = 4;

impl Matcher {
    pub(super) fn new(patterns: &Patterns) -> Self {
        Self {
            plain: First::new(&patterns.plain, &patterns.tails),
            tails: Beginnings::new(&patterns.tails),
            folded: Search::new(&patterns.folded),
            wrapped: Search::new(&patterns.wrapped),
        }
    }

    /// Looks through `bytes`; more follow unless they have `ended`.
    pub(super) fn look(&self, bytes: &[u8], ended: bool) -> Sighted {
        let Sights {
            mut ranges,
            escapes,
            ends,
        } = self.plain.look(bytes);
        let folded = folded(bytes, &escapes, self.folded.longest(), ended);
        let wrapped = joined(bytes, &ends, self.wrapped.longest());
        for found in self.folded.find(&folded.bytes) {
            ranges.push(folded.place(found.start).start..folded.place(found.end - 1).end);
        }
        for found in self.wrapped.find(&wrapped.bytes) {
            // One for each line: their ends are no secret.
            let places: Vec<_> = found.map(|index| wrapped.place(index)).collect();
            let lines = places.chunk_by(|one, next| one.end == next.start);
            ranges.extend(lines.map(|line| line[0].start..line[line.len() - 1].end));
        }
        let unfinished = if ended {
            bytes.len()
        } else {
            self.unfinished(bytes, &folded, &wrapped)
        };
        Sighted {
            ranges: merged(ranges),
            unfinished,
        }
    }

    fn unfinished(&self, bytes: &[u8], folded: &View, wrapped: &View) -> usize {
        let in_line = self.plain.beginnings.unfinished(bytes, |_| 1);
        let line = line_start(bytes);
        let is_tail = self.tails.begins(&bytes[line..], |_| 1);
        let least = |pattern| if pattern < TAILED { 1 } else { LEAST_WRAPPED };
        let in_folded = self.folded.beginnings.unfinished(&folded.bytes, |_| 1);
        let in_wrapped = self.wrapped.beginnings.unfinished(&wrapped.bytes, least);
        in_line
            .unwrap_or(bytes.len())
            .min(if is_tail { line } else { bytes.len() })
            .min(unfinished(folded, in_folded, bytes))
            .min(unfinished(wrapped, in_wrapped, bytes))
    }
}

/// Where the last line begins, behind its indentation.
fn line_start(bytes: &[u8]) -> usize {
    let end = bytes.iter().rposition(|byte| *byte == b'\n');
    let start = end.map_or(0, |end| end + 1);
    let is_blank = |byte: &&u8| matches!(byte, b' ' | b'\t');
    start + bytes[start..].iter().take_while(is_blank).count()
}

/// Where in `bytes` the end of `view` begins with which a pattern may.
fn unfinished(view: &View, start: Option<usize>, bytes: &[u8]) -> usize {
    match (view.end, start) {
        (End::Apart, _) => bytes.len(),
        (_, Some(start)) => view.place(start).start,
        (End::Open(at), None) => at,
        (End::Together, None) => bytes.len(),
    }
}

/// In order; those that overlap as one.
pub(super) fn merged(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_by_key(|range| range.start);
    let mut merged: Vec<Range<usize>> = Vec::new();
    for range in ranges {
        match merged.last_mut() {
            Some(last) if range.start < last.end => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    merged
}
