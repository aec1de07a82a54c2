//! Looking at files and folders that nobody tells of.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Instant;

use super::content::Content;
use super::{Folder, Tree, Within, relative, rules};

/// Files to read, beside whatever else goes on, so that a later save of the same is known as such.
#[derive(Debug)]
pub struct Baseline {
    root: PathBuf,
    paths: Vec<Within>,
    folders: BTreeMap<Within, Folder>,
}

/// What they hold.
#[derive(Debug)]
pub struct Read(Vec<(Within, Content)>);

impl Baseline {
    pub fn read(self) -> Read {
        let content = |path: Within| {
            if self.is_ignored(&path) {
                return None;
            }
            let content = Content::read(&self.root.join(relative(&path)));
            Some((path, content.ok()??))
        };
        Read(self.paths.iter().cloned().filter_map(content).collect())
    }

    fn is_ignored(&self, path: &[u8]) -> bool {
        let slash = path.iter().rposition(|byte| *byte == b'/');
        let folder = self
            .folders
            .get(&path[..slash.map_or(0, |slash| slash + 1)]);
        let rules = folder.and_then(|folder| folder.rules.as_ref());
        rules.is_some_and(|rules| rules.ignore(&self.root.join(relative(path)), false))
    }
}

impl Tree {
    /// The files of which it is not known what they hold.
    pub fn baseline(&self) -> Baseline {
        Baseline {
            root: self.root.clone(),
            paths: self.contents.unread(),
            folders: self.folders.clone(),
        }
    }

    /// Takes over what files hold, but for those that were touched meanwhile.
    pub fn learn(&mut self, read: Read) {
        // What was touched before it was read has told so by now.
        let told = self.read();
        self.touched.extend(
            told.iter()
                .map(|path| path.as_os_str().as_encoded_bytes().into()),
        );
        let early = self.early.take().unwrap_or_default();
        for (path, content) in read.0 {
            if !early.contains(&path) {
                self.contents.learn(&path, content);
            }
        }
    }

    /// Looks at the folders that the system does not watch.
    pub(super) fn look_around(&mut self) {
        if self.polled.is_empty() {
            return;
        }
        self.looks += 1;
        let polled: Vec<_> = self.polled.iter().cloned().collect();
        for folder in polled {
            if !self.absolute(&folder).is_dir() {
                self.lose(&folder);
                continue;
            }
            self.look_into(&folder);
        }
        let next = Instant::now() + self.interval;
        self.next_look = Some(self.next_look.map_or(next, |other| other.min(next)));
    }

    fn look_into(&mut self, folder: &[u8]) {
        let known: Vec<Within> = self.contents.folder(folder).map(Into::into).collect();
        for path in known {
            let is_here = !path[folder.len()..].contains(&b'/');
            let differs = is_here && self.contents.may_differ(&self.root, &path);
            if differs && self.counts(&path) {
                self.rules_changed |= rules::FILES
                    .iter()
                    .any(|file| path[folder.len()..] == *file.as_bytes());
                self.touch(&path);
            }
        }
        self.scan_shallow(folder);
    }
}
