//! Symbolic links, and what they lead to below the root: a change of that is one of theirs.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

use super::{Within, relative};

/// Links by the file or folder that they lead to, whose path has no `/` at its end.
#[derive(Debug, Default)]
pub(super) struct Links(BTreeMap<Within, BTreeSet<Within>>);

impl Links {
    /// Finds out where a link leads.
    pub(super) fn follow(&mut self, root: &Path, link: &[u8]) {
        if let Some(target) = target(root, link) {
            self.0.entry(target).or_default().insert(link.into());
        }
    }

    /// A link is made, gone or leads elsewhere; others may lead through it. Gives what it led to
    /// before, and does now.
    pub(super) fn update(&mut self, root: &Path, link: &[u8]) -> BTreeSet<Within> {
        let mut targets = self.targets(link);
        let mut all: BTreeSet<_> = self.0.values().flatten().cloned().collect();
        all.insert(link.into());
        self.0.clear();
        for link in &all {
            self.follow(root, link);
        }
        targets.extend(self.targets(link));
        targets
    }

    /// The other paths of a file, through links to it or to a folder that it is in.
    pub(super) fn others(&self, path: &[u8]) -> impl Iterator<Item = Within> {
        let slashes = path.iter().enumerate().filter(|(_, byte)| **byte == b'/');
        let ends = slashes.map(|(end, _)| end).chain([path.len()]);
        ends.flat_map(move |end| {
            let links = self.0.get(&path[..end]).into_iter().flatten();
            links.map(move |link| [link, &path[end..]].concat().into())
        })
    }

    pub(super) fn knows(&self, link: &[u8]) -> bool {
        self.0.values().any(|links| links.contains(link))
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    fn targets(&self, link: &[u8]) -> BTreeSet<Within> {
        let all = self.0.iter();
        all.filter(|(_, links)| links.contains(link))
            .map(|(target, _)| target.clone())
            .collect()
    }
}

/// What is at the end of a link, however many links lead there; or what would be.
fn target(root: &Path, link: &[u8]) -> Option<Within> {
    let absolute = root.join(relative(link));
    let target = absolute.canonicalize().ok().or_else(|| {
        let text = fs::read_link(&absolute).ok()?;
        normal(&absolute.parent()?.join(text))
    })?;
    let below = target.strip_prefix(root).ok()?;
    Some(below.as_os_str().as_bytes().into())
}

/// A path without `.` and `..`, links not followed.
fn normal(path: &Path) -> Option<PathBuf> {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir if !normal.pop() => return None,
            Component::ParentDir | Component::CurDir => {}
            other => normal.push(other),
        }
    }
    Some(normal)
}
