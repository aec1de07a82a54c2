//! Finds the files that globs mean, in no more folders than they can be in.

use std::collections::HashMap;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::sync::Arc;

use rustix::fs::FileType;
use rustix::io::Errno;

use super::folder::{Entry, Folder, Way};
use super::ignored::Rules;
use super::queue::Queue;
use super::{Globs, Index, path, stamp, threads};
use crate::cancel::Cancel;

/// The folders that are known, by their path.
pub(super) type Folders = HashMap<Box<[u8]>, Arc<Folder>>;

pub(super) struct Walk<'a> {
    /// An absolute path that ends in `/`, and the same opened.
    pub(super) root: &'a [u8],
    pub(super) open: BorrowedFd<'a>,
    pub(super) globs: &'a Globs,
    pub(super) known: &'a Folders,
    /// Where the content of files is looked up; without one they are listed and not looked at.
    pub(super) index: Option<&'a Index>,
    /// What it has found so far when this is raised is of no use.
    pub(super) cancel: &'a Cancel,
}

/// The folders that a walk came through.
pub(super) struct Visits(HashMap<Box<[u8]>, Visit>);

struct Visit {
    folder: Arc<Folder>,
    /// Entries by their number, in their order.
    hits: Vec<Hit>,
}

#[derive(Clone, Copy)]
enum Hit {
    /// The globs mean it.
    File(usize),
    /// They may mean something in it.
    Folder(usize),
}

impl Walk<'_> {
    /// Visits the folders from the root on, around which `rules` hold. Threads share them if they
    /// are more than a few.
    pub(super) fn run(&self, rules: Option<Arc<Rules>>) -> Visits {
        let mut ways = vec![Way {
            rules,
            ..Way::default()
        }];
        let mut visits = Visits(HashMap::new());
        while ways.len() < FEW {
            let Some(way) = ways.pop().filter(|_| !self.cancel.is_cancelled()) else {
                return visits;
            };
            visits.add(self.visit(way, &mut ways));
        }
        self.cancel.lasts();
        let queue = Queue::new(ways, threads());
        std::thread::scope(|scope| {
            let others = 1..threads();
            let others: Vec<_> = others.map(|_| scope.spawn(|| self.share(&queue))).collect();
            let own = self.share(&queue);
            let others = others
                .into_iter()
                .flat_map(|other| other.join().expect("a walk that does not panic"));
            own.into_iter()
                .chain(others)
                .for_each(|visit| visits.add(visit));
        });
        visits
    }

    fn share(&self, queue: &Queue<Way>) -> Vec<Visit> {
        let (mut visits, mut found) = (Vec::new(), Vec::new());
        while let Some(way) = queue.next(&mut found) {
            // What waits is still taken, so that no thread waits for another.
            if !self.cancel.is_cancelled() {
                visits.push(self.visit(way, &mut found));
            }
        }
        visits
    }

    fn visit(&self, way: Way, found: &mut Vec<Way>) -> Visit {
        let now = stamp::now();
        let (folder, open) = match self.known.get(&way.path) {
            Some(folder) => (folder.clone(), None),
            None => self.read(way),
        };
        let hits = self.hits(&folder, found);
        if let Some(index) = self.index {
            self.look(&folder, open, now, &hits, index);
        }
        Visit { folder, hits }
    }

    fn read(&self, way: Way) -> (Arc<Folder>, Option<OwnedFd>) {
        let mut folder = Folder::new(way);
        let open = folder.read(self.open);
        if folder.find(b".gitignore").is_some() {
            let absolute = [self.root, &*folder.way.path].concat();
            let absolute = path(&absolute);
            let above = folder.way.rules.take();
            folder.way.rules = Rules::read(absolute, &absolute.join(".gitignore"), above);
        }
        (Arc::new(folder), open)
    }

    /// What the globs mean in a folder, and the ways on from there.
    fn hits(&self, folder: &Folder, found: &mut Vec<Way>) -> Vec<Hit> {
        let mut absolute = [self.root, &*folder.way.path].concat();
        let within = absolute.len();
        let depth = folder.way.depth + 1;
        let mut hits = Vec::new();
        for (number, entry) in folder.entries.iter().enumerate() {
            absolute.truncate(within);
            absolute.extend_from_slice(folder.name(entry));
            let bytes = &absolute[self.root.len()..];
            let relative = path(bytes);
            let ignored_at = || {
                let here = || folder.ignores(entry, &absolute).then_some(depth);
                folder.way.ignored_at.or_else(here)
            };
            let leads = match entry.kind {
                FileType::Directory => self.globs.enter(relative, depth, None),
                FileType::Symlink => self.globs.lead_through(relative),
                _ => false,
            };
            if leads {
                let ignored_at = ignored_at();
                if ignored_at.is_none() || self.globs.enter(relative, depth, ignored_at) {
                    hits.push(Hit::Folder(number));
                    found.push(Way {
                        path: [bytes, b"/"].concat().into(),
                        depth,
                        ignored_at,
                        rules: folder.way.rules.clone(),
                    });
                }
            }
            let is_file = matches!(entry.kind, FileType::RegularFile | FileType::Symlink);
            if is_file && self.globs.take(relative, ignored_at) {
                hits.push(Hit::File(number));
            }
        }
        hits
    }

    /// Looks at the files that were hit, and takes the content of those that have not changed from the
    /// index. `open` is the folder, if it was just read, and `now` is before that.
    fn look(
        &self,
        folder: &Folder,
        mut open: Option<OwnedFd>,
        now: i64,
        hits: &[Hit],
        index: &Index,
    ) {
        let mut indexed = index.folder(&folder.way.path);
        for hit in hits {
            let Hit::File(number) = hit else {
                continue;
            };
            let entry = &folder.entries[*number];
            if entry.seen().is_some() {
                continue;
            }
            let Some(seen) = folder.look(entry, &mut open, self.open, now) else {
                continue;
            };
            let content = indexed
                .as_mut()
                .and_then(|rows| rows.find(folder.name(entry), &seen.stamp));
            if let Some(content) = content {
                entry.content.get_or_init(|| Some(content));
            }
        }
    }
}

/// Below this a second thread costs more than it helps.
const FEW: usize = 4;

impl Visits {
    fn add(&mut self, visit: Visit) {
        self.0.insert(visit.folder.way.path.clone(), visit);
    }

    pub(super) fn folders(&self) -> impl Iterator<Item = &Arc<Folder>> {
        self.0.values().map(|visit| &visit.folder)
    }

    /// The first folder by path that could not be read, and why.
    pub(super) fn problem(&self) -> Option<(&Folder, Errno)> {
        let problems = self
            .folders()
            .filter_map(|folder| Some((&**folder, folder.problem?)));
        problems.min_by_key(|(folder, _)| &folder.way.path)
    }

    /// The files that the globs mean, in the order of their paths.
    pub(super) fn files(&self) -> Vec<(&Folder, &Entry)> {
        let mut files = Vec::new();
        self.add_files(b"", &mut files);
        files
    }

    fn add_files<'a>(&'a self, path: &[u8], files: &mut Vec<(&'a Folder, &'a Entry)>) {
        let Some(Visit { folder, hits }) = self.0.get(path) else {
            return;
        };
        for hit in hits {
            match *hit {
                Hit::File(number) => files.push((folder, &folder.entries[number])),
                Hit::Folder(number) => {
                    let name = folder.name(&folder.entries[number]);
                    self.add_files(&[path, name, b"/"].concat(), files);
                }
            }
        }
    }
}
