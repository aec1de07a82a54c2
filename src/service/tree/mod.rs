//! A repository's files while people edit them: which were touched, and which are not what they
//! were. Folders that are ignored are not looked at.

mod content;
mod happened;
#[cfg(target_os = "linux")]
mod inotify;
mod links;
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
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::files::{Changed, Globs, Rules};
use super::git::head;
use content::{Contents, Strictly};
use links::Links;

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
    links: Links,
    /// Globs whose files count although something ignores them.
    named: Option<Globs>,
    touched: BTreeSet<Within>,
    /// Those whose folder moved away, or came from elsewhere.
    moved: BTreeSet<Within>,
    /// Files that are being written, and those that were just taken away.
    unfinished: BTreeSet<Within>,
    /// Those touched while what files hold is still being read.
    early: Option<BTreeSet<Within>>,
    git_wrote: bool,
    rules_changed: bool,
    /// What the folder was at first that has the root's name; none while there is no such one.
    identity: Option<Identity>,
    /// How often folders were looked at that the system does not watch.
    looks: u64,
    /// The folders that are looked at from time to time, how often, and when next.
    polled: BTreeSet<Within>,
    interval: Duration,
    next_look: Option<Instant>,
    warnings: Warnings,
}

/// Whether somebody may have read what was there between two looks at a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Doubt {
    /// Nobody: only what it holds counts.
    #[default]
    None,
    /// It counts too whether it was away for a while, with the folder that it is in. Not whether it
    /// was written: whoever read it may have done so.
    Read,
    /// It counts too whether it was written, as it was not by whoever read it.
    Written,
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
/// The same for the folder of the rules that only this repository has.
const INFO: &[u8] = b"\0info";
/// The same for the folder that the root is in.
const ABOVE: &[u8] = b"\0above";
/// What git knows of files, in its folder.
const INDEX: &[u8] = b"index";

/// Device and inode.
type Identity = (u64, u64);

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
            links: Links::default(),
            named,
            touched: BTreeSet::new(),
            moved: BTreeSet::new(),
            unfinished: BTreeSet::new(),
            early: Some(BTreeSet::new()),
            git_wrote: false,
            rules_changed: false,
            identity: None,
            looks: 0,
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
        tree.watch_around();
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

    /// Whether the root was taken away, and no other folder has its name yet.
    pub fn is_gone(&self) -> bool {
        self.identity.is_none()
    }

    /// How often folders were looked at that the system does not watch: what changed in them may
    /// have done so at any time since the look before.
    pub fn looks(&self) -> u64 {
        self.looks
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

    /// Whether git wrote files since this was last asked: a command that does has a new index in the
    /// end. One that only looks at them lets go of the index's lock.
    pub fn git_wrote(&mut self) -> bool {
        std::mem::take(&mut self.git_wrote)
    }

    /// Whether there is something of this name in git's folder.
    pub fn git_has(&self, name: &str) -> bool {
        self.git.as_ref().is_some_and(|git| git.join(name).exists())
    }

    /// What of `paths` is not what it was when it was last looked at.
    pub fn examine<'a>(
        &mut self,
        paths: impl IntoIterator<Item = (&'a Path, Doubt)>,
    ) -> Vec<(PathBuf, Changed)> {
        let mut changes = BTreeMap::new();
        for (path, doubt) in paths {
            let path = path.as_os_str().as_bytes();
            self.unfinished.remove(path);
            let moved = self.moved.remove(path);
            let strictly = Strictly {
                written: doubt == Doubt::Written,
                away: moved && doubt != Doubt::None,
            };
            let Some(change) = self.contents.look(&self.root, path, strictly) else {
                continue;
            };
            changes.insert(relative(path).to_owned(), change);
            let mut others: Vec<Within> = self.links.others(path).collect();
            if self.contents.is_link(path) || self.links.knows(path) {
                others.extend(self.lead_elsewhere(path));
            }
            for other in others {
                let other = relative(&other).to_owned();
                changes.entry(other).or_insert(Changed::Changed);
            }
        }
        changes.into_iter().collect()
    }

    /// The files that another path leads to, or led to, because a link is not what it was.
    fn lead_elsewhere(&mut self, link: &[u8]) -> Vec<Within> {
        let targets = self.links.update(&self.root, link);
        let targets = targets.iter().map(|target| [target, &b"/"[..]].concat());
        targets
            .flat_map(|folder| {
                let files = self.contents.folder(&folder);
                let through = |file: &[u8]| [link, b"/", &file[folder.len()..]].concat().into();
                files.map(through).collect::<Vec<_>>()
            })
            .collect()
    }

    fn absolute(&self, path: &[u8]) -> PathBuf {
        self.root.join(relative(path))
    }

    /// Watches what tells of git and of the root itself.
    fn watch_around(&mut self) {
        self.identity = self.identity_now();
        self.watch_git();
        if let (Some(above), Some(watches)) = (self.root.parent(), &mut self.watches) {
            // Who stands in a folder that is deleted keeps it from telling so by itself.
            let _ = watches.add_names(above, ABOVE);
        }
    }

    fn identity_now(&self) -> Option<Identity> {
        let metadata = std::fs::metadata(&self.root).ok()?;
        metadata.is_dir().then(|| (metadata.dev(), metadata.ino()))
    }

    fn watch_git(&mut self) {
        self.git = head::folder(&self.root);
        if let (Some(git), Some(watches)) = (&self.git, &mut self.watches) {
            // Where there is no watch left, git is asked before each run all the same.
            let _ = watches.add(git, GIT);
            let info = head::shared(git).join("info");
            let _ = watches.add(&info, INFO);
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
