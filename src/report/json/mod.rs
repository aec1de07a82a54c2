//! A run as lines of JSON on standard output, for programs. The guide's chapter `json` tells what is
//! in them.

mod masked;
mod watched;

use std::io::{self, BufWriter, ErrorKind, Write};
use std::time::SystemTime;

use serde_json::{Map, Value, json};

use super::line::Line;
use super::place;
use crate::event::{Call, Event, Listed, Outcome, Received, Stream};
use crate::failure::{Failure, Kind};
use crate::line::shown;
use crate::secret::Secrets;

/// Of the schema; it rises when something is removed or changes its meaning.
const VERSION: u32 = 1;

/// Writes each event as a line. The first is `run_started`: what happens before waits for it.
pub(super) struct Json {
    writer: Box<dyn Write + Send>,
    secrets: Secrets,
    /// The run's number in the journal, once it is known.
    pub(super) number: Option<i64>,
    early: Option<Vec<Value>>,
    ended: bool,
    /// The first error of writing.
    broken: Option<io::Error>,
}

impl Json {
    pub(super) fn new(writer: impl Write + Send + 'static, secrets: Secrets) -> Self {
        Self {
            writer: Box::new(BufWriter::new(writer)),
            secrets,
            number: None,
            early: Some(Vec::new()),
            ended: false,
            broken: None,
        }
    }

    /// For what happens between the runs of a watch, which has neither begin nor end.
    pub(super) fn of_watch(mut self) -> Self {
        self.early = None;
        self.ended = true;
        self
    }

    pub(super) fn line(&mut self, line: &Line<'_>) {
        let mut value = self.of("output", line.stage);
        value["stream"] = match line.stream {
            Stream::Stdout => "stdout",
            Stream::Stderr => "stderr",
        }
        .into();
        value["printed"] = line.printed.into();
        value["text"] = line.shown(false, &self.secrets).into();
        self.write(value);
    }

    pub(super) fn event(&mut self, event: &Event) {
        if let Some(value) = self.told(event) {
            self.ended |= matches!(event, Event::RunFinished { .. });
            self.write(value);
            self.flush();
        }
    }

    /// Ends the lines of a run that did not come to its own end. Fails if one could not be written,
    /// unless nobody reads them any more.
    pub(super) fn close(&mut self, failure: Option<&Failure>) -> io::Result<()> {
        if !self.ended {
            if self.early.is_some() {
                let value = self.run_started(&[], false);
                self.write(value);
            }
            let mut value = started("run_finished", None);
            value["failure"] = self.failure(failure);
            self.write(value);
        }
        self.flush();
        match self.broken.take() {
            Some(error) if error.kind() != ErrorKind::BrokenPipe => Err(error),
            _ => Ok(()),
        }
    }

    pub(super) fn flush(&mut self) {
        let flushed = self.writer.flush();
        self.note(flushed);
    }

    /// A run goes on whatever becomes of its lines.
    fn note(&mut self, written: io::Result<()>) {
        if let Err(error) = written {
            self.broken.get_or_insert(error);
        }
    }

    fn write(&mut self, value: Value) {
        if value["type"] == "run_started" {
            let early = self.early.take().unwrap_or_default();
            for value in std::iter::once(value).chain(early) {
                self.put(&value);
            }
        } else if let Some(early) = &mut self.early {
            early.push(value);
        } else {
            self.put(&value);
        }
    }

    fn put(&mut self, value: &Value) {
        let written = writeln!(self.writer, "{value}");
        self.note(written);
    }

    /// An event of a stage with one text.
    fn said(&self, kind: &'static str, stage: &str, name: &str, text: &str) -> Value {
        let mut value = self.of(kind, stage);
        value[name] = self.secrets.mask(text).into();
        value
    }

    fn told(&self, event: &Event) -> Option<Value> {
        let text = |text: &str| self.secrets.mask(text);
        Some(match event {
            Event::RunStarted { stages, rehearsal } => self.run_started(stages, *rehearsal),
            Event::StageStarted { stage, why } => self.said("stage_started", stage, "why", why),
            Event::StageSkipped { stage, reason, .. } => {
                self.said("stage_skipped", stage, "reason", reason)
            }
            Event::StageHeld { stage, what } => self.said("stage_held", stage, "what", what),
            Event::Watched(watched) => watched::told(watched, &self.secrets),
            Event::StageDropped { stage, reason } => {
                self.said("stage_dropped", stage, "reason", reason)
            }
            Event::StageRetried {
                stage,
                attempt,
                attempts,
                took,
                wait,
                failure,
            } => {
                let mut value = self.of("stage_retried", stage);
                value["attempt"] = (*attempt).into();
                value["attempts"] = (*attempts).into();
                value["seconds"] = took.as_secs_f64().into();
                value["wait"] = wait.as_secs_f64().into();
                value["failure"] = self.failure(Some(failure));
                value
            }
            Event::ActionStarted { stage, call } => self.call("action_started", stage, call),
            Event::ActionFinished {
                stage,
                call,
                took,
                result,
                found,
                ..
            } => {
                let mut value = self.call("action_finished", stage, call);
                value["seconds"] = took.as_secs_f64().into();
                match result {
                    Ok(result) => value["result"] = masked::value(result, &self.secrets),
                    Err(message) => value["error"] = text(message).into(),
                }
                if let Some(found) = found {
                    value["found"] = masked::value(found, &self.secrets);
                }
                value
            }
            Event::Said { stage, text } => self.said("said", stage, "text", text),
            Event::Warned { stage, text } => self.said("warned", stage, "text", text),
            Event::StageFinished {
                stage,
                outcome,
                took,
                result,
            } => {
                let mut value = self.of("stage_finished", stage);
                let (word, failure) = match outcome {
                    Outcome::Passed => ("passed", None),
                    Outcome::Failed(failure) => ("failed", Some(failure)),
                    Outcome::Excused(failure) => ("excused", Some(failure)),
                    Outcome::Cancelled => ("cancelled", None),
                };
                value["outcome"] = word.into();
                value["seconds"] = took.as_secs_f64().into();
                value["result"] = masked::value(result, &self.secrets);
                value["failure"] = self.failure(failure.map(|failure| &**failure));
                value
            }
            Event::Rehearsed { services } => self.rehearsed(services),
            Event::RunFinished {
                took,
                passed,
                skipped,
                held,
                failure,
            } => {
                let mut value = started("run_finished", None);
                value["seconds"] = took.as_secs_f64().into();
                value["passed"] = (*passed).into();
                value["skipped"] = (*skipped).into();
                value["held"] = (*held).into();
                value["failure"] = self.failure(failure.as_deref());
                value
            }
            Event::Output { .. }
            | Event::OutputEnded { .. }
            | Event::Printed { .. }
            | Event::Progress { .. }
            | Event::Asking { .. }
            | Event::Answered { .. } => return None,
        })
    }

    fn rehearsed(&self, services: &[Received]) -> Value {
        let services = services.iter().map(|one| {
            let lines = one.lines.iter().map(|line| self.secrets.mask(line));
            json!({ "service": one.service, "lines": lines.collect::<Vec<_>>() })
        });
        let mut value = started("rehearsed", None);
        value["services"] = services.collect();
        value
    }

    fn run_started(&self, stages: &[Listed], rehearsal: bool) -> Value {
        let stages = stages.iter().map(|stage| {
            let needs: Vec<_> = stage
                .needs
                .iter()
                .map(|need| self.secrets.mask(need))
                .collect();
            let environment = stage.environment.as_deref();
            json!({
                "name": self.secrets.mask(&stage.name),
                "needs": needs,
                "environment": environment.map(|name| self.secrets.mask(name)),
            })
        });
        let mut value = json!({ "type": "run_started", "version": VERSION, "time": now() });
        value["wharf"] = env!("CARGO_PKG_VERSION").into();
        value["run"] = self.number.into();
        value["rehearsal"] = rehearsal.into();
        value["stages"] = stages.collect();
        value
    }

    fn of(&self, kind: &str, stage: &str) -> Value {
        started(kind, Some(&self.secrets.mask(stage)))
    }

    fn call(&self, kind: &str, stage: &str, call: &Call) -> Value {
        let mut value = self.of(kind, stage);
        value["action"] = call.action.into();
        value["effect"] = call.effect.name().into();
        value["number"] = call.number.into();
        value
    }

    fn failure(&self, failure: Option<&Failure>) -> Value {
        let Some(failure) = failure else {
            return Value::Null;
        };
        let text = |text: &str| self.secrets.mask(text);
        let texts = |texts: &[String]| texts.iter().map(|one| text(one)).collect::<Vec<_>>();
        let places = failure.places.iter().map(|one| {
            let at = place::at(one);
            json!({ "file": text(&at.file), "line": at.line, "column": at.column })
        });
        json!({
            "kind": kind(failure.kind),
            "message": text(&failure.message),
            "stage": failure.stage.as_deref().map(text),
            "action": failure.action,
            "exit_code": failure.exit_code,
            "places": places.collect::<Vec<_>>(),
            "causes": texts(&failure.causes),
            "output": texts(&failure.output)
                .iter()
                .map(|line| shown(line, false, &self.secrets))
                .collect::<Vec<_>>(),
            "hints": texts(&failure.hints),
        })
    }
}

fn started(kind: &str, stage: Option<&str>) -> Value {
    let mut map = Map::new();
    map.insert("type".to_owned(), kind.into());
    map.insert("time".to_owned(), now().into());
    if let Some(stage) = stage {
        map.insert("stage".to_owned(), stage.into());
    }
    map.into()
}

fn now() -> String {
    humantime::format_rfc3339_millis(SystemTime::now()).to_string()
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Pipeline => "pipeline",
        Kind::Script => "script",
        Kind::Refused => "refused",
        Kind::Defect => "defect",
        Kind::Interrupted => "interrupted",
    }
}
