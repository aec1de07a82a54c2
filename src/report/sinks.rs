//! All that a run's events go to.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::sync::Arc;

use super::json::Json;
use super::line::Line;
use super::plain::Plain;
use super::record::Record;
use super::terminal::Terminal;
use crate::event::{Event, Stream};
use crate::failure::Failure;
use crate::line::Lines;
use crate::secret::Secrets;

/// Cuts output into masked lines, once, and hands lines and events on.
pub(super) struct Sinks {
    pub(super) secrets: Secrets,
    pub(super) record: Record,
    pub(super) people: People,
    pub(super) json: Option<Json>,
    /// Whether people see nothing of what comes.
    hushed: bool,
    open: HashMap<(Arc<str>, Stream), Lines>,
}

/// What people see.
pub(super) enum People {
    Nothing,
    Plain(Plain),
    Terminal(Box<Terminal>),
}

impl Sinks {
    pub(super) fn new(
        secrets: Secrets,
        record: Record,
        people: People,
        json: Option<Json>,
    ) -> Self {
        Self {
            secrets,
            record,
            people,
            json,
            hushed: false,
            open: HashMap::new(),
        }
    }

    /// An event of which people see nothing.
    pub(super) fn quiet_event(&mut self, event: &Event) {
        self.hushed = true;
        self.event(event);
        self.hushed = false;
    }

    pub(super) fn event(&mut self, event: &Event) {
        match event {
            Event::Output {
                stage,
                stream,
                bytes,
            } => return self.output(stage, *stream, bytes),
            Event::Printed { stage, text } => {
                let text = self.secrets.mask(text);
                let lines: Vec<_> = text.split('\n').map(str::to_owned).collect();
                return self.lines(stage, Stream::Stdout, true, &lines);
            }
            Event::StageRetried { stage, .. }
            | Event::StageSkipped { stage, .. }
            | Event::StageHeld { stage, .. }
            | Event::StageFinished { stage, .. } => self.end_lines(stage),
            Event::RunStarted { .. } | Event::RunFinished { .. } => self.end_all_lines(),
            _ => {}
        }
        self.record.event(event);
        match &mut self.people {
            _ if self.hushed => {}
            People::Nothing => {}
            People::Plain(plain) => plain.event(event, &self.record),
            People::Terminal(terminal) => terminal.event(event, &self.record),
        }
        if let Some(json) = &mut self.json {
            json.event(event);
        }
    }

    pub(super) fn set_root(&mut self, root: &Path) {
        match &mut self.people {
            People::Nothing => {}
            People::Plain(plain) => plain.set_root(root),
            People::Terminal(terminal) => terminal.set_root(root),
        }
    }

    /// Shows what is left when nothing more will come.
    pub(super) fn close(&mut self, failure: Option<&Failure>) {
        self.end_all_lines();
        match &mut self.people {
            People::Nothing => {}
            People::Plain(plain) => plain.drain(),
            People::Terminal(terminal) => terminal.drain(),
        }
        if let Some(json) = &mut self.json {
            json.close(failure);
        }
    }

    fn output(&mut self, stage: &Arc<str>, stream: Stream, bytes: &[u8]) {
        let open = self
            .open
            .entry((stage.clone(), stream))
            .or_insert_with(|| Lines::new(&self.secrets));
        let lines = open.push(bytes);
        self.lines(stage, stream, false, &lines);
    }

    fn lines(&mut self, stage: &Arc<str>, stream: Stream, printed: bool, lines: &[String]) {
        let lines: Vec<_> = lines
            .iter()
            .map(|text| Line {
                stage,
                stream,
                printed,
                text,
            })
            .collect();
        self.record.lines(stage, &lines);
        if let Some(json) = &mut self.json {
            for line in &lines {
                json.line(line);
            }
            json.flush();
        }
        match &mut self.people {
            _ if self.hushed => {}
            People::Nothing => {}
            People::Plain(plain) => {
                for line in &lines {
                    plain.line(line);
                }
                plain.flush();
            }
            People::Terminal(terminal) => {
                let open = self.open.get(&(stage.clone(), stream));
                let partial = open.map(Lines::partial).unwrap_or_default();
                terminal.lines(stage, &lines, &partial);
            }
        }
    }

    fn end_lines(&mut self, stage: &Arc<str>) {
        for stream in [Stream::Stdout, Stream::Stderr] {
            if let Some(open) = self.open.remove(&(stage.clone(), stream)) {
                self.lines(stage, stream, false, &open.finish());
            }
        }
    }

    /// Those of hooks and of the script's top level, which never end by themselves.
    fn end_all_lines(&mut self) {
        let stages: BTreeSet<_> = self.open.keys().map(|(stage, _)| stage.clone()).collect();
        for stage in stages {
            self.end_lines(&stage);
        }
    }
}
