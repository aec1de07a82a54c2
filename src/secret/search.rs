//! Finding patterns in bytes.

use std::collections::BTreeSet;
use std::ops::Range;

use aho_corasick::AhoCorasick;

use super::folded::begins_escape;

const ROOM: &str = "far fewer patterns than the automaton has room for";

/// Finds patterns in one way through the text, and on it what may have to be looked at more closely.
pub(super) struct First {
    automaton: AhoCorasick,
    pub(super) beginnings: Beginnings,
}

#[derive(Debug, Default)]
pub(super) struct Sights {
    /// Where patterns stand, overlapping ones too.
    pub(super) ranges: Vec<Range<usize>>,
    /// Where escapes may begin.
    pub(super) escapes: Vec<usize>,
    /// Where lines may end.
    pub(super) ends: Vec<usize>,
}

impl First {
    /// Looks for `patterns`, and for `tails` without a thought for their beginnings.
    pub(super) fn new(patterns: &BTreeSet<Vec<u8>>, tails: &BTreeSet<Vec<u8>>) -> Self {
        let marks = (0..=u8::MAX)
            .map(|byte| vec![byte])
            .filter(|byte| is_mark(byte[0]));
        let all = marks.chain(patterns.union(tails).cloned());
        Self {
            automaton: AhoCorasick::new(all).expect(ROOM),
            beginnings: Beginnings::new(patterns),
        }
    }

    pub(super) fn look(&self, bytes: &[u8]) -> Sights {
        let mut sights = Sights::default();
        for found in self.automaton.find_overlapping_iter(bytes) {
            let at = found.start();
            // No secret is as short as a mark.
            match bytes[at] {
                _ if found.end() > at + 1 => sights.ranges.push(found.range()),
                b'\n' | b'\r' => sights.ends.push(at),
                _ => sights.escapes.push(at),
            }
        }
        sights
    }
}

fn is_mark(byte: u8) -> bool {
    begins_escape(byte) || matches!(byte, b'\n' | b'\r')
}

pub(super) struct Search {
    automaton: AhoCorasick,
    pub(super) beginnings: Beginnings,
}

/// Tells where a pattern may have begun.
pub(super) struct Beginnings {
    /// Patterns by their first byte.
    patterns: Vec<Vec<Vec<u8>>>,
    longest: usize,
}

impl Search {
    pub(super) fn new(patterns: &BTreeSet<Vec<u8>>) -> Self {
        let automaton = AhoCorasick::new(patterns).expect(ROOM);
        Self {
            automaton,
            beginnings: Beginnings::new(patterns),
        }
    }

    /// The length of the longest pattern.
    pub(super) fn longest(&self) -> usize {
        self.beginnings.longest
    }

    /// Where patterns stand in `bytes`, overlapping ones too.
    pub(super) fn find<'a>(&'a self, bytes: &'a [u8]) -> impl Iterator<Item = Range<usize>> + 'a {
        // Most bytes hold no secret, and that is told faster than where each of several is.
        let holds_any = self.automaton.is_match(bytes);
        let found = holds_any.then(|| self.automaton.find_overlapping_iter(bytes));
        found.into_iter().flatten().map(|found| found.range())
    }
}

impl Beginnings {
    pub(super) fn new(patterns: &BTreeSet<Vec<u8>>) -> Self {
        let mut by_first = vec![Vec::new(); 256];
        for pattern in patterns {
            by_first[usize::from(pattern[0])].push(pattern.clone());
        }
        Self {
            patterns: by_first,
            longest: patterns.iter().map(Vec::len).max().unwrap_or_default(),
        }
    }

    /// Where the longest end of `bytes` begins with which a pattern may begin; of one as long as
    /// that the beginning has at least `least` bytes.
    pub(super) fn unfinished(&self, bytes: &[u8], least: impl Fn(usize) -> usize) -> Option<usize> {
        let first = bytes.len().saturating_sub(self.longest.saturating_sub(1));
        (first..bytes.len()).find(|start| self.begins(&bytes[*start..], &least))
    }

    /// Whether a pattern may begin with `bytes` and go on behind them.
    pub(super) fn begins(&self, bytes: &[u8], least: impl Fn(usize) -> usize) -> bool {
        let first = bytes.first().map_or(0, |byte| usize::from(*byte));
        self.patterns[first].iter().any(|pattern| {
            let is_long = bytes.len() >= least(pattern.len());
            is_long && pattern.len() > bytes.len() && pattern.starts_with(bytes)
        })
    }
}
