//! Hashes what is in files.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use blake3::{Hash, Hasher};
use rustix::fs::{Mode, OFlags, openat};
use rustix::io::{Errno, read, retry_on_intr};

use super::folder::{Entry, Folder, is_gone};
use super::{FilesError, threads};
use crate::cancel::Cancel;

/// Files that are read without asking what else is to be done.
const BATCH: usize = 16;

/// Longer files are read in pieces of this size, a multiple of what BLAKE3 takes at once.
const PIECE: usize = 128 * 1024;

/// Hashes those of these files whose content is not known, and says whether there are any. Threads
/// share them if they are more than a few. A file that is gone, or is none any more, has no
/// content; one that cannot be read is an error, the first of them in this order.
pub(super) fn hash(
    root: BorrowedFd<'_>,
    files: &[(&Folder, &Entry)],
    cancel: &Cancel,
) -> Result<bool, FilesError> {
    let unknown = |(_, entry): &&(&Folder, &Entry)| entry.content.get().is_none();
    let files: Vec<_> = files.iter().filter(unknown).copied().collect();
    let work = Work {
        root,
        files: &files,
        next: AtomicUsize::new(0),
        failed: Mutex::new(None),
        cancel,
    };
    std::thread::scope(|scope| {
        let helpers = if files.len() > BATCH {
            cancel.lasts();
            threads() - 1
        } else {
            0
        };
        for _ in 0..helpers {
            scope.spawn(|| work.share());
        }
        work.share();
    });
    if cancel.is_cancelled() {
        return Err(FilesError::Cancelled);
    }
    match work
        .failed
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner)
    {
        None => Ok(!files.is_empty()),
        Some((at, error)) => {
            let (folder, entry) = files[at];
            Err(FilesError::unreadable(
                &[&folder.way.path, folder.name(entry)],
                error,
            ))
        }
    }
}

struct Work<'a> {
    root: BorrowedFd<'a>,
    files: &'a [(&'a Folder, &'a Entry)],
    /// The first file that nobody has taken.
    next: AtomicUsize,
    failed: Mutex<Option<(usize, Errno)>>,
    cancel: &'a Cancel,
}

impl Work<'_> {
    /// Hashes what nobody else has taken until nothing is left.
    fn share(&self) {
        let mut reading = Reading {
            root: self.root,
            path: Vec::new(),
            buffer: Vec::new(),
            cancel: self.cancel,
        };
        loop {
            let start = self.next.fetch_add(BATCH, Ordering::Relaxed);
            let batch = self.files.iter().enumerate().skip(start).take(BATCH);
            if batch.len() == 0 || self.cancel.is_cancelled() {
                return;
            }
            for (at, (folder, entry)) in batch {
                match reading.hash(folder, entry) {
                    Ok(hash) => {
                        entry.content.get_or_init(|| Some(hash));
                    }
                    Err(error) if is_gone(error) => {
                        entry.content.get_or_init(|| None);
                    }
                    Err(error) => self.fail(at, error),
                }
            }
        }
    }

    fn fail(&self, at: usize, error: Errno) {
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        if failed.is_none_or(|(first, _)| at < first) {
            *failed = Some((at, error));
        }
    }
}

/// What one thread reads with.
struct Reading<'a> {
    root: BorrowedFd<'a>,
    path: Vec<u8>,
    buffer: Vec<u8>,
    cancel: &'a Cancel,
}

impl Reading<'_> {
    fn hash(&mut self, folder: &Folder, entry: &Entry) -> Result<Hash, Errno> {
        let seen = entry.seen().unwrap_or(Err(Errno::NOENT))?;
        self.path.clear();
        self.path.extend_from_slice(&folder.way.path);
        self.path.extend_from_slice(folder.name(entry));
        self.buffer.resize(PIECE, 0);
        let file = open(self.root, &self.path)?;
        let mut filled = self.fill(&file)?;
        // A file that fits was read to its end if it is as long as it was said to be.
        if filled < PIECE && filled as u64 == seen.stamp.size {
            return Ok(blake3::hash(&self.buffer[..filled]));
        }
        let mut hasher = Hasher::new();
        while filled > 0 {
            if self.cancel.is_cancelled() {
                return Err(Errno::CANCELED);
            }
            hasher.update(&self.buffer[..filled]);
            filled = self.fill(&file)?;
        }
        Ok(hasher.finalize())
    }

    fn fill(&mut self, file: &OwnedFd) -> Result<usize, Errno> {
        retry_on_intr(|| read(file.as_fd(), &mut self.buffer))
    }
}

/// A pipe that took the file's place is not waited for.
fn open(root: BorrowedFd<'_>, path: &[u8]) -> Result<OwnedFd, Errno> {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOFOLLOW | OFlags::NONBLOCK;
    openat(root, path, flags, Mode::empty())
}
