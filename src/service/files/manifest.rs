//! The files of a fingerprint.

use std::collections::BTreeMap;
use std::path::Path;

use blake3::Hash;

use super::path;
use super::sealed::{Mark, Reader, put_text, seal, unseal};

/// Files with what each holds, in the order of their paths. All are in one block of memory, in the
/// form in which they can be kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    /// Of each file, its path, kind and hash.
    bytes: Vec<u8>,
    count: usize,
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

const MARK: &Mark = b"wharf files v1\n\0";

impl Manifest {
    pub fn len(&self) -> usize {
        self.count
    }

    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    pub fn iter(&self) -> impl Iterator<Item = File<'_>> {
        let mut reader = Reader(&self.bytes);
        std::iter::from_fn(move || File::read(&mut reader))
    }

    /// An empty one with memory for about this many files.
    pub(super) fn with_capacity(files: usize) -> Self {
        let bytes = Vec::with_capacity(files * 80);
        Self { bytes, count: 0 }
    }

    /// Adds a file, whose path comes in pieces. The files have to come in the order of their paths.
    pub(super) fn push(&mut self, path: &[&[u8]], kind: Kind, hash: &Hash) {
        put_text(&mut self.bytes, path);
        self.bytes.push(kind.byte());
        self.bytes.extend_from_slice(hash.as_bytes());
        self.count += 1;
    }

    /// One hash over the paths, kinds and contents of all.
    pub fn digest(&self) -> Hash {
        blake3::hash(&self.bytes)
    }

    /// Bytes for [`Manifest::from_bytes`]; the same for manifests of one digest.
    pub fn to_bytes(&self) -> Vec<u8> {
        seal(MARK, &self.bytes)
    }

    /// Each path with a text that tells kind and hash.
    pub fn to_names(&self) -> BTreeMap<String, String> {
        let told = |file: File<'_>| {
            let path = file.path.to_string_lossy().into_owned();
            (path, format!("{} {}", file.kind.byte(), file.hash))
        };
        self.iter().map(told).collect()
    }

    /// From [`Manifest::to_names`]; what is no such text is left out.
    pub fn from_names(names: &BTreeMap<String, String>) -> Self {
        let mut manifest = Self::with_capacity(names.len());
        for (path, text) in names {
            let read = |(kind, hash): (&str, &str)| {
                let kind = Kind::of([kind.parse().ok()?])?;
                Some((kind, Hash::from_hex(hash).ok()?))
            };
            if let Some((kind, hash)) = text.split_once(' ').and_then(read) {
                manifest.push(&[path.as_bytes()], kind, &hash);
            }
        }
        manifest
    }

    /// Nothing if the bytes are not from [`Manifest::to_bytes`], or from another version's.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let bytes = unseal(MARK, bytes)?.to_vec();
        let mut manifest = Self { bytes, count: 0 };
        manifest.count = manifest.iter().count();
        Some(manifest)
    }
}

impl<'a> File<'a> {
    fn read(from: &mut Reader<'a>) -> Option<Self> {
        Some(Self {
            path: path(from.text()?),
            kind: Kind::of(*from.chunk()?)?,
            hash: Hash::from_bytes(*from.chunk()?),
        })
    }
}

impl Kind {
    fn byte(self) -> u8 {
        match self {
            Self::Plain => 0,
            Self::Executable => 1,
            Self::Link => 2,
        }
    }

    fn of([byte]: [u8; 1]) -> Option<Self> {
        [Self::Plain, Self::Executable, Self::Link]
            .into_iter()
            .find(|kind| kind.byte() == byte)
    }
}
