//! What files and stages tell.

use std::collections::BTreeSet;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Driver;
use crate::cli::watch::session::{Message, Over, SETTINGS};
use crate::cli::watch::{notification, once};
use crate::event::Watched;
use crate::service::files::Globs;
use crate::watch::Activity;

/// How a file was touched.
#[derive(Default)]
pub(super) struct Touch {
    /// The stages that ran meanwhile.
    pub(super) during: BTreeSet<Arc<str>>,
    /// Those whose turn had not come.
    pub(super) before: BTreeSet<Arc<str>>,
    /// Whether git wrote it while a stage ran, which may have read what came and went.
    pub(super) strictly: bool,
}

impl Driver {
    /// Takes what stages and files tell, in an order that keeps apart what came before what.
    pub(super) fn heed_all(&mut self) {
        // A stage that wrote a file counts as running: its end is heard after the file is. One
        // that may have begun before a file was touched does not count as waiting.
        let mut messages = self.received.take();
        let touched = self.tree.read();
        messages.extend(self.received.take());
        let during = self.watcher.running();
        let strictly = self.watcher.activity().is_some() && self.run.is_some();
        if !touched.is_empty() {
            let now = self.now();
            self.watcher.touch(now);
        }
        for message in messages {
            self.heed(message);
        }
        let before = self.watcher.waiting();
        for path in touched {
            self.touched.insert(folder_of(&path));
            let touch = self.pending.entry(path).or_default();
            touch.during.extend(during.iter().cloned());
            touch.before.clone_from(&before);
            touch.strictly |= strictly;
        }
        for text in self.tree.warnings() {
            self.tell(Watched::Warned { text });
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
                self.script = SETTINGS.iter().map(PathBuf::from).collect();
                self.script.extend(files.into_iter().map(PathBuf::from));
                self.watcher.loaded(stages, &chosen);
                self.name(inputs);
            }
            Message::Started(stage) => {
                let now = self.now();
                self.watcher.stage_started(now, &stage);
            }
            Message::Ended(stage, ended) => self.watcher.stage_ended(&stage, ended),
            Message::Over(over) => self.end(over),
            Message::Cancelled => {}
            Message::Baseline(read) => self.tree.learn(read),
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
        self.screen.ended(over);
        if over == Over::Superseded {
            return;
        }
        let green = over == Over::Passed && self.watcher.failing().next().is_none();
        let is_news = self.green.map_or(!green, |was| was != green);
        if self.notify && is_news {
            self.show_notification(green);
        }
        self.green = Some(green);
    }

    pub(super) fn show_notification(&self, green: bool) {
        let failing: Vec<_> = self.watcher.failing().map(Arc::clone).collect();
        let text = match (green, failing.is_empty()) {
            (true, _) => "everything passes".to_owned(),
            (false, true) => "the script is wrong".to_owned(),
            (false, false) => format!("failing: {}", failing.join(", ")),
        };
        let root = self.session.root.clone();
        notification::show(root, once::environment(), green, text);
    }

    pub(super) fn look_at_git(&mut self) {
        // Its word that something changed is but a reason to look.
        let _ = self.tree.git_changed();
        let activity = Activity::now(|name| self.tree.git_has(name));
        let now = self.now();
        self.watcher.set_activity(now, activity);
        if activity.is_none() {
            self.waiting = None;
        } else if self.waiting != activity && !self.pending.is_empty() {
            // A command's own lock comes and goes too fast to be told of.
            if let Some(activity) = activity.filter(|activity| activity.what != "a git command") {
                self.tell(Watched::Waiting {
                    what: activity.what.to_owned(),
                });
            }
            self.waiting = activity;
        }
    }
}

fn folder_of(path: &Path) -> Box<[u8]> {
    match path.parent().map(|folder| folder.as_os_str().as_bytes()) {
        None | Some([]) => Box::default(),
        Some(folder) => [folder, b"/"].concat().into(),
    }
}
