//! The last lines of an output that may be endless.

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

#[cfg(test)]
mod tests {
    use super::Tail;

    #[test]
    fn keeps_the_last_lines_over_chunk_borders() {
        let mut tail = Tail::new(2);
        for chunk in ["one\ntw", "o\r\nthr", "ee\nfour"] {
            tail.push(chunk.as_bytes());
        }
        assert_eq!(tail.into_lines(), ["three", "four"]);
    }
}
