//! The files of a fingerprint.

use std::path::Path;

use blake3::Hash;

use super::globs::path;
use super::sealed::{Reader, Writer};

/// Files with what each holds, in the order of their paths. It takes one block of memory for all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    paths: Vec<u8>,
    rows: Vec<Row>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Row {
    /// Where its path ends; it starts where the one before ends.
    end: usize,
    kind: Kind,
    hash: Hash,
}

/// One file of a [`Manifest`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct File<'a> {
    /// From the root.
    pub path: &'a Path,
    pub kind: Kind,
    /// BLAKE3 of the content; of a link's, the text of where it leads.
    pub hash: Hash,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Plain,
    /// Its owner may execute it.
    Executable,
    Link,
}

/// What the bytes say first: their kind and the version of their form.
const KIND: &[u8; 16] = b"wharf files v1\n\0";

impl Manifest {
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = File<'_>> {
        let mut start = 0;
        self.rows.iter().map(move |row| {
            let path = path(&self.paths[start..row.end]);
            start = row.end;
            File {
                path,
                kind: row.kind,
                hash: row.hash,
            }
        })
    }

    /// Adds a file, whose path comes in pieces. The paths have to come in their order.
    pub(super) fn push(&mut self, path: &[&[u8]], kind: Kind, hash: Hash) {
        for piece in path {
            self.paths.extend_from_slice(piece);
        }
        let end = self.paths.len();
        self.rows.push(Row { end, kind, hash });
    }

    /// Bytes for [`Manifest::from_bytes`]. Manifests of one digest have the same bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.write().seal()
    }

    /// Nothing if the bytes are not those of a manifest, or of one in another version's form.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut from = Reader::open(KIND, bytes)?;
        let mut manifest = Self::default();
        for _ in 0..from.count()? {
            let path = from.text()?;
            let kind = Kind::from_byte(from.byte()?)?;
            manifest.push(&[path], kind, from.hash()?);
        }
        Some(manifest)
    }

    /// One hash over all files: their paths, kinds and contents.
    pub(super) fn digest(&self) -> Hash {
        self.write().digest()
    }

    fn write(&self) -> Writer {
        let mut to = Writer::new(KIND);
        to.count(self.len());
        for file in self.iter() {
            to.text(file.path.as_os_str().as_encoded_bytes());
            to.byte(file.kind.byte());
            to.hash(&file.hash);
        }
        to
    }
}

impl Kind {
    const ALL: [Self; 3] = [Self::Plain, Self::Executable, Self::Link];

    fn byte(self) -> u8 {
        match self {
            Self::Plain => 0,
            Self::Executable => 1,
            Self::Link => 2,
        }
    }

    fn from_byte(byte: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.byte() == byte)
    }
}
