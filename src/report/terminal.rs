//! A run on a terminal: the same lines, above one live line for each running stage.

use std::io;
use std::path::Path;
use std::sync::Arc;

use super::ended::finished;
use super::line::Line;
use super::live::Live;
use super::plain::Plain;
use super::record::{Record, Stage, State};
use crate::event::{Event, Progress};
use crate::line::shown;
use crate::secret::Secrets;
use crate::words::size;

/// Draws over [`Plain`]. A live line ends with what its stage said last. That of a stage which has
/// ended stays, with its time and reason, until the stage's output had its turn above.
pub(super) struct Terminal {
    plain: Plain,
    live: Live,
    secrets: Secrets,
}

impl Terminal {
    pub(super) fn new(plain: Plain, secrets: Secrets) -> Self {
        Self {
            live: Live::new(plain.colour()),
            plain,
            secrets,
        }
    }

    pub(super) fn set_root(&mut self, root: &Path) {
        self.plain.set_root(root);
    }

    /// Lines of `stage`, and the beginning of the next one.
    pub(super) fn lines(&mut self, stage: &Arc<str>, lines: &[Line<'_>], partial: &str) {
        if !lines.is_empty() {
            let _lifted = self.plain.is_direct(stage).then(|| self.live.lift());
            for line in lines {
                self.plain.line(line);
            }
            self.plain.flush();
        }
        let last = [Some(partial), lines.last().map(|line| line.text)];
        let last = last.into_iter().flatten().map(|line| {
            // What a terminal would show of it, in one line and the colours of the live line.
            shown(line, false, &self.secrets).replace('\t', " ")
        });
        if let Some(text) = last.into_iter().find(|line| !line.trim().is_empty()) {
            self.live.tell(stage, text.trim());
        }
    }

    pub(super) fn event(&mut self, event: &Event, record: &Record) {
        match event {
            Event::Progress { stage, progress } => {
                let text = self.secrets.mask(&describe(progress));
                let text = shown(&text, false, &self.secrets);
                return self.live.tell(stage, &text);
            }
            Event::ActionStarted { .. } | Event::ActionFinished { .. } => return,
            Event::Asking { .. } => {
                return self.live.pause();
            }
            Event::Answered { .. } => {
                return self.live.resume();
            }
            Event::Said { stage, text } => {
                let text = self.secrets.mask(text);
                let first = text.lines().next().unwrap_or_default();
                let text = shown(first, false, &self.secrets);
                self.live.tell(stage, &text);
            }
            _ => {}
        }
        let ended = match event {
            Event::StageFinished { stage, .. }
            | Event::StageSkipped { stage, .. }
            | Event::StageHeld { stage, .. }
            | Event::StageDropped { stage, .. } => Some(stage),
            _ => None,
        };
        let mut live = self.live.lift();
        // A line that goes on living may not be above the one that tells how it ended.
        if let Some(stage) = ended {
            live.remove(stage);
        }
        self.plain.event(event, record);
        if let Event::StageStarted { stage, .. } = event {
            let name = shown(&self.secrets.mask(stage), false, &self.secrets);
            live.start(stage, name);
        }
        if let Some(stage) = ended.filter(|stage| !self.plain.is_shown(stage))
            && let Some(stage) = record.stage(stage)
        {
            live.keep(&stage.name, self.told(stage));
        }
        // Those that have ended and had their turn.
        live.retain(|stage| {
            let is_running = |stage: &Stage| matches!(stage.state, State::Running);
            record.stage(stage).is_some_and(is_running) || !self.plain.is_shown(stage)
        });
    }

    /// As [`Plain::close`].
    pub(super) fn close(&mut self) -> io::Result<()> {
        let mut live = self.live.lift();
        live.retain(|_| false);
        self.plain.close()
    }

    /// How a stage ended whose output waits for its turn.
    fn told(&self, stage: &Stage) -> String {
        let (name, colour) = (&stage.name, self.plain.colour());
        let told = match &stage.state {
            State::Skipped(reason) => format!("○ {name} skipped: {reason}"),
            State::Held(what) => format!("◇ {name} held: {what}"),
            State::Dropped(reason) => format!("○ {name} not run: {reason}"),
            _ => finished(stage, colour),
        };
        shown(&self.secrets.mask(&told), colour.is_on(), &self.secrets)
    }
}

fn describe(progress: &Progress) -> String {
    match progress.amount {
        Some((done, total)) if total > 0 => {
            format!("{} {}/{}", progress.label, size(done), size(total))
        }
        Some((done, _)) => format!("{} {}", progress.label, size(done)),
        None => progress.label.clone(),
    }
}
