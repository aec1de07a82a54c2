//! One folder as it was found, and what has been learnt of its files since.

use std::ffi::CStr;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::{Arc, OnceLock};

use blake3::Hash;
use rustix::fs::{AtFlags, FileType, Mode, OFlags, openat, statat};
use rustix::io::Errno;

use super::globs::path;
use super::ignored::Rules;
use super::stamp::Stamp;

#[derive(Debug)]
pub(super) struct Folder {
    pub(super) way: Way,
    /// By name, byte by byte.
    pub(super) entries: Vec<Entry>,
    /// The names of the entries, each with the zero byte that system calls want.
    names: Vec<u8>,
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

/// A name as it was found. Its beginning makes a number that sorts as it does, which spares most
/// looks at the name.
struct Found {
    beginning: u64,
    start: u32,
    end: u32,
    kind: FileType,
}

#[derive(Debug)]
pub(super) struct Entry {
    start: u32,
    end: u32,
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
            names: Vec::new(),
            problem: None,
        }
    }

    /// Reads the names in the folder below `root`, and leaves it open for looking at its files. A
    /// folder that went away meanwhile is empty.
    pub(super) fn read(&mut self, root: BorrowedFd<'_>) -> Option<OwnedFd> {
        let mut found = Vec::with_capacity(128);
        let read = self.open(root).and_then(|folder| {
            list(folder.as_fd(), |name, kind| {
                found.extend(self.add(name, kind))
            })?;
            Ok(folder)
        });
        let folder = match read {
            Ok(folder) => folder,
            Err(error) => {
                self.problem = Some(error).filter(|error| !is_gone(*error));
                return None;
            }
        };
        let names = &self.names;
        found.sort_unstable_by(|one, other| {
            let whole = || one.name(names).cmp(other.name(names));
            one.beginning.cmp(&other.beginning).then_with(whole)
        });
        self.entries = found
            .into_iter()
            .map(|found| Entry::new(names, found, &folder))
            .collect();
        Some(folder)
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

    /// Neither git's own files nor wharf's are anybody's inputs.
    fn add(&mut self, name: &CStr, kind: FileType) -> Option<Found> {
        let bytes = name.to_bytes();
        if bytes[0] == b'.' && [&b"."[..], b"..", b".git", b".wharf"].contains(&bytes) {
            return None;
        }
        let start = position(&self.names);
        self.names.extend_from_slice(name.to_bytes_with_nul());
        let mut beginning = [0; 8];
        let length = bytes.len().min(8);
        beginning[..length].copy_from_slice(&bytes[..length]);
        Some(Found {
            beginning: u64::from_be_bytes(beginning),
            start,
            end: position(&self.names) - 1,
            kind,
        })
    }

    pub(super) fn name(&self, entry: &Entry) -> &[u8] {
        &self.names[entry.start as usize..entry.end as usize]
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
            let stat = statat(
                open,
                c_name(&self.names, entry.start, entry.end),
                AtFlags::SYMLINK_NOFOLLOW,
            )?;
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
    fn new(names: &[u8], found: Found, folder: &OwnedFd) -> Self {
        let kind = match found.kind {
            // Some file systems leave this to `stat`.
            FileType::Unknown => {
                let name = c_name(names, found.start, found.end);
                let stat = statat(folder, name, AtFlags::SYMLINK_NOFOLLOW);
                stat.map_or(FileType::Unknown, |stat| {
                    FileType::from_raw_mode(stat.st_mode)
                })
            }
            known => known,
        };
        Self {
            start: found.start,
            end: found.end,
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

#[cfg(any(target_os = "linux", target_os = "android"))]
fn list(folder: BorrowedFd<'_>, mut each: impl FnMut(&CStr, FileType)) -> Result<(), Errno> {
    let mut buffer = Vec::with_capacity(32 * 1024);
    let mut entries = rustix::fs::RawDir::new(folder, buffer.spare_capacity_mut());
    while let Some(entry) = entries.next() {
        let entry = entry?;
        each(entry.file_name(), entry.file_type());
    }
    Ok(())
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn list(folder: BorrowedFd<'_>, mut each: impl FnMut(&CStr, FileType)) -> Result<(), Errno> {
    for entry in rustix::fs::Dir::read_from(folder)? {
        let entry = entry?;
        each(entry.file_name(), entry.file_type());
    }
    Ok(())
}

impl Found {
    fn name<'a>(&self, names: &'a [u8]) -> &'a [u8] {
        &names[self.start as usize..self.end as usize]
    }
}

fn c_name(names: &[u8], start: u32, end: u32) -> &CStr {
    CStr::from_bytes_with_nul(&names[start as usize..=end as usize])
        .expect("a name that came from a `CStr`")
}

fn position(names: &[u8]) -> u32 {
    u32::try_from(names.len()).expect("a folder whose names take less than 4 GB")
}
