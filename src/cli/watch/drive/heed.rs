//! What files and stages tell.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::Driver;
use crate::cancel::Reason;
use crate::cli::watch::notification;
use crate::cli::watch::session::{Message, Over, SETTINGS};
use crate::event::Watched;
use crate::service::files::{self, Globs};
use crate::service::process;
use crate::service::tree::Doubt;
use crate::watch::{Activity, LOCK};

/// How long a lock of git's may keep a run from starting without a word.
pub(super) const PATIENCE: Duration = Duration::from_secs(1);

/// Files that were touched and not looked at.
#[derive(Default)]
pub(super) struct Pending {
    pub(super) files: BTreeMap<PathBuf, Touch>,
    /// Whether git wrote any.
    pub(super) git_wrote: bool,
}

/// How a file was touched.
#[derive(Default)]
pub(super) struct Touch {
    /// The stages that ran meanwhile.
    pub(super) during: BTreeSet<Arc<str>>,
    /// Those whose turn had not come.
    pub(super) before: BTreeSet<Arc<str>>,
    /// Whether a run went on at any time since, which may have read what came and went.
    pub(super) seen: bool,
    /// Whether it was touched while none did, and so by somebody else.
    pub(super) outside: bool,
}

impl Touch {
    /// With whether git wrote any files meanwhile.
    pub(super) fn doubt(&self, git: bool) -> Doubt {
        match (self.seen, self.outside || git) {
            (false, _) => Doubt::None,
            (true, false) => Doubt::Read,
            (true, true) => Doubt::Written,
        }
    }
}

impl Driver {
    /// Takes what stages and files tell, in an order that keeps apart what came before what: the
    /// end of a stage is heard after what was written until then, and nothing that waits for it
    /// begins before.
    pub(super) fn heed_all(&mut self) {
        let (reads, messages): (Vec<_>, Vec<_>) = self
            .received
            .take()
            .into_iter()
            .partition(|message| matches!(message, Message::Baseline(_)));
        for read in reads {
            self.heed(read);
        }
        let (touched, looks) = (self.tree.read(), self.tree.looks());
        let (ends, others): (Vec<_>, Vec<_>) = messages.into_iter().partition(Message::is_end);
        for message in others {
            self.heed(message);
        }
        self.ran.extend(self.watcher.running());
        self.note_touched(touched);
        if self.looks != looks {
            self.looks = looks;
            self.ran.clear();
        }
        for message in ends {
            self.heed(message);
        }
        self.look_at_root();
        for text in self.tree.warnings() {
            self.tell(Watched::Warned { text });
        }
    }

    fn note_touched(&mut self, touched: Vec<PathBuf>) {
        // Git tells that it wrote files after the last of them.
        let git_wrote = self.tree.git_wrote();
        if !touched.is_empty() || !self.pending.files.is_empty() {
            self.pending.git_wrote |= git_wrote;
        }
        if touched.is_empty() {
            return;
        }
        let now = self.now();
        self.watcher.touch(now);
        let during = if self.looks == self.tree.looks() {
            self.watcher.running()
        } else {
            // It may have been at any time since the look before.
            self.ran.clone()
        };
        let before = self.watcher.waiting();
        let seen = self.run.as_ref().is_some_and(|run| !run.is_quiet);
        for path in touched {
            let above = path.ancestors().skip(1);
            self.touched.extend(above.map(folder_name));
            let touch = self.pending.files.entry(path).or_default();
            touch.during.extend(during.iter().cloned());
            touch.before.clone_from(&before);
            touch.seen |= seen;
            touch.outside |= !seen;
        }
    }

    /// Nothing runs while there is no folder to do it in.
    fn look_at_root(&mut self) {
        let gone = self.tree.is_gone();
        if gone == self.watcher.is_gone() {
            return;
        }
        let now = self.now();
        self.watcher.set_gone(now, gone);
        if gone {
            // What runs stands in what was taken away.
            if let Some(run) = &self.run {
                run.brake.pull(Reason::Superseded);
            }
            let root = self.session.root.display();
            let text = format!("`{root}` is gone: nothing runs until it is back");
            self.tell(Watched::Warned { text });
        } else {
            self.session.forget();
            self.watcher.touch(now);
            self.returned = true;
        }
    }

    pub(super) fn heed(&mut self, message: Message) {
        match message {
            Message::Loaded {
                stages,
                chosen,
                files,
                inputs,
            } => {
                let before = std::mem::take(&mut self.script);
                self.script.extend(SETTINGS.iter().map(PathBuf::from));
                self.watcher.loaded(stages, &chosen);
                self.add_script(files, &before);
                self.name(inputs);
            }
            Message::Files(files) => {
                let before = self.script.clone();
                self.add_script(files, &before);
            }
            Message::Started(stage) => {
                let now = self.now();
                self.watcher.stage_started(now, &stage);
            }
            Message::Ended {
                stage,
                ended,
                heard,
            } => {
                self.watcher.stage_ended(&stage, ended);
                drop(heard);
            }
            Message::Quiet { heard } => {
                if let Some(run) = &mut self.run {
                    run.is_quiet = true;
                }
                drop(heard);
            }
            Message::Over(over) => self.end(over),
            Message::Cancelled => {}
            Message::Baseline(read) => self.tree.learn(read),
        }
    }

    /// The script is made of these too. One that is not among those `before` may have changed since
    /// it was read, when nobody knew of it.
    fn add_script(&mut self, files: Vec<String>, before: &BTreeSet<PathBuf>) {
        self.script.extend(files.into_iter().map(PathBuf::from));
        let new = self.script.difference(before);
        let changed = new.filter_map(|path| self.change_of(path));
        let changed: Vec<_> = changed.collect();
        if !changed.is_empty() {
            self.session.check_again();
            self.watcher.reload(&files::describe(&changed));
        }
    }

    /// Lets files count that are ignored and named all the same.
    pub(super) fn name(&mut self, mut inputs: Vec<String>) {
        inputs.extend(SETTINGS.map(str::to_owned));
        if self.named == inputs {
            return;
        }
        if let Ok(globs) = Globs::new(&inputs) {
            self.tree.name(globs);
        }
        self.named = inputs;
    }

    pub(super) fn end(&mut self, over: Over) {
        self.run = None;
        self.watcher.run_ended();
        let passed = match &over {
            Over::Superseded => None,
            Over::Refused(failure) => {
                self.refused = Some(failure.clone());
                None
            }
            Over::Passed => Some(true),
            Over::Failed | Over::Broken => Some(false),
        };
        self.screen.ended(over);
        let Some(passed) = passed else {
            return;
        };
        let complete = self.watcher.failing().chain(self.watcher.left()).next();
        let green = passed && complete.is_none();
        let is_news = self.green.map_or(!green, |was| was != green);
        if self.notify && is_news {
            self.show_notification(green);
        }
        self.green = Some(green);
    }

    pub(super) fn show_notification(&self, green: bool) {
        let failing: Vec<_> = self.watcher.failing().map(Arc::clone).collect();
        let left: Vec<_> = self.watcher.left().map(Arc::clone).collect();
        let text = match (green, failing.is_empty(), left.is_empty()) {
            (true, ..) => "everything passes".to_owned(),
            (false, false, _) => format!("failing: {}", failing.join(", ")),
            (false, true, false) => format!("not run: {}", left.join(", ")),
            (false, true, true) => "the script is wrong".to_owned(),
        };
        let root = self.session.root.clone();
        notification::show(root, process::own_environment().clone(), green, text);
    }

    pub(super) fn look_at_git(&mut self) {
        let activity = Activity::now(|name| self.tree.git_has(name));
        let now = self.now();
        self.watcher.set_activity(now, activity);
        let Some(activity) = activity else {
            (self.locked, self.waiting) = (None, None);
            return;
        };
        if activity.file != LOCK {
            self.locked = None;
        }
        let keeps = !self.pending.files.is_empty() || !self.watcher.due().is_nothing();
        if !keeps || self.waiting == Some(activity) {
            self.locked = None;
            return;
        }
        // A command's own lock comes and goes too fast to be told of, unless it was left behind.
        if activity.file == LOCK && now < *self.locked.get_or_insert(now) + PATIENCE {
            return;
        }
        self.locked = None;
        self.waiting = Some(activity);
        self.tell(Watched::Waiting {
            what: activity.what.to_owned(),
        });
    }
}

/// As the tree and the cache name it.
fn folder_name(folder: &Path) -> Box<[u8]> {
    match folder.as_os_str().as_bytes() {
        [] => Box::default(),
        folder => [folder, b"/"].concat().into(),
    }
}
