//! A repository's files while people edit them: which were touched, and which are not what they
//! were. Folders that are ignored are not looked at.

mod content;
mod happened;
#[cfg(target_os = "linux")]
mod inotify;
mod look;
mod rules;
mod scan;
#[cfg(test)]
mod tests;
mod watches;

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::io;
use std::os::fd::BorrowedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::files::{Changed, Globs, Rules};
use super::git::head;
use content::Contents;

#[cfg(target_os = "linux")]
use inotify::Watches;
#[cfg(not(target_os = "linux"))]
use watches::none::Watches;

pub use look::{Baseline, Read};

/// A path from the root; a folder's ends with `/`, and the root's is empty.
type Within = Box<[u8]>;

/// The files below one folder.
#[derive(Debug)]
pub struct Tree {
    root: PathBuf,
    /// None where folders are only looked at from time to time.
    watches: Option<Watches>,
    git: Option<PathBuf>,
    folders: BTreeMap<Within, Folder>,
    contents: Contents,
    /// Folders that are not looked into.
    ignored: BTreeSet<Within>,
    /// Links by the files below the root that they lead to.
    links: BTreeMap<Within, BTreeSet<Within>>,
    /// Globs whose files count although something ignores them.
    named: Option<Globs>,
    touched: BTreeSet<Within>,
    /// Files that are being written, and those that were just taken away.
    unfinished: BTreeSet<Within>,
    /// Those touched while what files hold is still being read.
    early: Option<BTreeSet<Within>>,
    git_changed: bool,
    rules_changed: bool,
    root_gone: bool,
    /// The folders that are looked at from time to time, how often, and when next.
    polled: BTreeSet<Within>,
    interval: Duration,
    next_look: Option<Instant>,
    warnings: Warnings,
}

/// What a person has to know.
#[derive(Debug, Default)]
struct Warnings {
    untold: Vec<String>,
    /// Whether it is known already that folders are only looked at from time to time.
    of_looks: bool,
}

/// A folder that is watched.
#[derive(Clone, Debug, Default)]
struct Folder {
    /// What holds in it.
    rules: Option<Arc<Rules>>,
    /// How many parts of its path lead to what is ignored, if it counts only where it is named.
    ignored_at: Option<usize>,
}

/// Between two looks at folders that the system does not watch.
pub const INTERVAL: Duration = Duration::from_millis(500);
/// Between two looks for a root that was taken away.
const RETURN: Duration = Duration::from_millis(200);
/// The name of the watch on git's folder, which no path has.
const GIT: &[u8] = b"\0git";

impl Tree {
    /// Begins to watch all that is below `root` and not ignored. Files that `named` means count
    /// even where they are. With `poll`, nothing is asked of the system: folders are looked at
    /// that often.
    pub fn new(root: &Path, named: Option<Globs>, poll: Option<Duration>) -> io::Result<Self> {
        let root = root.canonicalize()?;
        let mut tree = Self {
            git: None,
            watches: None,
            root,
            folders: BTreeMap::new(),
            contents: Contents::default(),
            ignored: BTreeSet::new(),
            links: BTreeMap::new(),
            named,
            touched: BTreeSet::new(),
            unfinished: BTreeSet::new(),
            early: Some(BTreeSet::new()),
            git_changed: false,
            rules_changed: false,
            root_gone: false,
            polled: BTreeSet::new(),
            interval: poll.unwrap_or(INTERVAL),
            next_look: None,
            warnings: Warnings::default(),
        };
        if poll.is_none() {
            match Watches::new() {
                Ok(watches) => tree.watches = Some(watches),
                Err(error) => tree.warn_of_none(&error),
            }
        }
        tree.watch_git();
        tree.scan(b"", false);
        if !tree.polled.is_empty() {
            // Their files are told apart by what they were.
            let baseline = tree.baseline();
            tree.learn(baseline.read());
        }
        Ok(tree)
    }

    /// Readable when there is something to [`read`](Self::read).
    pub fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        self.watches.as_ref().map(Watches::descriptor)
    }

    /// When to [`read`](Self::read) although nothing is readable.
    pub fn deadline(&self) -> Option<Instant> {
        self.next_look
    }

    /// How many folders are watched.
    pub fn folders(&self) -> usize {
        self.folders.len()
    }

    /// Whether the system tells of what happens in a folder, which is a path from the root that
    /// ends with `/`, or empty.
    pub fn is_watched(&self, folder: &[u8]) -> bool {
        self.folders.contains_key(folder) && !self.polled.contains(folder)
    }

    /// Lets files count that `named` means, although something ignores them.
    pub fn name(&mut self, named: Globs) {
        self.named = Some(named);
        self.scan_ignored();
    }

    /// Whether [`read`](Self::read) has something to give although nothing is readable.
    pub fn is_touched(&self) -> bool {
        !self.touched.is_empty()
    }

    /// Whether a file is being written, or was just taken away.
    pub fn is_unfinished(&self) -> bool {
        !self.unfinished.is_empty()
    }

    /// What a person has to know, once.
    pub fn warnings(&mut self) -> Vec<String> {
        std::mem::take(&mut self.warnings.untold)
    }

    /// Whether something changed in git's folder since this was last asked.
    pub fn git_changed(&mut self) -> bool {
        std::mem::take(&mut self.git_changed)
    }

    /// Whether there is something of this name in git's folder.
    pub fn git_has(&self, name: &str) -> bool {
        self.git.as_ref().is_some_and(|git| git.join(name).exists())
    }

    /// What of `paths` is not what it was when it was last looked at. For those `strictly` counts
    /// whether they were written, not what they hold.
    pub fn examine<'a>(
        &mut self,
        paths: impl IntoIterator<Item = (&'a Path, bool)>,
    ) -> Vec<(PathBuf, Changed)> {
        let mut changes = BTreeMap::new();
        for (path, strictly) in paths {
            let path = path.as_os_str().as_bytes();
            self.unfinished.remove(path);
            if let Some(change) = self.contents.look(&self.root, path, strictly) {
                changes.insert(relative(path).to_owned(), change);
                for link in self.links.get(path).into_iter().flatten() {
                    changes.insert(relative(link).to_owned(), Changed::Changed);
                }
            }
        }
        changes.into_iter().collect()
    }

    fn absolute(&self, path: &[u8]) -> PathBuf {
        self.root.join(relative(path))
    }

    fn watch_git(&mut self) {
        self.git = head::folder(&self.root);
        if let (Some(git), Some(watches)) = (&self.git, &mut self.watches) {
            // Where there is no watch left, git is asked before each run all the same.
            let _ = watches.add(git, GIT);
        }
    }

    fn warn_of_none(&mut self, error: &io::Error) {
        let every = humantime::format_duration(self.interval);
        let instances = "fs.inotify.max_user_instances";
        let why = match rustix::io::Errno::from_io_error(error) {
            Some(rustix::io::Errno::MFILE) => {
                format!(
                    "too many programs watch files: raise `{instances}` with `sudo sysctl {instances}=1024`"
                )
            }
            _ => "this system tells of no changes".to_owned(),
        };
        self.warnings
            .untold
            .push(format!("{why}; all folders are looked at every {every}"));
        self.warnings.of_looks = true;
    }
}

fn relative(path: &[u8]) -> &Path {
    Path::new(OsStr::from_bytes(path))
}
