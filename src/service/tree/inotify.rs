//! The kernel's watches on Linux.
//!
//! Asked directly, and not through a crate such as `notify`: a folder that moved away has to be let
//! go (notify#555 keeps it, and tells wrong paths), files in new folders must be told of (notify
//! did not, notify#976), the end of a write must be known from its begin, and nobody shall need a
//! thread of his own to wait for a descriptor.

use std::collections::HashMap;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;

use rustix::fs::inotify::{self, CreateFlags, ReadFlags, Reader, WatchFlags};
use rustix::io::Errno;

use super::watches::{Happened, Told, Unwatched};

/// Watches on folders, by the name that each was given.
#[derive(Debug)]
pub(super) struct Watches {
    inotify: OwnedFd,
    folders: HashMap<i32, Box<[u8]>>,
    numbers: HashMap<Box<[u8]>, i32>,
    /// Watches that ended, of which the last that was told may not be heeded yet.
    ended: Vec<i32>,
    /// How many there can be, where a test says so.
    #[cfg(test)]
    pub(super) limit: Option<usize>,
}

/// What a folder is watched for.
const ALL: WatchFlags = WatchFlags::CREATE
    .union(WatchFlags::MODIFY)
    .union(WatchFlags::ATTRIB)
    .union(WatchFlags::CLOSE_WRITE)
    .union(WatchFlags::DELETE)
    .union(WatchFlags::MOVED_FROM)
    .union(WatchFlags::MOVED_TO)
    .union(WatchFlags::DELETE_SELF)
    .union(WatchFlags::MOVE_SELF)
    .union(WatchFlags::ONLYDIR)
    .union(WatchFlags::DONT_FOLLOW)
    .union(WatchFlags::EXCL_UNLINK);

impl Watches {
    pub(super) fn new() -> io::Result<Self> {
        let flags = CreateFlags::CLOEXEC | CreateFlags::NONBLOCK;
        Ok(Self {
            inotify: inotify::init(flags)?,
            folders: HashMap::new(),
            numbers: HashMap::new(),
            ended: Vec::new(),
            #[cfg(test)]
            limit: None,
        })
    }

    /// Readable when something happened.
    pub(super) fn descriptor(&self) -> BorrowedFd<'_> {
        self.inotify.as_fd()
    }

    /// Watches the folder at `path` under a name. A folder that was watched already has a new name
    /// from now on.
    pub(super) fn add(&mut self, path: &Path, name: &[u8]) -> Result<(), Unwatched> {
        self.add_for(path, name, ALL)
    }

    /// The same, but only what gets a name there, or loses it, is told of.
    pub(super) fn add_names(&mut self, path: &Path, name: &[u8]) -> Result<(), Unwatched> {
        let flags = WatchFlags::CREATE
            | WatchFlags::DELETE
            | WatchFlags::MOVED_FROM
            | WatchFlags::MOVED_TO
            | WatchFlags::ONLYDIR;
        self.add_for(path, name, flags)
    }

    fn add_for(&mut self, path: &Path, name: &[u8], flags: WatchFlags) -> Result<(), Unwatched> {
        #[cfg(test)]
        if self.limit.is_some_and(|limit| self.folders.len() >= limit) {
            return Err(Unwatched::NoneLeft);
        }
        let number = match inotify::add_watch(&self.inotify, path, flags) {
            Ok(number) => number,
            Err(Errno::NOSPC | Errno::NOMEM) => return Err(Unwatched::NoneLeft),
            Err(_) => return Err(Unwatched::Gone),
        };
        if let Some(old) = self.folders.insert(number, name.into()) {
            self.numbers.remove(&old);
        }
        if let Some(old) = self.numbers.insert(name.into(), number)
            && old != number
        {
            self.drop_number(old);
        }
        Ok(())
    }

    /// Watches no longer the folder of this name, nor those below it.
    pub(super) fn remove(&mut self, name: &[u8]) {
        let below = self.numbers.keys().filter(|known| known.starts_with(name));
        for below in below.cloned().collect::<Vec<_>>() {
            if let Some(number) = self.numbers.remove(&below) {
                self.drop_number(number);
            }
        }
    }

    fn drop_number(&mut self, number: i32) {
        self.folders.remove(&number);
        // It is gone by itself when its folder is.
        let _ = inotify::remove_watch(&self.inotify, number);
    }

    /// What happened since it was last asked; never waits.
    pub(super) fn read(&mut self) -> Vec<Told> {
        self.forget_ended();
        let mut told = Vec::new();
        let mut buffer = [MaybeUninit::uninit(); 16 * 1024];
        let mut reader = Reader::new(self.inotify.as_fd(), &mut buffer);
        while let Ok(event) = reader.next() {
            let flags = event.events();
            if flags.contains(ReadFlags::QUEUE_OVERFLOW) {
                told.push(Told::overflow());
                continue;
            }
            let Some(folder) = self.folders.get(&event.wd()) else {
                // Of a folder that is not watched any more.
                continue;
            };
            if flags.contains(ReadFlags::IGNORED) {
                self.ended.push(event.wd());
                continue;
            }
            let Some(happened) = happened(flags) else {
                continue;
            };
            told.push(Told {
                watch: Some(event.wd()),
                folder: folder.clone(),
                name: event.file_name().map(|name| name.to_bytes().into()),
                is_folder: flags.contains(ReadFlags::ISDIR),
                happened,
            });
        }
        told
    }

    /// Whether the watch is still on the folder that it was told of. If not, that was looked into
    /// after it happened, and may be another folder of the same name.
    pub(super) fn holds(&self, told: &Told) -> bool {
        told.watch
            .is_none_or(|number| self.folders.get(&number) == Some(&told.folder))
    }

    /// Whether the folder that it was told of is at `path` all the same: it moved there before it was
    /// found there.
    pub(super) fn is_at(&self, path: &Path, told: &Told) -> bool {
        let Ok(found) = inotify::add_watch(&self.inotify, path, ALL) else {
            return false;
        };
        if !self.folders.contains_key(&found) {
            let _ = inotify::remove_watch(&self.inotify, found);
        }
        told.watch == Some(found)
    }

    fn forget_ended(&mut self) {
        for number in std::mem::take(&mut self.ended) {
            if let Some(name) = self.folders.remove(&number)
                && self.numbers.get(&name) == Some(&number)
            {
                self.numbers.remove(&name);
            }
        }
    }
}

fn happened(flags: ReadFlags) -> Option<Happened> {
    [
        (ReadFlags::DELETE_SELF, Happened::FolderGone),
        (ReadFlags::MOVE_SELF, Happened::FolderGone),
        (ReadFlags::MOVED_TO, Happened::Arrived),
        (ReadFlags::CREATE, Happened::Created),
        (ReadFlags::CLOSE_WRITE, Happened::Written),
        (ReadFlags::MODIFY, Happened::Writing),
        (ReadFlags::ATTRIB, Happened::Attributes),
        (ReadFlags::DELETE, Happened::Gone),
        (ReadFlags::MOVED_FROM, Happened::Left),
    ]
    .into_iter()
    .find_map(|(flag, happened)| flags.contains(flag).then_some(happened))
}
