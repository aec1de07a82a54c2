//! What the files that some globs mean are like.

use std::collections::HashMap;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use blake3::Hash;
use rustix::fs::{CWD, FileType, Mode, OFlags, openat};

use super::difference::{describe, differences, shown};
use super::ignored::Rules;
use super::stamp::Stamp;
use super::walk::{Folders, Visits, Walk};
use super::{Entry, FilesError, Folder, Globs, Index, Kind, Manifest, content, link, path};
use crate::cancel::Cancel;

/// The files below one folder as they are during a run. A folder is read once and a file looked at
/// once, however many ask, until [`Files::forget`].
#[derive(Debug)]
pub struct Files {
    /// An absolute path that ends in `/`.
    root: Vec<u8>,
    known: Mutex<Known>,
}

/// What the files that some globs mean were like at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fingerprint {
    /// Over the path, kind and content of each.
    pub digest: Hash,
    pub files: Manifest,
    /// Of each file, in their order.
    stamps: Vec<Stamp>,
}

impl Fingerprint {
    /// What became of the files since `before`; nothing where they neither changed nor were written,
    /// be it to hold the same. That a file was written does not count where a glob of `own` means it.
    pub fn since(&self, before: &Self, own: &[String]) -> Option<String> {
        if self.digest != before.digest {
            return Some(describe(&differences(&before.files, &self.files)));
        }
        let stamps = self.stamps.iter().zip(&before.stamps);
        let files = self.files.iter().zip(stamps);
        let mut written = files.filter(|(_, (now, then))| now != then).peekable();
        written.peek()?;
        let own = Globs::new(own).ok();
        let is_own = |path: &Path| own.as_ref().is_some_and(|own| own.is_match(path));
        let (file, _) = written.find(|(file, _)| !is_own(file.path))?;
        Some(format!("{} was written", shown(file.path)))
    }
}

#[derive(Debug, Default)]
struct Known {
    index: Index,
    /// Whether the folders know what the index does not.
    learnt: bool,
    /// Whether the index knows what it did not at first.
    grown: bool,
    folders: Folders,
    fingerprints: HashMap<Vec<String>, Arc<Fingerprint>>,
    /// The rules from outside of the root, once they were read.
    rules: OnceLock<Option<Arc<Rules>>>,
}

impl Files {
    /// The files below `root`, with what an earlier run learnt about them.
    pub fn new(root: &Path, index: Index) -> Self {
        // Without a current folder there is nothing below a relative path either.
        let root = std::path::absolute(root).unwrap_or_else(|_| root.to_owned());
        let mut root = root.into_os_string().into_encoded_bytes();
        if !root.ends_with(b"/") {
            root.push(b'/');
        }
        Self {
            root,
            known: Mutex::new(Known {
                index,
                ..Known::default()
            }),
        }
    }

    /// The fingerprint of the files that `globs` mean; see [`Globs`].
    ///
    /// - What git ignores does not count, unless a pattern names it or names an ignored folder that
    ///   leads to it. What is in `.git` and `.wharf` never counts.
    /// - A link counts as the text of where it leads. If that is a file below the root, the file
    ///   counts as well, as if it were named. A link to a folder is not followed, except where a
    ///   pattern names it on the way to its first wildcard.
    /// - A file that goes away meanwhile counts as gone. Pipes, sockets and devices do not count.
    /// - A file that cannot be read is an error, and so is a folder in which there may be some: what
    ///   is not known cannot be said to be as before.
    ///
    /// Content is read only where the index does not know it by the file's size, times and inode.
    pub fn fingerprint(
        &self,
        globs: &[String],
        cancel: &Cancel,
    ) -> Result<Arc<Fingerprint>, FilesError> {
        let mut known = self.known();
        if let Some(fingerprint) = known.fingerprints.get(globs) {
            return Ok(fingerprint.clone());
        }
        let open = self.open()?;
        let root = (&*self.root, open.as_fd());
        let parsed = Globs::new(globs)?;
        let mut visits = known.walk(root, &parsed, true, cancel)?;
        let named = link::ends(root, &visits)?;
        if !named.is_empty() {
            let parsed = named.into_iter().fold(parsed, Globs::and);
            visits = known.walk(root, &parsed, true, cancel)?;
        }
        if let Some((folder, error)) = visits.problem() {
            return Err(FilesError::unreadable(&[&folder.way.path], error));
        }
        let files = visits.files();
        known.learnt |= content::hash(open.as_fd(), &files, cancel)?;
        let (files, stamps) = manifest(&files);
        let fingerprint = Arc::new(Fingerprint {
            digest: files.digest(),
            files,
            stamps,
        });
        known
            .fingerprints
            .insert(globs.to_vec(), fingerprint.clone());
        Ok(fingerprint)
    }

    /// The files that `globs` mean by the rules of [`Files::fingerprint`], in order, as paths from
    /// the root. A link is among them where a glob names it and it leads to a file. What cannot be
    /// read is left out.
    pub fn list(&self, globs: &[String], cancel: &Cancel) -> Result<Vec<PathBuf>, FilesError> {
        let open = self.open()?;
        let globs = Globs::new(globs)?;
        let root = (&*self.root, open.as_fd());
        let visits = self.known().walk(root, &globs, false, cancel)?;
        let files = visits.files().into_iter().filter_map(|(folder, entry)| {
            let bytes = [&*folder.way.path, folder.name(entry)].concat();
            let file = path(&bytes);
            let counts = entry.kind == FileType::RegularFile
                || globs.names(file) && path(&self.root).join(file).is_file();
            counts.then(|| file.to_owned())
        });
        Ok(files.collect())
    }

    /// Forgets what the files are like, after something may have changed them. What was learnt of
    /// their contents stays.
    pub fn forget(&self) {
        let mut known = self.known();
        known.learn();
        known.folders.clear();
        known.fingerprints.clear();
        known.rules = OnceLock::new();
    }

    /// Forgets what the files are like in the folders that `same` does not tell to be as they were,
    /// by their paths from the root: these end with `/`, and the root's is empty. What is ignored
    /// or led to by a link is forgotten in any case.
    pub fn forget_but(&self, same: impl Fn(&[u8]) -> bool) {
        let mut known = self.known();
        let (kept, lost): (Folders, Folders) = known
            .folders
            .drain()
            .partition(|(path, folder)| folder.way.ignored_at.is_none() && same(path));
        known.index.learn(&lost);
        known.grown |= known.learnt;
        known.folders = kept;
        known.fingerprints.clear();
        known.rules = OnceLock::new();
    }

    /// The index to keep for the next run; nothing if the one that this began with still serves.
    pub fn index(&self) -> Option<Index> {
        let mut known = self.known();
        known.learn();
        known.grown.then(|| known.index.clone())
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn open(&self) -> Result<OwnedFd, FilesError> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        openat(CWD, &*self.root, flags, Mode::empty())
            .map_err(|error| FilesError::unreadable(&[&self.root], error))
    }
}

impl Known {
    fn walk(
        &mut self,
        (root, open): (&[u8], BorrowedFd<'_>),
        globs: &Globs,
        look: bool,
        cancel: &Cancel,
    ) -> Result<Visits, FilesError> {
        let rules = self.rules.get_or_init(|| Rules::around(path(root)));
        let walk = Walk {
            root,
            open,
            globs,
            known: &self.folders,
            index: look.then_some(&self.index),
            cancel,
        };
        let visits = walk.run(rules.clone());
        for folder in visits.folders() {
            if !self.folders.contains_key(&folder.way.path) {
                self.folders.insert(folder.way.path.clone(), folder.clone());
            }
        }
        if cancel.is_cancelled() {
            return Err(FilesError::Cancelled);
        }
        Ok(visits)
    }

    fn learn(&mut self) {
        if std::mem::take(&mut self.learnt) {
            self.index.learn(&self.folders);
            self.grown = true;
        }
    }
}

fn manifest(files: &[(&Folder, &Entry)]) -> (Manifest, Vec<Stamp>) {
    let mut manifest = Manifest::with_capacity(files.len());
    let mut stamps = Vec::with_capacity(files.len());
    for (folder, entry) in files {
        let (Some(Ok(seen)), Some(Some(hash))) = (entry.seen(), entry.content.get()) else {
            continue;
        };
        let kind = match entry.kind {
            FileType::Symlink => Kind::Link,
            _ if seen.executable => Kind::Executable,
            _ => Kind::Plain,
        };
        manifest.push(&[&folder.way.path, folder.name(entry)], kind, hash);
        stamps.push(seen.stamp);
    }
    (manifest, stamps)
}
