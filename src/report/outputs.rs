//! Where lines go.

use std::io::{self, BufWriter, IsTerminal, Write};

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

    pub(super) fn line(&mut self, kind: Kind, text: &str) -> io::Result<()> {
        if self.last != kind {
            self.flush()?;
            self.last = kind;
        }
        let writer = &mut self.of(kind).writer;
        writer.write_all(text.as_bytes())?;
        writer.write_all(b"\n")
    }

    pub(super) fn flush(&mut self) -> io::Result<()> {
        let last = self.last;
        self.of(last).writer.flush()
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
            // Each event is flushed whole: a thousand lines in it are one write.
            writer: Box::new(BufWriter::with_capacity(64 * 1024, writer)),
        }
    }
}
