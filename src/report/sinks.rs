//! All that a run's events go to.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::Arc;

use super::json::Json;
use super::line::Line;
use super::plain::Plain;
use super::record::Record;
use super::terminal::Terminal;
use crate::event::{Event, Source, Stream};
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
    open: BTreeMap<Writer, Lines>,
}

/// The stage, and what in it writes where.
type Writer = (Arc<str>, Source, Stream);

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
            open: BTreeMap::new(),
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
                source,
                stream,
                bytes,
            } => return self.output((stage.clone(), *source, *stream), bytes),
            Event::OutputEnded { stage, source } => {
                return self.end_lines(|from| from.0 == *stage && from.1 == *source);
            }
            Event::Printed { stage, text } => {
                let text = self.secrets.mask(text);
                let lines: Vec<_> = text.split('\n').map(str::to_owned).collect();
                return self.lines(stage, Stream::Stdout, true, &lines, "");
            }
            Event::StageRetried { stage, .. }
            | Event::StageSkipped { stage, .. }
            | Event::StageHeld { stage, .. }
            | Event::StageFinished { stage, .. } => self.end_lines(|from| from.0 == *stage),
            Event::RunStarted { .. } | Event::RunFinished { .. } => self.end_lines(|_| true),
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

    pub(super) fn set_jobs(&mut self, jobs: usize) {
        // On a terminal nothing depends on it.
        if let People::Plain(plain) = &mut self.people {
            plain.set_jobs(jobs);
        }
    }

    /// Shows what is left when nothing more will come. Fails if what was for standard output could
    /// not be written.
    pub(super) fn close(&mut self, failure: Option<&Failure>) -> io::Result<()> {
        self.end_lines(|_| true);
        let shown = match &mut self.people {
            People::Nothing => Ok(()),
            People::Plain(plain) => plain.close(),
            People::Terminal(terminal) => terminal.close(),
        };
        match &mut self.json {
            // Then people look at standard error.
            Some(json) => json.close(failure),
            None => shown,
        }
    }

    fn output(&mut self, from: Writer, bytes: &[u8]) {
        let (stage, _, stream) = from.clone();
        let open = self.open.entry(from);
        let open = open.or_insert_with(|| Lines::new(&self.secrets));
        let lines = open.push(bytes);
        let partial = open.partial();
        self.lines(&stage, stream, false, &lines, &partial);
    }

    /// Hands on `lines`, and the beginning of the one after them.
    fn lines(
        &mut self,
        stage: &Arc<str>,
        stream: Stream,
        printed: bool,
        lines: &[String],
        partial: &str,
    ) {
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
                terminal.lines(stage, &lines, partial);
            }
        }
    }

    /// Hands on what is left of lines that will not end by themselves.
    fn end_lines(&mut self, is_over: impl Fn(&Writer) -> bool) {
        let over: Vec<_> = self
            .open
            .keys()
            .filter(|from| is_over(from))
            .cloned()
            .collect();
        for from in over {
            if let Some(open) = self.open.remove(&from) {
                self.lines(&from.0, from.2, false, &open.finish(), "");
            }
        }
    }
}
