//! From what the system tells to the files that were touched.

use std::path::PathBuf;
use std::time::Instant;

use super::watches::{Happened, Told};
use super::{ABOVE, GIT, INDEX, INFO, RETURN, Tree, Watches, Within, relative, rules};

impl Tree {
    /// The files that were touched since this was last asked; never waits. What they hold may be
    /// the same.
    pub fn read(&mut self) -> Vec<PathBuf> {
        let told = self.watches.as_mut().map(super::Watches::read);
        self.heed_all(told.unwrap_or_default());
        if self.identity.is_some() && self.identity != self.identity_now() {
            self.lose_root();
        }
        if self.next_look.is_some_and(|next| next <= Instant::now()) {
            self.next_look = None;
            if self.identity.is_none() {
                self.return_to_root();
            }
            self.look_around();
        }
        if std::mem::take(&mut self.rules_changed) {
            self.scan_again();
        }
        let touched = std::mem::take(&mut self.touched);
        touched
            .iter()
            .map(|path| relative(path).to_owned())
            .collect()
    }

    pub(super) fn touch(&mut self, path: &[u8]) {
        if let Some(early) = &mut self.early {
            early.insert(path.into());
        }
        self.touched.insert(path.into());
    }

    pub(super) fn heed_all(&mut self, told: Vec<Told>) {
        for told in told {
            // What was told before may have let the folder be watched anew.
            let holds = |watches: &Watches| watches.holds(&told);
            if self.watches.as_ref().is_some_and(holds) {
                self.heed(told);
            }
        }
    }

    fn heed(&mut self, told: Told) {
        if *told.folder == *GIT {
            let is_index = told.name.is_some_and(|name| *name == *INDEX);
            self.git_wrote |= is_index && told.happened == Happened::Arrived;
            return;
        }
        if *told.folder == *INFO {
            self.rules_changed |= told.name.is_some_and(|name| *name == *b"exclude");
            return;
        }
        if *told.folder == *ABOVE {
            return;
        }
        match (told.happened, &told.name) {
            (Happened::Overflow, _) => {
                self.git_wrote = true;
                self.scan_again();
            }
            (Happened::FolderGone, _) if told.folder.is_empty() => self.lose_root(),
            (Happened::FolderGone, _) => {
                let path = self.absolute(&told.folder);
                let is_there = |watches: &Watches| watches.is_at(&path, &told);
                if !self.watches.as_ref().is_some_and(is_there) {
                    self.lose(&told.folder);
                }
            }
            (_, None) => {}
            (happened, Some(name)) if told.is_folder => {
                self.heed_folder(&told.folder, name, happened);
            }
            (happened, Some(name)) => self.heed_file(&told.folder, name, happened),
        }
    }

    fn heed_folder(&mut self, folder: &[u8], name: &[u8], happened: Happened) {
        match happened {
            Happened::Created | Happened::Arrived => {
                if folder.is_empty() && name == b".git" {
                    self.watch_git();
                    self.git_wrote = true;
                }
                let Some(within) = self.folders.get(folder) else {
                    return;
                };
                if let Some((found, _)) = self.accept((folder, within), name, true) {
                    // Another of this name may have been here.
                    self.lose(&found);
                    self.scan(&found, true);
                }
            }
            Happened::Gone | Happened::Left => {
                let path = [folder, name, b"/"].concat();
                if happened == Happened::Left {
                    let files = self.contents.folder(&path);
                    let moved: Vec<_> = files.filter(|file| self.counts(file)).collect();
                    self.moved.extend(moved.into_iter().map(Within::from));
                }
                self.lose(&path);
            }
            _ => {}
        }
    }

    fn heed_file(&mut self, folder: &[u8], name: &[u8], happened: Happened) {
        let Some(within) = self.folders.get(folder) else {
            return;
        };
        self.rules_changed |= rules::FILES.iter().any(|file| file.as_bytes() == name);
        let Some((path, _)) = self.accept((folder, within), name, false) else {
            return;
        };
        match happened {
            Happened::Created | Happened::Writing => {
                self.unfinished.insert(path.clone());
            }
            Happened::Gone | Happened::Left if self.contents.knows(&path) => {
                self.unfinished.insert(path.clone());
            }
            Happened::Written | Happened::Arrived | Happened::Gone | Happened::Left => {
                self.unfinished.remove(&path);
            }
            _ => {}
        }
        self.touch(&path);
    }

    /// A folder is no longer where it was, and neither is what was in it.
    pub(super) fn lose(&mut self, folder: &[u8]) {
        if let Some(watches) = &mut self.watches {
            watches.remove(folder);
        }
        let files: Vec<Within> = self.contents.folder(folder).map(Into::into).collect();
        let (files, ignored): (Vec<_>, Vec<_>) =
            files.into_iter().partition(|path| self.counts(path));
        for path in ignored {
            self.contents.forget(&path);
        }
        let lost = |path: &Within| path.starts_with(folder);
        self.folders.retain(|path, _| !lost(path));
        self.polled.retain(|path| !lost(path));
        self.ignored.retain(|path| !lost(path));
        for file in files {
            self.touch(&file);
        }
    }

    fn lose_root(&mut self) {
        if self.identity.take().is_some() {
            self.lose(b"");
            // It may be back already, as another.
            self.next_look = Some(Instant::now());
        }
    }

    fn return_to_root(&mut self) {
        if self.identity_now().is_some() {
            self.watch_around();
            self.git_wrote = true;
            self.scan(b"", true);
        } else {
            self.next_look = Some(Instant::now() + RETURN);
        }
    }
}
