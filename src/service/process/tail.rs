//! The end of an output that may be endless.

use std::collections::VecDeque;

/// Keeps the last `limit` lines of the bytes pushed into it, in bounded memory.
#[derive(Clone, Debug)]
pub struct Tail {
    limit: usize,
    lines: VecDeque<String>,
    partial: Vec<u8>,
}

/// A line longer than this is cut: it is for reading, not for parsing.
const LONGEST: usize = 4096;

impl Tail {
    pub fn new(limit: usize) -> Self {
        Self {
            limit,
            lines: VecDeque::new(),
            partial: Vec::new(),
        }
    }

    pub fn push(&mut self, bytes: &[u8]) {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            let room = LONGEST.saturating_sub(self.partial.len());
            self.partial
                .extend_from_slice(&piece[..piece.len().min(room)]);
            if piece.ends_with(b"\n") {
                self.end_line();
            }
        }
    }

    /// The lines, without their ends; a last line without an end counts.
    pub fn into_lines(mut self) -> Vec<String> {
        if !self.partial.is_empty() {
            self.end_line();
        }
        self.lines.into()
    }

    fn end_line(&mut self) {
        let line = String::from_utf8_lossy(&self.partial);
        self.lines
            .push_back(line.trim_end_matches(['\n', '\r']).to_owned());
        self.partial.clear();
        if self.lines.len() > self.limit {
            self.lines.pop_front();
        }
    }
}

/// Keeps the last `limit` bytes of those pushed into it, in no more than twice the memory.
#[derive(Clone, Debug)]
pub struct Kept {
    limit: usize,
    bytes: Vec<u8>,
    /// Whether there was more.
    cut: bool,
}

impl Kept {
    pub fn new(limit: usize) -> Self {
        Self {
            limit,
            bytes: Vec::new(),
            cut: false,
        }
    }

    pub fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
        if self.bytes.len() > 2 * self.limit {
            self.bytes.drain(..self.bytes.len() - self.limit);
            self.cut = true;
        }
    }

    pub fn is_cut(&self) -> bool {
        self.cut || self.bytes.len() > self.limit
    }

    pub fn into_text(self) -> String {
        let start = self.bytes.len().saturating_sub(self.limit);
        String::from_utf8_lossy(&self.bytes[start..]).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::{Kept, Tail};

    #[test]
    fn keeps_the_last_lines_over_chunk_borders() {
        let mut tail = Tail::new(2);
        for chunk in ["one\ntw", "o\r\nthr", "ee\nfour"] {
            tail.push(chunk.as_bytes());
        }
        assert_eq!(tail.into_lines(), ["three", "four"]);
    }

    #[test]
    fn keeps_the_last_bytes() {
        let mut kept = Kept::new(4);
        kept.push(b"one");
        assert!(!kept.is_cut());
        kept.push(b"two");
        assert!(kept.is_cut());
        kept.push(b"three");
        assert!(kept.is_cut());
        assert_eq!(kept.into_text(), "hree");
    }
}
