//! A tool's output: what people are shown of it, and what is kept to read results from.

use crate::action::{Context, Outlet};
use crate::event::Stream;
use crate::service::process::{Kept, Tail};

/// What becomes of a tool's output. Standard error is always shown as it comes.
pub(in crate::action) enum Output<'a> {
    /// All of it is shown, and its end kept.
    Shown,
    /// All of it is shown, and those of its lines kept of which this says so.
    Read(&'a mut dyn FnMut(Stream, &str) -> bool),
    /// Standard output is in a format for machines: it is not shown, and kept.
    Kept,
    /// Standard output is in a format for machines: of each of its lines is shown what this makes
    /// of it.
    Told(&'a mut dyn FnMut(&str) -> String),
}

/// A tool's end is enough for its summary.
const END: usize = 1 << 20;
/// As much as lines of results may come to, or the findings of a linter.
const WHOLE: usize = 64 << 20;
/// What follows in a line that is longer is left out.
const LONGEST: usize = 16 << 20;
/// How many of the last lines stand below a failure.
const LAST: usize = 20;

/// The output of one tool, as it arrives.
pub(super) struct Collected<'c, 'o> {
    context: &'c Context,
    output: Output<'o>,
    out_line: Vec<u8>,
    err_line: Vec<u8>,
    stdout: Kept,
    stderr: Kept,
    tail: Tail,
    outlet: Outlet,
}

impl<'c, 'o> Collected<'c, 'o> {
    pub(super) fn new(context: &'c Context, output: Output<'o>) -> Self {
        let limit = match output {
            Output::Read(_) | Output::Kept => WHOLE,
            Output::Shown | Output::Told(_) => END,
        };
        Self {
            context,
            output,
            out_line: Vec::new(),
            err_line: Vec::new(),
            stdout: Kept::new(limit),
            stderr: Kept::new(limit),
            tail: Tail::new(LAST),
            outlet: context.outlet(),
        }
    }

    pub(super) fn push(&mut self, stream: Stream, bytes: &[u8]) {
        match (&self.output, stream) {
            (Output::Shown, _) | (Output::Kept | Output::Told(_), Stream::Stderr) => {
                self.show(stream, bytes);
                self.keep(stream, bytes);
            }
            (Output::Kept, Stream::Stdout) => self.keep(stream, bytes),
            (Output::Told(_), Stream::Stdout) => self.cut(stream, bytes),
            (Output::Read(_), _) => {
                self.show(stream, bytes);
                self.cut(stream, bytes);
            }
        }
    }

    /// Standard output and error as far as they are kept, and the last lines that were shown.
    pub(super) fn end(mut self) -> (String, String, Vec<String>) {
        for stream in [Stream::Stdout, Stream::Stderr] {
            // A last line without an end is one too.
            if !self.open(stream).is_empty() {
                self.cut(stream, b"\n");
            }
        }
        (
            self.stdout.into_text(),
            self.stderr.into_text(),
            self.tail.into_lines(&self.context.secrets),
        )
    }

    fn show(&mut self, stream: Stream, bytes: &[u8]) {
        self.tail.push(stream, bytes);
        self.outlet.push(stream, bytes);
    }

    fn keep(&mut self, stream: Stream, bytes: &[u8]) {
        match stream {
            Stream::Stdout => self.stdout.push(bytes),
            Stream::Stderr => self.stderr.push(bytes),
        }
    }

    /// The line that has not ended yet.
    fn open(&mut self, stream: Stream) -> &mut Vec<u8> {
        match stream {
            Stream::Stdout => &mut self.out_line,
            Stream::Stderr => &mut self.err_line,
        }
    }

    /// Hands over each line that ends in `bytes`.
    fn cut(&mut self, stream: Stream, bytes: &[u8]) {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            let open = self.open(stream);
            let room = LONGEST.saturating_sub(open.len());
            open.extend_from_slice(&piece[..piece.len().min(room)]);
            if piece.ends_with(b"\n") {
                let line = std::mem::take(open);
                self.line(stream, &String::from_utf8_lossy(&line));
                // Its room is for the next.
                *self.open(stream) = line;
                self.open(stream).clear();
            }
        }
    }

    fn line(&mut self, stream: Stream, line: &str) {
        let line = line.strip_suffix('\n').unwrap_or(line);
        let line = line.strip_suffix('\r').unwrap_or(line);
        match &mut self.output {
            Output::Read(wanted) => {
                if wanted(stream, line) {
                    self.keep(stream, line.as_bytes());
                    self.keep(stream, b"\n");
                }
            }
            Output::Told(told) => {
                let told = told(line);
                self.show(stream, told.as_bytes());
            }
            Output::Shown | Output::Kept => {}
        }
    }
}
