//! What is remembered of files from one run to the next, so that few are read again.

use std::collections::BTreeMap;

use blake3::Hash;
use rustix::fs::FileType;

use super::folder::Folder;
use super::sealed::{Reader, Writer};
use super::stamp::Stamp;
use super::walk::Folders;

/// The hashes of files by path and stamp. Only such stamps are in it as tell any later content from
/// the one that was hashed; see [`Stamp::is_settled`].
#[derive(Clone, Debug, Default)]
pub struct Index {
    folders: BTreeMap<Box<[u8]>, Rows>,
}

/// The files of one folder, by name.
#[derive(Clone, Debug, Default)]
struct Rows {
    names: Vec<u8>,
    rows: Vec<Row>,
}

#[derive(Clone, Debug)]
struct Row {
    /// Where its name ends; it starts where the one before ends.
    end: usize,
    stamp: Stamp,
    hash: Hash,
}

/// What the bytes say first: their kind and the version of their form.
const KIND: &[u8; 16] = b"wharf index v1\n\0";

impl Index {
    /// An index from [`Index::to_bytes`], and an empty one from any other bytes.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        Reader::open(KIND, bytes)
            .and_then(Self::parse)
            .unwrap_or_default()
    }

    fn parse(mut from: Reader) -> Option<Self> {
        let mut folders = BTreeMap::new();
        for _ in 0..from.count()? {
            let path = from.text()?;
            let mut rows = Rows::default();
            for _ in 0..from.count()? {
                let name = from.text()?;
                let stamp = Stamp {
                    size: from.number()?,
                    modified: from.number()?.cast_signed(),
                    changed: from.number()?.cast_signed(),
                    inode: from.number()?,
                };
                rows.push(name, stamp, from.hash()?);
            }
            folders.insert(path.into(), rows);
        }
        Some(Self { folders })
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        let mut to = Writer::new(KIND);
        to.count(self.folders.len());
        for (path, rows) in &self.folders {
            to.text(path);
            to.count(rows.rows.len());
            for (name, row) in rows.iter() {
                to.text(name);
                to.number(row.stamp.size);
                to.number(row.stamp.modified.cast_unsigned());
                to.number(row.stamp.changed.cast_unsigned());
                to.number(row.stamp.inode);
                to.hash(&row.hash);
            }
        }
        to.seal()
    }

    pub(super) fn folder(&self, path: &[u8]) -> Option<Lookup<'_>> {
        let rows = self.folders.get(path)?;
        Some(Lookup { rows, next: 0 })
    }

    /// Takes over what `folders` know, and drops what they know to be gone.
    pub(super) fn learn(&mut self, folders: &Folders) {
        self.folders.retain(|path, _| !is_gone(path, folders));
        for (path, folder) in folders {
            if folder.problem.is_some() {
                continue;
            }
            let rows = Rows::of(folder, self.folders.get(path));
            if rows.rows.is_empty() {
                self.folders.remove(path);
            } else {
                self.folders.insert(path.clone(), rows);
            }
        }
    }
}

/// Whether a folder on the way to this path is known, and the next one is not in it.
fn is_gone(path: &[u8], folders: &Folders) -> bool {
    let mut start = 0;
    for end in path.iter().enumerate().filter(|(_, byte)| **byte == b'/').map(|(end, _)| end) {
        if let Some(above) = folders.get(&path[..start])
            && above.problem.is_none()
            && above.find(&path[start..end]).is_none_or(|entry| !WAYS.contains(&entry.kind))
        {
            return true;
        }
        start = end + 1;
    }
    false
}

/// What can lead into a folder.
const WAYS: [FileType; 2] = [FileType::Directory, FileType::Symlink];

impl Rows {
    /// What is known of a folder's files now, and what was known of those that were not looked at.
    fn of(folder: &Folder, old: Option<&Self>) -> Self {
        let mut rows = Self::default();
        let mut old = old.map(|rows| Lookup { rows, next: 0 });
        for entry in &folder.entries {
            let name = folder.name(entry);
            let was = old.as_mut().and_then(|old| old.row(name));
            match (entry.content.get(), entry.seen()) {
                (Some(Some(hash)), Some(Ok(seen))) if entry.kind == FileType::RegularFile => {
                    if seen.settled {
                        rows.push(name, seen.stamp, *hash);
                    }
                }
                (None, _) => {
                    if let Some(was) = was {
                        rows.push(name, was.stamp, was.hash);
                    }
                }
                _ => {}
            }
        }
        rows
    }

    fn push(&mut self, name: &[u8], stamp: Stamp, hash: Hash) {
        self.names.extend_from_slice(name);
        let end = self.names.len();
        self.rows.push(Row { end, stamp, hash });
    }

    fn iter(&self) -> impl Iterator<Item = (&[u8], &Row)> {
        (0..self.rows.len()).map(|at| (self.name(at), &self.rows[at]))
    }

    fn name(&self, at: usize) -> &[u8] {
        let start = at.checked_sub(1).map_or(0, |before| self.rows[before].end);
        &self.names[start..self.rows[at].end]
    }
}

/// Looks up names of one folder that come in their order, so that all of them take one pass.
pub(super) struct Lookup<'a> {
    rows: &'a Rows,
    next: usize,
}

impl<'a> Lookup<'a> {
    /// The hash of a file that has not changed since.
    pub(super) fn find(&mut self, name: &[u8], stamp: &Stamp) -> Option<Hash> {
        let row = self.row(name)?;
        (row.stamp == *stamp).then_some(row.hash)
    }

    fn row(&mut self, name: &[u8]) -> Option<&'a Row> {
        while self.next < self.rows.rows.len() && self.rows.name(self.next) < name {
            self.next += 1;
        }
        let row = self.rows.rows.get(self.next)?;
        (self.rows.name(self.next) == name).then_some(row)
    }
}
