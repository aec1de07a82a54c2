//! What the keys do.

use super::Driver;
use crate::cli::watch::keyboard::{HELP, Key};
use crate::cli::watch::log;
use crate::event::Watched;

impl Driver {
    pub(super) fn press(&mut self, key: Key) {
        match key {
            Key::Again => self.watcher.again(),
            Key::Everything => self.watcher.everything(),
            Key::Failed => {
                if !self.watcher.failed() {
                    self.say("nothing failed");
                }
            }
            Key::Explain => self.explain(),
            Key::Pause => {
                let paused = !self.watcher.is_paused();
                self.watcher.set_paused(paused);
                self.say(if paused { "paused" } else { "goes on" });
            }
            Key::Log => self.show_log(),
            Key::Quit => {
                self.quit = true;
                if let Some(run) = &self.run {
                    run.brake.pull();
                }
            }
            Key::Help => self.say(HELP),
        }
    }

    pub(super) fn explain(&mut self) {
        let Some(Watched::Triggered { paths, stages, .. }) = &self.trigger else {
            return self.say("nothing has started yet");
        };
        let mut lines: Vec<_> = stages
            .iter()
            .map(|(stage, why)| format!("  {stage}: {why}"))
            .collect();
        let shown = paths.iter().take(20);
        lines.extend(shown.map(|path| format!("  changed: {}", path.display())));
        if paths.len() > 20 {
            lines.push(format!("  and {} more", paths.len() - 20));
        }
        let text = format!("the last run was started by\n{}", lines.join("\n"));
        self.say(&text);
    }

    pub(super) fn show_log(&mut self) {
        let failing = self.watcher.failing().next().cloned();
        let Some(stage) = failing else {
            return self.say("nothing failed");
        };
        let text = log::last(&self.session.root, &stage);
        self.say(&text.unwrap_or_else(|| format!("`{stage}` printed nothing")));
    }

    pub(super) fn say(&mut self, text: &str) {
        self.tell(Watched::Told {
            text: text.to_owned(),
        });
    }
}
