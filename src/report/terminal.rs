//! A run on a terminal: the same lines, above one live line for each running stage.

use std::collections::HashMap;
use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use indicatif::{
    HumanBytes, MultiProgress, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle,
};

use super::ended::finished;
use super::line::Line;
use super::plain::Plain;
use super::record::{Record, State};
use super::style::Colour;
use super::width::cut;
use super::window;
use crate::event::{Event, Progress};
use crate::line::shown;
use crate::secret::Secrets;

/// Draws over [`Plain`]. A live line ends with what its stage said last. That of a stage which has
/// ended stays, with its time and reason, until the stage's output had its turn above.
pub(super) struct Terminal {
    plain: Plain,
    bars: MultiProgress,
    live: HashMap<Arc<str>, ProgressBar>,
    secrets: Secrets,
}

/// In a narrower terminal a name takes no more than half of it.
const COLUMNS: usize = 80;

impl Terminal {
    pub(super) fn new(plain: Plain, secrets: Secrets) -> Self {
        Self {
            plain,
            bars: MultiProgress::new(),
            live: HashMap::new(),
            secrets,
        }
    }

    pub(super) fn set_root(&mut self, root: &Path) {
        self.plain.set_root(root);
    }

    /// Lines of `stage`, and the beginning of the next one.
    pub(super) fn lines(&mut self, stage: &Arc<str>, lines: &[Line<'_>], partial: &str) {
        if !lines.is_empty() && !self.plain.is_direct(stage) {
            for line in lines {
                self.plain.line(line);
            }
        } else if !lines.is_empty() {
            self.bars.suspend(|| {
                for line in lines {
                    self.plain.line(line);
                }
                self.plain.flush();
            });
        }
        let last = [Some(partial), lines.last().map(|line| line.text)];
        let last = last.into_iter().flatten().map(|line| {
            // What a terminal would show of it, in one line and the colours of the live line.
            shown(line, false, &self.secrets).replace('\t', " ")
        });
        if let Some(text) = last.into_iter().find(|line| !line.trim().is_empty()) {
            self.tell(stage, text.trim());
        }
    }

    pub(super) fn event(&mut self, event: &Event, record: &Record) {
        match event {
            Event::Progress { stage, progress } => {
                let text = self.secrets.mask(&describe(progress));
                return self.tell(stage, &shown(&text, false, &self.secrets));
            }
            Event::ActionStarted { .. } | Event::ActionFinished { .. } => return,
            Event::Asking { .. } => {
                // A terminal that is gone needs no room.
                let _ = self.bars.clear();
                self.bars.set_draw_target(ProgressDrawTarget::hidden());
                return;
            }
            Event::Answered { .. } => {
                self.bars.set_draw_target(ProgressDrawTarget::stderr());
                return;
            }
            Event::Said { stage, text } => {
                let text = self.secrets.mask(text);
                let first = text.lines().next().unwrap_or_default();
                self.tell(stage, &shown(first, false, &self.secrets));
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
        // A line that goes on living may not be above the one that tells how it ended.
        let before = ended.and_then(|stage| self.live.remove(stage));
        if let Some(bar) = before {
            bar.finish_and_clear();
            self.bars.remove(&bar);
        }
        self.bars.suspend(|| self.plain.event(event, record));
        if let Event::StageStarted { stage, .. } = event {
            self.start(stage);
        }
        if let Some(stage) = ended.filter(|stage| !self.plain.is_shown(stage)) {
            self.keep(stage, record);
        }
        self.forget(record);
    }

    pub(super) fn drain(&mut self) {
        for (_, bar) in self.live.drain() {
            bar.finish_and_clear();
        }
        self.plain.drain();
    }

    fn start(&mut self, stage: &Arc<str>) {
        let bar = self.bars.add(ProgressBar::new_spinner());
        let name = shown(&self.secrets.mask(stage), false, &self.secrets);
        bar.set_style(style(name, self.plain.colour()));
        bar.enable_steady_tick(Duration::from_millis(120));
        self.live.insert(stage.clone(), bar);
    }

    /// A line for a stage that has ended while the output of another is on the screen.
    fn keep(&mut self, stage: &Arc<str>, record: &Record) {
        let Some(known) = record.stage(stage) else {
            return;
        };
        let told = match &known.state {
            State::Skipped(reason) => format!("○ {stage} skipped: {reason}"),
            State::Held(what) => format!("◇ {stage} held: {what}"),
            State::Dropped(reason) => format!("○ {stage} not run: {reason}"),
            _ => finished(known, self.plain.colour()),
        };
        let told = self.secrets.mask(&told);
        let bar = self.bars.insert(0, ProgressBar::new_spinner());
        let template = ProgressStyle::with_template("{wide_msg}");
        bar.set_style(template.expect("a template that names only what indicatif knows"));
        bar.set_message(shown(&told, self.plain.colour().is_on(), &self.secrets));
        bar.tick();
        self.live.insert(stage.clone(), bar);
    }

    /// Takes away the lines of stages that have ended and had their turn.
    fn forget(&mut self, record: &Record) {
        let (plain, bars) = (&self.plain, &self.bars);
        self.live.retain(|stage, bar| {
            let running = record
                .stage(stage)
                .is_some_and(|stage| matches!(stage.state, State::Running));
            if running || !plain.is_shown(stage) {
                return true;
            }
            bar.finish_and_clear();
            bars.remove(bar);
            false
        });
    }

    fn tell(&self, stage: &Arc<str>, text: &str) {
        if let Some(bar) = self.live.get(stage) {
            bar.set_message(text.to_owned());
        }
    }
}

fn style(name: String, colour: Colour) -> ProgressStyle {
    let template = if colour.is_on() {
        "{spinner:.cyan} {stage} {elapsed:.dim} {wide_msg:.dim}"
    } else {
        "{spinner} {stage} {elapsed} {wide_msg}"
    };
    ProgressStyle::with_template(template)
        .expect("a template that names only what indicatif knows")
        .with_key("stage", move |_: &ProgressState, line: &mut dyn Write| {
            // Asked each time: the window may have changed.
            let columns = window::columns().unwrap_or(COLUMNS);
            let _ = line.write_str(&cut(&name, (columns / 2).saturating_sub(1).max(4)));
        })
}

fn describe(progress: &Progress) -> String {
    match progress.amount {
        Some((done, total)) if total > 0 => format!(
            "{} {}/{}",
            progress.label,
            HumanBytes(done),
            HumanBytes(total)
        ),
        Some((done, _)) => format!("{} {}", progress.label, HumanBytes(done)),
        None => progress.label.clone(),
    }
}
