//! The end of what a stage printed.

use std::collections::VecDeque;

use super::line::Line;

/// The last lines, masked, with what a child put into them. Older ones make room.
#[derive(Debug)]
pub(super) struct Log {
    lines: VecDeque<String>,
    bytes: usize,
    room: usize,
    /// How many lines are missing before the first.
    pub(super) missing: usize,
}

impl Log {
    /// Keeps about `room` bytes.
    pub(super) fn new(room: usize) -> Self {
        Self {
            lines: VecDeque::new(),
            bytes: 0,
            room,
            missing: 0,
        }
    }

    /// Many lines at once, of which those that would make room at once are only counted.
    pub(super) fn extend(&mut self, lines: &[Line<'_>]) {
        let mut left = self.room;
        let fitting = lines.iter().rev().take_while(|line| {
            let fits = left > 0;
            left = left.saturating_sub(line.text.len() + 1);
            fits
        });
        let missing = lines.len() - fitting.count();
        if missing > 0 && self.room > 0 {
            self.missing += missing + self.lines.len();
            self.lines.clear();
            self.bytes = 0;
        }
        for line in &lines[missing..] {
            self.push(line.text);
        }
    }

    fn push(&mut self, line: &str) {
        if self.room == 0 {
            return;
        }
        self.bytes += line.len() + 1;
        self.lines.push_back(line.to_owned());
        while self.bytes > self.room && self.lines.len() > 1 {
            let gone = self.lines.pop_front().unwrap_or_default();
            self.bytes -= gone.len() + 1;
            self.missing += 1;
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    pub(super) fn lines(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().map(String::as_str)
    }

    /// The last `count` lines.
    pub(super) fn last(&self, count: usize) -> impl Iterator<Item = &str> {
        self.lines().skip(self.lines.len().saturating_sub(count))
    }
}

#[cfg(test)]
mod tests {
    use super::Log;

    #[test]
    fn old_lines_make_room() {
        let mut log = Log::new(10);
        for line in ["one", "two", "three", "four"] {
            log.push(line);
        }
        assert_eq!(log.lines().collect::<Vec<_>>(), ["four"]);
        assert_eq!(log.missing, 3);
        log.push("a");
        assert_eq!(log.last(1).collect::<Vec<_>>(), ["a"]);
        assert_eq!(log.lines().count(), 2);
    }
}
