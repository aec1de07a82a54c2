//! Lines that wait until they may be shown, in bounded memory.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Seek, Write};

use super::outputs::{Kind, Outputs};

/// Lines for one of the two outputs each, in order. Past [`ROOM`] they lie in a temporary file that
/// has no name, so nothing is left of it however wharf ends.
#[derive(Debug, Default)]
pub(super) struct Kept {
    /// Each line behind a letter for its output.
    memory: Vec<u8>,
    file: Option<File>,
}

/// How many bytes are kept in memory.
const ROOM: usize = 256 * 1024;

impl Kept {
    pub(super) fn push(&mut self, kind: Kind, text: &str) {
        self.memory.push(match kind {
            Kind::Data => b'd',
            Kind::Talk => b't',
        });
        self.memory.extend_from_slice(text.as_bytes());
        self.memory.push(b'\n');
        if self.memory.len() > ROOM && self.spill().is_ok() {
            self.memory.clear();
        }
    }

    /// Where there is no room for a file, memory has to do.
    fn spill(&mut self) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(tempfile::tempfile()?),
        };
        let before = file.stream_position()?;
        file.write_all(&self.memory).inspect_err(|_| {
            // What was written of it must not be there twice.
            let _ = file.set_len(before);
            let _ = file.seek(io::SeekFrom::Start(before));
        })
    }

    /// Writes all lines, and is empty again.
    pub(super) fn replay(&mut self, outputs: &mut Outputs) {
        if let Some(mut file) = self.file.take() {
            let read = file
                .rewind()
                .and_then(|()| replay(BufReader::new(file), outputs));
            if let Err(error) = read {
                outputs.lost(error);
            }
        }
        let memory = std::mem::take(&mut self.memory);
        if let Err(error) = replay(memory.as_slice(), outputs) {
            outputs.lost(error);
        }
    }
}

fn replay(lines: impl BufRead, outputs: &mut Outputs) -> io::Result<()> {
    for line in lines.lines() {
        let line = line?;
        match line.strip_prefix('d') {
            Some(text) => outputs.line(Kind::Data, text),
            None => outputs.line(Kind::Talk, line.strip_prefix('t').unwrap_or(&line)),
        }
    }
    Ok(())
}
