//! What is remembered of files from one run to the next, so that few are read again.

use std::collections::BTreeMap;

use blake3::Hash;
use rustix::fs::FileType;

use super::folder::Folder;
use super::sealed::{Mark, Reader, put_text, seal, unseal};
use super::stamp::Stamp;
use super::walk::Folders;

/// The hashes of files by path and stamp. It holds only stamps that tell any later content from the
/// one that was hashed; see [`Stamp::is_settled`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Index {
    /// Of each file in a folder, in the order of the names, its name, stamp and hash, in the form
    /// in which they are kept: most are looked up once and never taken apart.
    folders: BTreeMap<Box<[u8]>, Vec<u8>>,
}

const MARK: &Mark = b"wharf index v1\n\0";

impl Index {
    /// An index from [`Index::to_bytes`], and an empty one from any other bytes.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let mut folders = BTreeMap::new();
        let mut reader = Reader(unseal(MARK, bytes).unwrap_or_default());
        while let (Some(path), Some(rows)) = (reader.text(), reader.text()) {
            folders.insert(path.into(), rows.to_vec());
        }
        Self { folders }
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        let mut body = Vec::new();
        for (path, rows) in &self.folders {
            put_text(&mut body, &[path]);
            put_text(&mut body, &[rows]);
        }
        seal(MARK, &body)
    }

    pub(super) fn folder(&self, path: &[u8]) -> Option<Lookup<'_>> {
        Some(Lookup::new(self.folders.get(path)?))
    }

    /// Takes over what `folders` know, and drops what they know to be gone.
    pub(super) fn learn(&mut self, folders: &Folders) {
        self.folders.retain(|path, _| !is_gone(path, folders));
        for (path, folder) in folders {
            if folder.problem.is_some() {
                continue;
            }
            let old = self.folders.remove(path).unwrap_or_default();
            let rows = rows(folder, &old);
            if !rows.is_empty() {
                self.folders.insert(path.clone(), rows);
            }
        }
    }
}

/// Whether a folder on the way to this path is known, and the next one is not in it.
fn is_gone(path: &[u8], folders: &Folders) -> bool {
    let mut start = 0;
    let slashes = path.iter().enumerate().filter(|(_, byte)| **byte == b'/');
    for (end, _) in slashes {
        if let Some(above) = folders.get(&path[..start])
            && above.problem.is_none()
        {
            let kind = above.find(&path[start..end]).map(|entry| entry.kind);
            if !matches!(kind, Some(FileType::Directory | FileType::Symlink)) {
                return true;
            }
        }
        start = end + 1;
    }
    false
}

/// What is known of a folder's files now, and what was known of those that were not looked at.
fn rows(folder: &Folder, old: &[u8]) -> Vec<u8> {
    let mut rows = Vec::new();
    let mut old = Lookup::new(old);
    for entry in &folder.entries {
        let name = folder.name(entry);
        match (entry.content.get(), entry.seen()) {
            (Some(Some(hash)), Some(Ok(seen)))
                if seen.settled && entry.kind == FileType::RegularFile =>
            {
                let (stamp, hash) = (seen.stamp, *hash);
                Row { name, stamp, hash }.write(&mut rows);
            }
            (None, _) => {
                if let Some(was) = old.row(name) {
                    was.write(&mut rows);
                }
            }
            _ => {}
        }
    }
    rows
}

/// Looks up files of one folder that come in the order of their names, all in one pass.
pub(super) struct Lookup<'a> {
    rest: Reader<'a>,
    next: Option<Row<'a>>,
}

#[derive(Clone, Copy)]
struct Row<'a> {
    name: &'a [u8],
    stamp: Stamp,
    hash: Hash,
}

impl<'a> Lookup<'a> {
    fn new(rows: &'a [u8]) -> Self {
        let mut rest = Reader(rows);
        let next = Row::read(&mut rest);
        Self { rest, next }
    }

    /// The hash of a file, if it has not changed since.
    pub(super) fn find(&mut self, name: &[u8], stamp: &Stamp) -> Option<Hash> {
        let row = self.row(name)?;
        (row.stamp == *stamp).then_some(row.hash)
    }

    fn row(&mut self, name: &[u8]) -> Option<Row<'a>> {
        while self.next.is_some_and(|row| row.name < name) {
            self.next = Row::read(&mut self.rest);
        }
        self.next.filter(|row| row.name == name)
    }
}

impl<'a> Row<'a> {
    fn read(from: &mut Reader<'a>) -> Option<Self> {
        Some(Self {
            name: from.text()?,
            stamp: Stamp {
                size: u64::from_le_bytes(*from.chunk()?),
                modified: i64::from_le_bytes(*from.chunk()?),
                changed: i64::from_le_bytes(*from.chunk()?),
                inode: u64::from_le_bytes(*from.chunk()?),
            },
            hash: Hash::from_bytes(*from.chunk()?),
        })
    }

    fn write(&self, to: &mut Vec<u8>) {
        put_text(to, &[self.name]);
        to.extend_from_slice(&self.stamp.size.to_le_bytes());
        to.extend_from_slice(&self.stamp.modified.to_le_bytes());
        to.extend_from_slice(&self.stamp.changed.to_le_bytes());
        to.extend_from_slice(&self.stamp.inode.to_le_bytes());
        to.extend_from_slice(self.hash.as_bytes());
    }
}
