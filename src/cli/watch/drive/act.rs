//! Does what the watcher decides.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::Driver;
use super::heed::{Pending, Touch};
use crate::cancel::Reason;
use crate::cli::Done;
use crate::cli::watch::once::{self, Asked, Names};
use crate::cli::watch::session::lock;
use crate::event::Watched;
use crate::service::files;
use crate::watch::{Change, Due, Next, Start};

impl Driver {
    pub(super) fn decide(&mut self) -> Done {
        while let Some(next) = self.watcher.next(self.now(), self.tree.is_unfinished()) {
            match next {
                Next::Examine => self.examine(),
                Next::Start(start) => self.start(start)?,
                Next::Queue => {
                    let what = self.what_is_due();
                    self.tell(Watched::Queued { what });
                }
                Next::Stop => {
                    self.tell_superseded();
                    if let Some(run) = &self.run {
                        run.brake.pull(Reason::Superseded);
                    }
                }
                Next::Drain => {
                    self.tell_superseded();
                    if let Some(run) = &self.run {
                        run.drain.store(true, Ordering::Relaxed);
                    }
                }
            }
        }
        Ok(())
    }

    pub(super) fn examine(&mut self) {
        let Pending {
            files: mut pending,
            git_wrote,
        } = std::mem::take(&mut self.pending);
        let looked = pending.iter();
        let looked = looked.map(|(path, touch)| (&**path, touch.doubt(git_wrote)));
        let changed = self.tree.examine(looked);
        self.changed.extend(changed.iter().cloned());
        let changes = changed.into_iter().map(|(path, kind)| {
            let Touch { during, before, .. } = pending.remove(&path).unwrap_or_default();
            Change {
                script: self.script.contains(&path),
                path,
                kind,
                during,
                before,
            }
        });
        let changes: Vec<_> = changes.collect();
        let now = self.now();
        let examined = self.watcher.examined(now, &changes);
        self.paths.extend(examined.paths);
        let whys = examined.concerned.into_iter().map(|(_, why)| why);
        self.told.extend(whys);
        for (stage, paths) in examined.repeated {
            let paths = paths.into_iter().collect();
            self.tell(Watched::Loop { stage, paths });
        }
        if examined.script {
            self.session.check_again();
        }
        if std::mem::take(&mut self.returned) {
            self.watcher.reload("the folder is back");
        }
    }

    pub(super) fn start(&mut self, start: Start) -> Done {
        let name = |position: &usize| self.watcher.stages().name(*position).clone();
        let stages = start.due.stages().iter();
        let stages: Vec<_> = stages.map(|(one, why)| (name(one), why.clone())).collect();
        let rest = stages.iter().map(|(name, _)| name.clone()).collect();
        let (trigger, names) = match &start.due {
            Due::Everything { why, manual, .. } => {
                let trigger = match &self.trigger {
                    _ if start.force => "asked",
                    None => "start",
                    Some(_) => "script",
                };
                let told = self.triggered(trigger, Some(why.clone()), Vec::new());
                let manual = *manual;
                (told, Names::Everything { manual, rest })
            }
            Due::Stages(_) => {
                let trigger = if start.force { "asked" } else { "changed" };
                (self.triggered(trigger, None, stages), Names::Stages(rest))
            }
        };
        let first = self.trigger.is_none();
        self.trigger = Some(trigger.clone());
        if !first {
            self.tell(trigger);
        }
        self.screen.give_way();
        self.changed.clear();
        let touched = std::mem::take(&mut self.touched);
        let tree = &self.tree;
        self.session
            .cache()
            .forget_but(|folder| tree.is_watched(folder) && !touched.contains(folder));
        let settled = lock(&self.session.settled);
        let settled = start
            .settled
            .iter()
            .filter_map(|name| Some((name.clone(), settled.get(name)?.clone())))
            .collect();
        let asked = Asked {
            due: names,
            force: start.force,
            settled,
        };
        for touch in self.pending.files.values_mut() {
            touch.seen = true;
        }
        self.run = Some(once::start(&self.session, asked)?);
        Ok(())
    }

    pub(super) fn triggered(
        &mut self,
        trigger: &'static str,
        why: Option<String>,
        stages: Vec<(Arc<str>, String)>,
    ) -> Watched {
        let told = std::mem::take(&mut self.told);
        let paths: Vec<_> = std::mem::take(&mut self.paths).into_iter().collect();
        let what = why.clone().unwrap_or_else(|| {
            let changes = paths.iter().filter_map(|path| self.change_of(path));
            what(&changes.collect::<Vec<_>>(), &told, &stages)
        });
        Watched::Triggered {
            trigger,
            why,
            paths,
            what,
            stages,
        }
    }

    /// What became of a file since the last run began.
    pub(super) fn change_of(&self, path: &Path) -> Option<files::Change> {
        Some(files::Change {
            path: path.to_owned(),
            kind: *self.changed.get(path)?,
        })
    }

    /// Says why the run is stopped, unless all its stages have ended.
    pub(super) fn tell_superseded(&mut self) {
        if !self.watcher.is_in_the_middle() {
            return;
        }
        let what = self.what_is_due();
        self.tell(Watched::Superseded { what });
    }

    fn what_is_due(&self) -> String {
        match self.watcher.due() {
            Due::Everything { why, .. } => why.clone(),
            Due::Stages(stages) => stages.values().next().cloned().unwrap_or_default(),
        }
    }
}

/// Why `stages` run: each change once, however many stages it is `told` of, and then all else.
fn what(
    changes: &[files::Change],
    told: &BTreeSet<String>,
    stages: &[(Arc<str>, String)],
) -> String {
    let mut whys = vec![files::describe(changes)];
    for (_, why) in stages {
        // What follows from another stage's reason is no news.
        if !why.starts_with("it needs ") && !told.contains(why) && !whys.contains(why) {
            whys.push(why.clone());
        }
    }
    whys.retain(|why| !why.is_empty());
    whys.join("; ")
}
