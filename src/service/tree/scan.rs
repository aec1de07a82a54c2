//! Finds what is to be watched.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::time::Instant;

use super::watches::Unwatched;
use super::{Folder, Tree, Within, relative, rules};
use crate::service::files::Rules;

/// What is in a folder.
struct Entry {
    name: Box<[u8]>,
    kind: fs::FileType,
}

impl Tree {
    /// Watches a folder and all below it that is not ignored: each first, and looked into after
    /// that, so that nothing made in between is missed. Files that were not known count as touched
    /// if they are to be told of.
    pub(super) fn scan(&mut self, folder: &[u8], tell: bool) {
        let around = match above(folder) {
            None => Folder {
                rules: Rules::around(&self.root),
                ignored_at: None,
            },
            Some((above, name)) => {
                let Some(around) = self.folders.get(above).cloned() else {
                    return;
                };
                let Some((_, ignored_at)) = self.accept((above, &around), name, true) else {
                    self.ignored.insert(folder.into());
                    return;
                };
                Folder {
                    ignored_at,
                    ..around
                }
            }
        };
        self.ignored.remove(folder);
        let mut ways: Vec<(Within, Folder)> = vec![(folder.into(), around)];
        while let Some((path, above)) = ways.pop() {
            self.enter(&path, above, tell, &mut ways);
        }
    }

    fn enter(&mut self, path: &[u8], above: Folder, tell: bool, ways: &mut Vec<(Within, Folder)>) {
        let absolute = self.absolute(path);
        if !self.watch(&absolute, path) {
            return;
        }
        let Some(entries) = entries(&absolute) else {
            return;
        };
        let folder = Folder {
            rules: rules::of(
                &absolute,
                |name| entries.iter().any(|entry| *entry.name == *name),
                above.rules,
            ),
            ignored_at: above.ignored_at,
        };
        for entry in entries {
            if entry.kind.is_dir() {
                let found = self.accept((path, &folder), &entry.name, true);
                match found {
                    Some((found, ignored_at)) => {
                        let rules = folder.rules.clone();
                        ways.push((found, Folder { rules, ignored_at }));
                    }
                    None if !rules::is_never_meant(&entry.name, true) => {
                        self.ignored
                            .insert([path, &entry.name, b"/"].concat().into());
                    }
                    None => {}
                }
                continue;
            }
            // Whether a file is ignored is asked when it changes: that it is known costs less.
            let found: Within = if tell {
                match self.accept((path, &folder), &entry.name, false) {
                    Some((found, _)) => found,
                    None => continue,
                }
            } else {
                [path, &entry.name].concat().into()
            };
            if entry.kind.is_symlink() {
                self.links.follow(&self.root, &found);
            }
            if !(entry.kind.is_file() || entry.kind.is_symlink()) {
                continue;
            }
            if !tell {
                self.contents.see(&found);
            } else if !self.contents.knows(&found) {
                self.touch(&found);
            }
        }
        self.folders.insert(path.into(), folder);
    }

    /// Whether a file is one that counts, as far as its folder is known.
    pub(super) fn counts(&self, path: &[u8]) -> bool {
        let slash = path.iter().rposition(|byte| *byte == b'/');
        let (folder, name) = path.split_at(slash.map_or(0, |slash| slash + 1));
        self.folders
            .get(folder)
            .is_none_or(|within| self.accept((folder, within), name, false).is_some())
    }

    /// The path of something in a folder, if it counts, and where it is ignored all the same.
    pub(super) fn accept(
        &self,
        (path, folder): (&[u8], &Folder),
        name: &[u8],
        is_folder: bool,
    ) -> Option<(Within, Option<usize>)> {
        if rules::is_never_meant(name, is_folder) {
            return None;
        }
        let end: &[u8] = if is_folder { b"/" } else { b"" };
        let whole: Within = [path, name, end].concat().into();
        let found = relative(whole.strip_suffix(b"/").unwrap_or(&whole));
        let depth = found.components().count();
        let ignored_at = folder.ignored_at.or_else(|| {
            let rules = folder.rules.as_ref()?;
            rules
                .ignore(&self.root.join(found), is_folder)
                .then_some(depth)
        });
        let Some(at) = ignored_at else {
            return Some((whole, None));
        };
        let named = self.named.as_ref()?;
        let counts = if is_folder {
            named.enter(found, depth, Some(at))
        } else {
            named.take(found, || Some(at))
        };
        counts.then_some((whole, Some(at)))
    }

    /// Watches the ignored folders that lead to something named.
    pub(super) fn scan_ignored(&mut self) {
        // A folder that was looked into may hold others.
        while let Some(folder) = self
            .ignored
            .iter()
            .find(|folder| self.leads(folder))
            .cloned()
        {
            self.ignored.remove(&folder);
            self.scan(&folder, false);
        }
    }

    fn leads(&self, folder: &[u8]) -> bool {
        let around =
            above(folder).and_then(|(above, name)| Some((above, name, self.folders.get(above)?)));
        around
            .is_some_and(|(above, name, around)| self.accept((above, around), name, true).is_some())
    }

    /// What is new in a folder that is known.
    pub(super) fn scan_shallow(&mut self, path: &[u8]) {
        let Some(folder) = self.folders.get(path).cloned() else {
            return;
        };
        for entry in entries(&self.absolute(path)).unwrap_or_default() {
            let is_folder = entry.kind.is_dir();
            let found = self.accept((path, &folder), &entry.name, is_folder);
            let Some((found, _)) = found else {
                continue;
            };
            if is_folder {
                if !self.folders.contains_key(&found) {
                    self.scan(&found, true);
                }
            } else if !self.contents.knows(&found) {
                self.touch(&found);
            }
        }
    }

    /// Watches one folder, or sees to it that it is looked at. Tells whether it is there.
    fn watch(&mut self, absolute: &Path, path: &[u8]) -> bool {
        if let Some(watches) = &mut self.watches {
            match watches.add(absolute, path) {
                Ok(()) => {
                    self.polled.remove(path);
                    return true;
                }
                Err(Unwatched::Gone) => return false,
                Err(Unwatched::NoneLeft) => {}
            }
        }
        self.warn_of_few();
        self.polled.insert(path.into());
        self.next_look
            .get_or_insert_with(|| Instant::now() + self.interval);
        true
    }

    fn warn_of_few(&mut self) {
        if self.watches.is_none() || std::mem::replace(&mut self.warnings.of_looks, true) {
            return;
        }
        let limit = fs::read_to_string("/proc/sys/fs/inotify/max_user_watches");
        let limit = limit.map_or_else(|_| "unknown".to_owned(), |limit| limit.trim().to_owned());
        let every = humantime::format_duration(self.interval);
        self.warnings.untold.push(format!(
            "out of inotify watches, of which there are {limit}: the other folders are looked at \
             every {every}; `sudo sysctl fs.inotify.max_user_watches=1048576` raises the limit"
        ));
    }

    /// Looks at everything again: what was touched, and what is watched.
    pub(super) fn scan_again(&mut self) {
        let known = std::mem::take(&mut self.contents);
        let folders = std::mem::take(&mut self.folders);
        self.links.clear();
        self.ignored.clear();
        self.scan(b"", false);
        let unseen: Vec<_> = self.contents.unread();
        for path in unseen {
            let differs = !known.knows(&path) || known.may_differ(&self.root, &path);
            if differs && self.counts(&path) {
                self.touch(&path);
            }
        }
        let gone: BTreeSet<Within> = known
            .folder(b"")
            .filter(|path| !self.contents.knows(path))
            .map(Into::into)
            .collect();
        self.contents = known;
        for path in gone {
            if self.absolute(&path).symlink_metadata().is_ok() {
                // It is there, and ignored from now on.
                self.contents.forget(&path);
            } else if self.counts(&path) {
                self.touch(&path);
            }
        }
        for folder in folders.keys().filter(|folder| !folder.is_empty()) {
            if !self.folders.contains_key(folder) {
                if let Some(watches) = &mut self.watches {
                    watches.remove(folder);
                }
                self.polled.remove(folder);
            }
        }
    }
}

/// The folder that a folder is in, and its name there.
fn above(folder: &[u8]) -> Option<(&[u8], &[u8])> {
    let inner = folder.strip_suffix(b"/")?;
    let slash = inner.iter().rposition(|byte| *byte == b'/');
    Some(inner.split_at(slash.map_or(0, |slash| slash + 1)))
}

/// What is in a folder, if it can be read.
fn entries(folder: &Path) -> Option<Vec<Entry>> {
    let entries = fs::read_dir(folder).ok()?.filter_map(|entry| {
        let entry = entry.ok()?;
        Some(Entry {
            name: entry.file_name().as_bytes().into(),
            kind: entry.file_type().ok()?,
        })
    });
    Some(entries.collect())
}
