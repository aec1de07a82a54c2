//! Where lines go.

use std::io::{self, BufWriter, ErrorKind, IsTerminal, Write};

use super::style::Colour;

/// What a line is: of the pipeline, or about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// What the script and its commands print to standard output.
    Data,
    /// All else.
    Talk,
}

/// The two outputs of a run. Lines for both come out in the order they were written in, also
/// where both are the same file.
pub(super) struct Outputs {
    data: Output,
    talk: Output,
    last: Kind,
}

struct Output {
    writer: Box<dyn Write + Send>,
    colour: Colour,
    /// The first error of writing. A run goes on whatever becomes of its lines.
    broken: Option<io::Error>,
}

impl Outputs {
    pub(super) fn new(
        data: impl Write + IsTerminal + Send + 'static,
        talk: impl Write + IsTerminal + Send + 'static,
    ) -> Self {
        Self {
            data: Output::new(data),
            talk: Output::new(talk),
            last: Kind::Talk,
        }
    }

    pub(super) fn colour(&self, kind: Kind) -> Colour {
        match kind {
            Kind::Data => self.data.colour,
            Kind::Talk => self.talk.colour,
        }
    }

    pub(super) fn line(&mut self, kind: Kind, text: &str) {
        if self.last != kind {
            self.flush();
            self.last = kind;
        }
        let output = self.of(kind);
        let written = output.writer.write_all(text.as_bytes());
        let written = written.and_then(|()| output.writer.write_all(b"\n"));
        output.note(written);
    }

    pub(super) fn flush(&mut self) {
        let last = self.last;
        let output = self.of(last);
        let flushed = output.writer.flush();
        output.note(flushed);
    }

    /// Fails if a line of the pipeline did not come out, unless nobody reads them any more.
    pub(super) fn close(&mut self) -> io::Result<()> {
        self.flush();
        self.data.broken.take().map_or(Ok(()), Err)
    }

    /// What lines are waiting for could not be had.
    pub(super) fn lost(&mut self, error: io::Error) {
        self.data.note(Err(error));
    }

    fn of(&mut self, kind: Kind) -> &mut Output {
        match kind {
            Kind::Data => &mut self.data,
            Kind::Talk => &mut self.talk,
        }
    }
}

impl Output {
    fn new(writer: impl Write + IsTerminal + Send + 'static) -> Self {
        Self {
            colour: Colour::of(&writer),
            broken: None,
            // Each event is flushed whole: a thousand lines in it are one write.
            writer: Box::new(BufWriter::with_capacity(64 * 1024, writer)),
        }
    }

    fn note(&mut self, written: io::Result<()>) {
        match written.map_err(|error| (error.kind(), error)) {
            // What is only not taken at once is tried again with the next flush.
            Ok(()) | Err((ErrorKind::BrokenPipe | ErrorKind::WouldBlock, _)) => {}
            Err((_, error)) => {
                self.broken.get_or_insert(error);
            }
        }
    }
}
