//! A run as lines that scroll: for pipes, files, CI, and the base of what a terminal shows.

use std::io;
use std::path::Path;
use std::sync::Arc;

use super::ended::{counted, finished};
use super::github::{self, GitHub};
use super::line::Line;
use super::outputs::{Kind, Outputs};
use super::record::{Record, Stage};
use super::style::{Colour, elapsed};
use super::timing;
use super::turns::{Mode, Turns};
use super::watching;
use crate::event::{Event, Received, Stream, Watched};
use crate::line::shown;
use crate::secret::Secrets;

/// Writes each event as lines: what the script and its commands print to one output, what wharf
/// says about the run to the other; nothing about the run when `quiet`.
pub(super) struct Plain {
    turns: Turns,
    secrets: Secrets,
    github: Option<GitHub>,
    quiet: bool,
}

/// How wide a table may be where nobody knows how wide the paper is.
const COLUMNS: usize = 80;

impl Plain {
    pub(super) fn new(mode: Option<Mode>, outputs: Outputs, secrets: Secrets, quiet: bool) -> Self {
        let github = github::is_here().then(|| GitHub::new(secrets.clone()));
        Self {
            turns: Turns::new(mode, outputs),
            secrets,
            github,
            quiet,
        }
    }

    pub(super) fn set_root(&mut self, root: &Path) {
        if let Some(github) = &mut self.github {
            github.set_root(root);
        }
    }

    /// Tells how many stages may run at the same time; best before they start.
    pub(super) fn set_jobs(&mut self, jobs: usize) {
        self.turns.jobs = jobs;
    }

    /// Whether all lines of `stage` are out.
    pub(super) fn is_shown(&self, stage: &Arc<str>) -> bool {
        self.turns.is_shown(stage)
    }

    /// Whether a line of `stage` would be out at once.
    pub(super) fn is_direct(&self, stage: &Arc<str>) -> bool {
        self.turns.is_direct(stage)
    }

    pub(super) fn colour(&self) -> Colour {
        self.turns.outputs.colour(Kind::Talk)
    }

    /// A line that a stage printed.
    pub(super) fn line(&mut self, line: &Line<'_>) {
        let kind = match line.stream {
            Stream::Stdout => Kind::Data,
            Stream::Stderr => Kind::Talk,
        };
        let colour = self.turns.outputs.colour(kind).is_on();
        let text = self.harmless(line.shown(colour, &self.secrets));
        self.turns.line(line.stage, kind, &text);
    }

    pub(super) fn flush(&mut self) {
        self.turns.outputs.flush();
    }

    /// Shows what still waits for its turn. Fails if something that the pipeline printed did not
    /// come out: that is no reason to stop a deploy, and one to say so.
    pub(super) fn close(&mut self) -> io::Result<()> {
        self.turns.drain();
        self.turns.outputs.close()
    }

    pub(super) fn event(&mut self, event: &Event, record: &Record) {
        let colour = self.colour();
        match event {
            Event::RunStarted { stages, rehearsal } => {
                self.turns.drain();
                self.turns.list(stages);
                if *rehearsal {
                    self.say(&colour.attention("rehearsal: nothing leaves this machine"));
                }
            }
            Event::StageStarted { stage, .. } => self.start(stage),
            Event::StageSkipped { stage, reason, .. } => {
                self.mark(
                    stage,
                    &colour.faint(&format!("○ {stage} skipped: {reason}")),
                );
                self.turns.end(stage);
            }
            Event::StageHeld { stage, what } => {
                let text = format!("◇ {stage} held: {what}");
                self.mark(stage, &colour.attention(&text));
                self.turns.end(stage);
            }
            Event::StageDropped { stage, reason } => {
                self.mark(
                    stage,
                    &colour.faint(&format!("○ {stage} not run: {reason}")),
                );
                self.turns.end(stage);
            }
            Event::StageRetried {
                stage,
                attempt,
                attempts,
                wait,
                failure,
                ..
            } => {
                let text = format!(
                    "attempt {attempt} of {attempts} failed: {}; the next one in {}",
                    failure.message,
                    elapsed(*wait)
                );
                self.warn(stage, &text);
            }
            Event::Said { stage, text } => self.talk(stage, &format!("  {text}")),
            Event::Warned { stage, text } => self.warn(stage, text),
            Event::StageFinished { stage, .. } => {
                if let Some(stage) = record.stage(stage) {
                    self.finish(stage);
                }
                self.turns.end(stage);
            }
            Event::Watched(watched) => self.watched(watched),
            Event::Rehearsed { services } => self.rehearsed(services),
            Event::RunFinished { .. } => {
                // What a hook said.
                self.turns.drain();
                self.end(event, record);
            }
            Event::Output { .. }
            | Event::OutputEnded { .. }
            | Event::Printed { .. }
            | Event::Progress { .. }
            | Event::Asking { .. }
            | Event::Answered { .. }
            | Event::ActionStarted { .. }
            | Event::ActionFinished { .. } => {}
        }
    }

    fn start(&mut self, stage: &Arc<str>) {
        if let Some(github) = self.github.as_ref().filter(|_| self.grouping()) {
            let command = github.group(stage);
            return self.command(stage, &command);
        }
        let colour = self.colour();
        self.mark(
            stage,
            &format!("{} {}", colour.strong("▸"), colour.strong(stage)),
        );
    }

    fn finish(&mut self, stage: &Stage) {
        let Some(github) = &self.github else {
            return self.mark(&stage.name, &finished(stage, self.colour()));
        };
        let annotations = github.annotations(stage);
        if self.grouping() {
            self.command(&stage.name, "::endgroup::");
        }
        self.mark(&stage.name, &finished(stage, self.colour()));
        for annotation in annotations {
            self.command(&stage.name, &annotation);
        }
    }

    fn grouping(&self) -> bool {
        self.turns.mode() != Mode::Prefixed
    }

    fn rehearsed(&mut self, services: &[Received]) {
        let colour = self.colour();
        self.say(&colour.strong("what each service would have received"));
        for received in services {
            for line in &received.lines {
                self.say(&format!("  {:<9} {line}", received.service));
            }
            if received.lines.is_empty() {
                let nothing = format!("  {:<9} nothing", received.service);
                self.say(&colour.faint(&nothing));
            }
        }
    }

    fn end(&mut self, event: &Event, record: &Record) {
        let colour = self.colour();
        for line in timing::table(record, super::window::columns().unwrap_or(COLUMNS), colour) {
            self.say(&line);
        }
        if let Event::RunFinished { took, failure, .. } = event {
            let line = counted(record, &elapsed(*took));
            let painted = match failure {
                Some(_) => colour.bad(&line),
                None => colour.good(&line),
            };
            self.say(&painted);
        }
    }

    /// What happens between runs and to them.
    fn watched(&mut self, watched: &Watched) {
        let text = watching::line(watched, self.colour());
        self.say(&text);
    }

    fn warn(&mut self, stage: &Arc<str>, text: &str) {
        let colour = self.colour();
        self.talk(stage, &format!("  {} {text}", colour.attention("warning:")));
    }

    /// Lines that belong to a stage's output.
    fn talk(&mut self, stage: &Arc<str>, text: &str) {
        for line in self.told(text) {
            self.turns.line(stage, Kind::Talk, &line);
        }
        self.turns.outputs.flush();
    }

    /// Lines that tell about a stage.
    fn mark(&mut self, stage: &Arc<str>, text: &str) {
        for line in self.told(text) {
            self.turns.mark(stage, Kind::Talk, &line);
        }
        self.turns.outputs.flush();
    }

    /// Lines about the run.
    fn say(&mut self, text: &str) {
        for line in self.told(text) {
            self.turns.outputs.line(Kind::Talk, &line);
        }
        self.turns.outputs.flush();
    }

    /// A line that the CI's runner is to obey.
    fn command(&mut self, stage: &Arc<str>, command: &str) {
        if !self.quiet {
            self.turns.mark(stage, Kind::Talk, command);
        }
        self.turns.outputs.flush();
    }

    fn told(&self, text: &str) -> Vec<String> {
        if self.quiet {
            return Vec::new();
        }
        let colour = self.colour().is_on();
        let text = self.secrets.mask(text);
        let lines = text
            .split('\n')
            .map(|line| shown(line, colour, &self.secrets));
        lines.map(|line| self.harmless(line)).collect()
    }

    fn harmless(&self, line: String) -> String {
        match &self.github {
            Some(_) => github::neutral(&line),
            None => line,
        }
    }
}
