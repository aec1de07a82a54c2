//! A run on a terminal: the same lines, above one live line for each running stage.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use indicatif::{HumanBytes, MultiProgress, ProgressBar, ProgressStyle};

use super::plain::Plain;
use crate::event::{Event, Progress};
use crate::secret::Secrets;

/// Draws over [`Plain`].
pub(super) struct Terminal {
    plain: Plain,
    bars: MultiProgress,
    running: HashMap<Arc<str>, ProgressBar>,
    secrets: Secrets,
}

impl Terminal {
    pub(super) fn new(plain: Plain, secrets: Secrets) -> Self {
        Self {
            plain,
            bars: MultiProgress::new(),
            running: HashMap::new(),
            secrets,
        }
    }

    pub(super) fn event(&mut self, event: &Event) {
        match event {
            Event::Progress { stage, progress } => return self.progress(stage, progress),
            Event::StageFinished { stage, .. } => {
                if let Some(bar) = self.running.remove(stage) {
                    bar.finish_and_clear();
                    self.bars.remove(&bar);
                }
            }
            _ => {}
        }
        self.bars.suspend(|| self.plain.event(event));
        if let Event::StageStarted { stage, .. } = event {
            self.start(stage);
        }
    }

    fn start(&mut self, stage: &Arc<str>) {
        let style =
            ProgressStyle::with_template("{spinner:.cyan} {prefix} {elapsed:.dim} {wide_msg:.dim}")
                .expect("a template that names only what indicatif knows");
        let bar = self.bars.add(ProgressBar::new_spinner().with_style(style));
        bar.set_prefix(stage.to_string());
        bar.enable_steady_tick(Duration::from_millis(120));
        self.running.insert(stage.clone(), bar);
    }

    fn progress(&self, stage: &Arc<str>, progress: &Progress) {
        if let Some(bar) = self.running.get(stage) {
            bar.set_message(self.secrets.mask(&describe(progress)));
        }
    }
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
