//! The logs of a run's stages.

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::event::{Event, Outcome, Source, Stream};
use crate::failure::{Failure, render};
use crate::journal::logs;
use crate::line::{Lines, harmless, kept};
use crate::secret::Secrets;

/// Appends to the logs of one run. A file is made when there is something to write.
pub(super) struct Logs {
    state: PathBuf,
    run: i64,
    secrets: Secrets,
    open: HashMap<Arc<str>, Log>,
    /// Whether the run's folder is there.
    ready: bool,
}

#[derive(Default)]
struct Log {
    lines: BTreeMap<(Source, Stream), Lines>,
    file: Option<File>,
}

impl Logs {
    /// `state` is wharf's folder in the repository.
    pub(super) fn new(state: PathBuf, run: i64, secrets: Secrets) -> Self {
        Self {
            state,
            run,
            secrets,
            open: HashMap::new(),
            ready: false,
        }
    }

    pub(super) fn event(&mut self, event: &Event) -> io::Result<()> {
        match event {
            Event::Output {
                stage,
                source,
                stream,
                bytes,
            } => self.output(stage, (*source, *stream), bytes),
            Event::OutputEnded { stage, source } => self.end_lines(stage, |from| from.0 == *source),
            Event::Printed { stage, text } | Event::Said { stage, text } => self.say(stage, text),
            Event::Warned { stage, text } => self.say(stage, &format!("warning: {text}")),
            Event::StageRetried {
                stage,
                attempt,
                attempts,
                failure,
                ..
            } => {
                self.end_lines(stage, |_| true)?;
                let text = format!("attempt {attempt} of {attempts} failed: {failure}");
                self.say(stage, &text)
            }
            Event::StageFinished { stage, outcome, .. } => {
                self.end_lines(stage, |_| true)?;
                if let Outcome::Failed(failure) | Outcome::Excused(failure) = outcome {
                    let text = told(failure, &self.secrets);
                    self.say(stage, text.trim_end())?;
                }
                self.open.remove(stage);
                Ok(())
            }
            Event::RunFinished { .. } => self.finish(),
            _ => Ok(()),
        }
    }

    /// Writes what has no line's end.
    pub(super) fn finish(&mut self) -> io::Result<()> {
        let stages: Vec<_> = self.open.keys().cloned().collect();
        stages
            .iter()
            .try_for_each(|stage| self.end_lines(stage, |_| true))
    }

    fn output(&mut self, stage: &Arc<str>, from: (Source, Stream), bytes: &[u8]) -> io::Result<()> {
        let log = self.open.entry(stage.clone()).or_default();
        let lines = log
            .lines
            .entry(from)
            .or_insert_with(|| Lines::new(&self.secrets))
            .push(bytes);
        self.append(stage, &lines)
    }

    fn end_lines(
        &mut self,
        stage: &Arc<str>,
        is_over: impl Fn(&(Source, Stream)) -> bool,
    ) -> io::Result<()> {
        let Some(log) = self.open.get_mut(stage) else {
            return Ok(());
        };
        let (over, open) = std::mem::take(&mut log.lines)
            .into_iter()
            .partition(|(from, _)| is_over(from));
        log.lines = open;
        let over: BTreeMap<_, Lines> = over;
        over.into_values()
            .try_for_each(|lines| self.append(stage, &lines.finish()))
    }

    fn say(&mut self, stage: &Arc<str>, text: &str) -> io::Result<()> {
        let text = self.secrets.mask(text);
        let lines: Vec<_> = text.split('\n').map(str::to_owned).collect();
        self.append(stage, &lines)
    }

    /// In one write. The lines are masked.
    fn append(&mut self, stage: &Arc<str>, lines: &[String]) -> io::Result<()> {
        if lines.is_empty() {
            return Ok(());
        }
        let mut text = String::new();
        for line in lines {
            text += &kept(line, &self.secrets);
            text.push('\n');
        }
        self.file(stage)?.write_all(text.as_bytes())
    }

    fn file(&mut self, stage: &Arc<str>) -> io::Result<&mut File> {
        if !self.ready {
            self.make_folder()?;
        }
        let path = logs::path(&self.state, self.run, &self.secrets.mask(stage));
        let log = self.open.entry(stage.clone()).or_default();
        match &mut log.file {
            Some(file) => Ok(file),
            none => {
                let file = OpenOptions::new().append(true).create(true).open(path)?;
                Ok(none.insert(file))
            }
        }
    }

    /// Empty: one that is there belongs to a journal that is no more.
    fn make_folder(&mut self) -> io::Result<()> {
        let folder = logs::folder(&self.state, self.run);
        // A repository that was taken away meanwhile is not made again for its logs.
        if !self.state.parent().is_some_and(Path::is_dir) {
            return Err(ErrorKind::NotFound.into());
        }
        match fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => fs::create_dir_all(&folder)?,
        }
        self.ready = true;
        Ok(())
    }
}

/// A failure as it is shown, without the output that stands above it anyway.
fn told(failure: &Failure, secrets: &Secrets) -> String {
    let failure = Failure {
        output: Vec::new(),
        ..failure.shown(&|text| harmless(text, false, secrets))
    };
    render(&failure, false)
}
