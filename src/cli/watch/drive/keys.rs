//! What the keys do.

use super::Driver;
use crate::cancel::Reason;
use crate::cli::watch::keyboard::{HELP, Key};
use crate::cli::watch::log;
use crate::event::Watched;

/// How many of the files that changed are named.
const SHOWN: usize = 20;

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
                self.say(if paused { "paused" } else { "continues" });
            }
            Key::Log => self.show_log(),
            Key::Quit => self.quit(),
            Key::Help => self.say(HELP),
        }
    }

    pub(super) fn quit(&mut self) {
        self.quit = true;
        if let Some(run) = &self.run {
            run.brake.pull(Reason::Interrupted);
        }
    }

    pub(super) fn explain(&mut self) {
        let Some(Watched::Triggered {
            why, paths, stages, ..
        }) = &self.trigger
        else {
            return self.say("nothing has started yet");
        };
        let all = why.iter().map(|why| format!("all stages: {why}"));
        let stages = stages
            .iter()
            .map(|(stage, why)| format!("stage `{stage}`: {why}"));
        let mut lines: Vec<_> = all.chain(stages).collect();
        let shown = paths.iter().take(SHOWN);
        lines.extend(shown.map(|path| format!("changed: `{}`", path.display())));
        if paths.len() > SHOWN {
            lines.push(format!("and {} more", paths.len() - SHOWN));
        }
        let lines: Vec<_> = lines.iter().map(|line| format!("    {line}")).collect();
        let text = format!("why the last run started:\n{}", lines.join("\n"));
        self.say(&text);
    }

    pub(super) fn show_log(&mut self) {
        let failing = self.watcher.failing().next().cloned();
        let text = log::last(&self.session.root, failing.as_deref());
        self.say(&text.unwrap_or_else(|| match failing {
            Some(stage) => format!("`{stage}` printed nothing"),
            None => "no stage has printed anything".to_owned(),
        }));
    }

    pub(super) fn say(&mut self, text: &str) {
        self.tell(Watched::Told {
            text: text.to_owned(),
        });
    }
}
