//! One folder as it was found, and what has been learnt of its files since.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::{Arc, OnceLock};

use blake3::Hash;
use rustix::fs::{AtFlags, FileType, Mode, OFlags, openat, statat};
use rustix::io::Errno;

use super::globs::path;
use super::ignored::Rules;
use super::names::{Name, Names};
use super::stamp::Stamp;

#[derive(Debug)]
pub(super) struct Folder {
    pub(super) way: Way,
    /// By name, byte by byte.
    pub(super) entries: Vec<Entry>,
    names: Names,
    /// Why it could not be read.
    pub(super) problem: Option<Errno>,
}

/// What is known of a folder before it is read.
#[derive(Debug, Default)]
pub(super) struct Way {
    /// From the root; it ends in `/` unless it is the root's own, which is empty.
    pub(super) path: Box<[u8]>,
    /// How many parts the path has.
    pub(super) depth: usize,
    /// How many parts of the path lead to what git ignores, if anything on it is.
    pub(super) ignored_at: Option<usize>,
    /// The rules that hold in it; above it, until its own are read.
    pub(super) rules: Option<Arc<Rules>>,
}

#[derive(Debug)]
pub(super) struct Entry {
    name: Name,
    pub(super) kind: FileType,
    seen: OnceLock<Result<Seen, Errno>>,
    ignored: OnceLock<bool>,
    /// The hash of its content, or nothing if it was gone when it was read.
    pub(super) content: OnceLock<Option<Hash>>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    pub(super) stamp: Stamp,
    pub(super) executable: bool,
    /// Whether the stamp stands for the content from now on.
    pub(super) settled: bool,
}

impl Folder {
    pub(super) fn new(way: Way) -> Self {
        Self {
            way,
            entries: Vec::new(),
            names: Names::default(),
            problem: None,
        }
    }

    /// Reads the names in the folder below `root`, and leaves it open for looking at its files. A
    /// folder that went away meanwhile is empty.
    pub(super) fn read(&mut self, root: BorrowedFd<'_>) -> Option<OwnedFd> {
        let read = self.open(root).and_then(|folder| {
            let (names, entries) = Names::read(folder.as_fd())?;
            self.names = names;
            self.entries = entries.into_iter().map(Entry::new).collect();
            Ok(folder)
        });
        match read {
            Ok(folder) => Some(folder),
            Err(error) => {
                self.problem = Some(error).filter(|error| !is_gone(*error));
                None
            }
        }
    }

    fn open(&self, root: BorrowedFd<'_>) -> Result<OwnedFd, Errno> {
        let path = if self.way.path.is_empty() {
            b"."
        } else {
            &*self.way.path
        };
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        openat(root, path, flags, Mode::empty())
    }

    pub(super) fn name(&self, entry: &Entry) -> &[u8] {
        self.names.get(entry.name)
    }

    pub(super) fn find(&self, name: &[u8]) -> Option<&Entry> {
        let at = self
            .entries
            .binary_search_by(|entry| self.name(entry).cmp(name));
        self.entries.get(at.ok()?)
    }

    /// What `stat` says of an entry, which is asked for once; nothing if it says nothing. `open` is
    /// this folder, which is opened where it is not, and `now` is the time or earlier.
    pub(super) fn look(
        &self,
        entry: &Entry,
        open: &mut Option<OwnedFd>,
        root: BorrowedFd<'_>,
        now: i64,
    ) -> Option<Seen> {
        let look = || {
            let open = match open {
                Some(open) => open,
                None => open.insert(self.open(root)?),
            };
            let name = self.names.c(entry.name);
            let stat = statat(open, name, AtFlags::SYMLINK_NOFOLLOW)?;
            // Something else has its name now: the file that was found is gone.
            if FileType::from_raw_mode(stat.st_mode) != entry.kind {
                return Err(Errno::NOENT);
            }
            let stamp = Stamp::new(&stat);
            Ok(Seen {
                stamp,
                executable: Mode::from_raw_mode(stat.st_mode).contains(Mode::XUSR),
                settled: stamp.is_settled(now),
            })
        };
        entry.seen.get_or_init(look).ok()
    }

    /// Whether git ignores an entry, whose absolute path is given.
    pub(super) fn ignores(&self, entry: &Entry, absolute: &[u8]) -> bool {
        *entry.ignored.get_or_init(|| {
            let is_folder = entry.kind == FileType::Directory;
            let rules = self.way.rules.as_deref();
            rules.is_some_and(|rules| rules.ignore(path(absolute), is_folder))
        })
    }
}

impl Entry {
    fn new((name, kind): (Name, FileType)) -> Self {
        Self {
            name,
            kind,
            seen: OnceLock::new(),
            ignored: OnceLock::new(),
            content: OnceLock::new(),
        }
    }

    /// What `stat` said, if it was asked.
    pub(super) fn seen(&self) -> Option<Result<Seen, Errno>> {
        self.seen.get().copied()
    }
}

/// Whether what was there a moment ago is not any more, or is something else.
pub(super) fn is_gone(error: Errno) -> bool {
    [
        Errno::NOENT,
        Errno::NOTDIR,
        Errno::LOOP,
        Errno::ISDIR,
        Errno::NXIO,
    ]
    .contains(&error)
}
