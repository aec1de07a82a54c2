//! One file as text, read in pieces so that it can be stopped.

use std::io;
use std::path::Path;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{CWD, FileType, Mode, OFlags, fstat, openat};
use rustix::io::{Errno, read};

use crate::cancel::Cancel;

/// What a script can hold in one text, in bytes.
const LONGEST: usize = 64 << 20;

const PIECE: usize = 64 * 1024;

/// How long a pipe or a terminal is waited for between two looks at whether that was stopped.
const LOOK: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 50_000_000,
};

/// What is in the file at `path`; nothing if reading it was stopped. A pipe is waited for. What is
/// not UTF-8 is [`io::ErrorKind::InvalidData`], and what is longer than 64 MiB is
/// [`io::ErrorKind::FileTooLarge`].
pub fn read_text(path: &Path, cancel: &Cancel) -> io::Result<Option<String>> {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK;
    let file = openat(CWD, path, flags, Mode::empty())?;
    let waits = FileType::from_raw_mode(fstat(&file)?.st_mode) != FileType::RegularFile;
    let mut bytes = Vec::new();
    loop {
        if cancel.is_cancelled() {
            return Ok(None);
        }
        if waits {
            cancel.lasts();
            match poll(&mut [PollFd::new(&file, PollFlags::IN)], Some(&LOOK)) {
                // A pipe that nobody has opened yet reads as if it were at its end.
                Ok(0) | Err(Errno::INTR) => continue,
                Ok(_) => {}
                Err(error) => return Err(error.into()),
            }
        }
        let filled = bytes.len();
        bytes.resize(filled + PIECE, 0);
        let length = match read(&file, &mut bytes[filled..]) {
            Ok(length) => length,
            Err(Errno::INTR | Errno::AGAIN) => {
                bytes.truncate(filled);
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        bytes.truncate(filled + length);
        if length == 0 {
            break;
        }
        if bytes.len() > LONGEST {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
    }
    let text = String::from_utf8(bytes);
    text.map(Some)
        .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
}
