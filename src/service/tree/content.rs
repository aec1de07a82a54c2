//! What the files of a tree held when they were last looked at.

use std::fs::{self, File};
use std::io::Read;
use std::ops::Bound;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::{collections::BTreeMap, io};

use blake3::{Hash, Hasher};
use rustix::fs::{FileType, Mode, lstat};

use super::relative;
use crate::service::files::Changed;
use crate::service::files::stamp::Stamp;

/// By the path from the root. A file that was seen and not read yet has no content.
#[derive(Debug, Default)]
pub(super) struct Contents(BTreeMap<Box<[u8]>, Option<Content>>);

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Content {
    stamp: Stamp,
    executable: bool,
    is_link: bool,
    /// None for a file that is too long to be read for this.
    hash: Option<Hash>,
}

/// What counts beside what a file holds.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Strictly {
    /// One that was written is not the same, and one that came and went is removed.
    pub(super) written: bool,
    /// One that nobody wrote was away, and is not the same.
    pub(super) away: bool,
}

impl Strictly {
    fn differs(self, was: &Content, now: &Content) -> bool {
        if was.stamp == now.stamp {
            self.away
        } else {
            self.written
        }
    }
}

/// Of a longer file it is not known whether it was written as it was.
const LONGEST: u64 = 1 << 30;

impl Content {
    /// Of what is at `path` now; none where there is no file. A link is its text.
    pub(super) fn read(path: &Path) -> io::Result<Option<Self>> {
        let stat = match lstat(path).map_err(io::Error::from) {
            Ok(stat) => stat,
            Err(error) if is_gone(&error) => return Ok(None),
            Err(error) => return Err(error),
        };
        let stamp = Stamp::new(&stat);
        let kind = FileType::from_raw_mode(stat.st_mode);
        let hash = if kind.is_symlink() {
            match fs::read_link(path) {
                Ok(target) => Some(blake3::hash(target.as_os_str().as_bytes())),
                Err(error) if is_gone(&error) => return Ok(None),
                Err(error) => return Err(error),
            }
        } else if kind.is_file() && stamp.size <= LONGEST {
            match hash(path) {
                Ok(hash) => Some(hash),
                Err(error) if is_gone(&error) => return Ok(None),
                Err(error) => return Err(error),
            }
        } else if kind.is_file() {
            None
        } else {
            return Ok(None);
        };
        Ok(Some(Self {
            stamp,
            executable: Mode::from_raw_mode(stat.st_mode).contains(Mode::XUSR),
            is_link: kind.is_symlink(),
            hash,
        }))
    }

    fn is_as(&self, other: &Self) -> bool {
        let same = match (self.hash, other.hash) {
            (Some(one), Some(other)) => one == other,
            _ => self.stamp == other.stamp,
        };
        same && self.executable == other.executable
    }
}

fn hash(path: &Path) -> io::Result<Hash> {
    let mut file = File::open(path)?;
    let mut buffer = vec![0; 128 * 1024];
    let mut hasher = Hasher::new();
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Ok(hasher.finalize()),
            Ok(count) => {
                hasher.update(&buffer[..count]);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

fn is_gone(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

impl Contents {
    /// A file that is there; what it holds is looked at later.
    pub(super) fn see(&mut self, path: &[u8]) {
        self.0.entry(path.into()).or_default();
    }

    pub(super) fn knows(&self, path: &[u8]) -> bool {
        self.0.contains_key(path)
    }

    /// Whether a file is a link, as far as it was looked at.
    pub(super) fn is_link(&self, path: &[u8]) -> bool {
        matches!(self.0.get(path), Some(Some(Content { is_link: true, .. })))
    }

    /// The files that were not read yet.
    pub(super) fn unread(&self) -> Vec<Box<[u8]>> {
        let unread = self.0.iter().filter(|(_, content)| content.is_none());
        unread.map(|(path, _)| path.clone()).collect()
    }

    /// What a file held when nothing had touched it.
    pub(super) fn learn(&mut self, path: &[u8], content: Content) {
        if let Some(known) = self.0.get_mut(path) {
            known.get_or_insert(content);
        }
    }

    /// Looks at a file: what has become of it since it was last looked at, if it is not the same.
    /// `strictly` tells of what else it is not the same.
    pub(super) fn look(&mut self, root: &Path, path: &[u8], strictly: Strictly) -> Option<Changed> {
        let now = Content::read(&root.join(relative(path)));
        let known = self.0.get(path).copied();
        match (known, now) {
            (None, Ok(None)) => strictly.written.then_some(Changed::Removed),
            (Some(_), Ok(None)) => {
                self.0.remove(path);
                Some(Changed::Removed)
            }
            (known, Ok(Some(now))) => {
                self.0.insert(path.into(), Some(now));
                match known {
                    None => Some(Changed::Added),
                    Some(Some(was)) if was.is_as(&now) && !strictly.differs(&was, &now) => None,
                    Some(_) => Some(Changed::Changed),
                }
            }
            // What cannot be read may hold anything.
            (known, Err(_)) => {
                self.0.insert(path.into(), None);
                Some(known.map_or(Changed::Added, |_| Changed::Changed))
            }
        }
    }

    /// Whether a file may not be what it was when it was last looked at, by its times.
    pub(super) fn may_differ(&self, root: &Path, path: &[u8]) -> bool {
        let Some(Some(known)) = self.0.get(path) else {
            return true;
        };
        let stat = lstat(root.join(relative(path)));
        stat.map_or(true, |stat| Stamp::new(&stat) != known.stamp)
    }

    /// The files in a folder and below it.
    pub(super) fn folder(&self, folder: &[u8]) -> impl Iterator<Item = &[u8]> {
        let start = (Bound::Included(folder), Bound::Unbounded);
        let below = self.0.range::<[u8], _>(start);
        below
            .map(|(path, _)| &**path)
            .take_while(move |path| path.starts_with(folder))
    }

    pub(super) fn forget(&mut self, path: &[u8]) {
        self.0.remove(path);
    }
}
