//! Finding patterns in bytes, also where they are cut off at the end.

use std::collections::BTreeSet;
use std::ops::Range;

use aho_corasick::AhoCorasick;

/// All patterns of all secrets.
pub(super) struct Matcher {
    automaton: AhoCorasick,
    /// Patterns by their first byte.
    beginnings: Vec<Vec<Vec<u8>>>,
    longest: usize,
}

impl Matcher {
    pub(super) fn new(patterns: BTreeSet<Vec<u8>>) -> Self {
        let automaton = AhoCorasick::new(&patterns)
            .expect("far fewer patterns than the automaton has room for");
        let longest = patterns.iter().map(Vec::len).max().unwrap_or_default();
        let mut beginnings = vec![Vec::new(); 256];
        for pattern in patterns {
            beginnings[usize::from(pattern[0])].push(pattern);
        }
        Self {
            automaton,
            beginnings,
            longest,
        }
    }

    /// Where patterns stand in `bytes`, in order; overlapping ones as one.
    pub(super) fn find(&self, bytes: &[u8]) -> Vec<Range<usize>> {
        let mut found: Vec<Range<usize>> = self
            .automaton
            .find_overlapping_iter(bytes)
            .map(|found| found.range())
            .collect();
        found.sort_by_key(|range| range.start);
        let mut merged: Vec<Range<usize>> = Vec::new();
        for range in found {
            match merged.last_mut() {
                Some(last) if range.start < last.end => last.end = last.end.max(range.end),
                _ => merged.push(range),
            }
        }
        merged
    }

    /// Where the longest end of `bytes` begins with which a pattern may begin; their length if there
    /// is none.
    pub(super) fn unfinished(&self, bytes: &[u8]) -> usize {
        let first = bytes.len().saturating_sub(self.longest.saturating_sub(1));
        (first..bytes.len())
            .find(|start| {
                let end = &bytes[*start..];
                self.beginnings[usize::from(end[0])]
                    .iter()
                    .any(|pattern| pattern.len() > end.len() && pattern.starts_with(end))
            })
            .unwrap_or(bytes.len())
    }
}
