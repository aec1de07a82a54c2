//! The end of an output that may be endless.

use std::collections::VecDeque;

use crate::event::Stream;
use crate::line::Lines;
use crate::secret::Secrets;

/// Keeps the last lines that a command wrote to its two streams, in bounded memory.
#[derive(Clone, Debug)]
pub struct Tail {
    limit: usize,
    /// Whole ones, as they are, in the order in which they ended.
    lines: VecDeque<(Stream, Vec<u8>)>,
    size: usize,
    open_stdout: Vec<u8>,
    open_stderr: Vec<u8>,
}

/// A line longer than this many characters is cut: it is for reading, not for parsing.
const LONGEST: usize = 4096;

/// As much of a line is kept until what is secret in it is hidden.
const LONGEST_RAW: usize = 32 * 1024;

/// So many lines before the last ones are kept: a secret may be over several.
const BEFORE: usize = 100;

const MOST: usize = 1 << 20;

impl Tail {
    pub fn new(limit: usize) -> Self {
        Self {
            limit,
            lines: VecDeque::new(),
            size: 0,
            open_stdout: Vec::new(),
            open_stderr: Vec::new(),
        }
    }

    pub fn push(&mut self, stream: Stream, bytes: &[u8]) {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            let open = self.open(stream);
            let room = LONGEST_RAW.saturating_sub(open.len());
            open.extend_from_slice(&piece[..piece.len().min(room)]);
            if piece.ends_with(b"\n") {
                self.end_line(stream);
            }
        }
    }

    /// The lines, without their ends and their secrets; a last line without an end counts.
    pub fn into_lines(mut self, secrets: &Secrets) -> Vec<String> {
        for stream in [Stream::Stdout, Stream::Stderr] {
            if !self.open(stream).is_empty() {
                self.end_line(stream);
            }
        }
        let mut shown = Vec::new();
        let (mut stdout, mut stderr) = (Lines::new(secrets), Lines::new(secrets));
        for (stream, line) in &self.lines {
            let lines = match stream {
                Stream::Stdout => &mut stdout,
                Stream::Stderr => &mut stderr,
            };
            shown.extend(lines.push(line));
        }
        shown.extend(stdout.finish());
        shown.extend(stderr.finish());
        let first = shown.len().saturating_sub(self.limit);
        shown[first..].iter().map(|line| short(line)).collect()
    }

    fn open(&mut self, stream: Stream) -> &mut Vec<u8> {
        match stream {
            Stream::Stdout => &mut self.open_stdout,
            Stream::Stderr => &mut self.open_stderr,
        }
    }

    fn end_line(&mut self, stream: Stream) {
        let mut line = std::mem::take(self.open(stream));
        if line.last() != Some(&b'\n') {
            line.push(b'\n');
        }
        self.size += line.len();
        self.lines.push_back((stream, line));
        while self.lines.len() > self.limit + BEFORE || self.size > MOST {
            let dropped = self.lines.pop_front();
            self.size -= dropped.map_or(0, |(_, line)| line.len());
        }
    }
}

fn short(line: &str) -> String {
    let line = line.trim_end_matches('\r');
    let end = line.char_indices().nth(LONGEST);
    line[..end.map_or(line.len(), |(end, _)| end)].to_owned()
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
    use super::{Kept, LONGEST, Tail};
    use crate::event::Stream;
    use crate::secret::Secrets;

    #[test]
    fn keeps_the_last_lines_over_chunk_borders() {
        let mut tail = Tail::new(2);
        for chunk in ["one\ntw", "o\r\nthr", "ee\nfour"] {
            tail.push(Stream::Stdout, chunk.as_bytes());
        }
        assert_eq!(tail.into_lines(&Secrets::new()), ["three", "four"]);
    }

    #[test]
    fn does_not_join_what_two_streams_write() {
        let mut tail = Tail::new(9);
        tail.push(Stream::Stdout, b"one ");
        tail.push(Stream::Stderr, b"two\nthree");
        tail.push(Stream::Stdout, b"four\n");
        assert_eq!(
            tail.into_lines(&Secrets::new()),
            ["two", "one four", "three"]
        );
    }

    #[test]
    fn hides_secrets_before_it_cuts() {
        let secrets = Secrets::new();
        secrets.add("correct-horse");
        secrets.add("a key\nof three\nlines");
        let mut tail = Tail::new(1);
        tail.push(Stream::Stdout, &b".".repeat(LONGEST - 4));
        tail.push(Stream::Stdout, b"correct-horse");
        assert!(tail.into_lines(&secrets)[0].ends_with(".***"));
        let mut tail = Tail::new(2);
        tail.push(Stream::Stdout, b"x a key\nof three\nlines y\n");
        assert_eq!(tail.into_lines(&secrets), ["x *** y"]);
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
