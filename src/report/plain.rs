//! A run as lines that scroll: for pipes, files, CI, and the base of what a terminal shows.

use std::collections::{BTreeSet, HashMap};
use std::io::{self, BufWriter, IsTerminal, Write};
use std::sync::Arc;

use super::style::{Colour, elapsed};
use crate::event::{Event, Outcome, Received, Stream};
use crate::line::{Lines, clean};
use crate::secret::Secrets;

/// Writes each event as lines: what the script and its commands print to one output, what wharf
/// says about the run to the other; nothing about the run when `quiet`.
pub(super) struct Plain {
    data: Output,
    talk: Output,
    secrets: Secrets,
    open: HashMap<(Arc<str>, Stream), Lines>,
    quiet: bool,
}

/// Where lines go, and whether they may have colours there.
pub(super) struct Output {
    writer: Box<dyn Write + Send>,
    colour: Colour,
}

impl Output {
    pub(super) fn new(writer: impl Write + IsTerminal + Send + 'static) -> Self {
        Self {
            colour: Colour::of(&writer),
            // Each event is flushed whole: a thousand lines in it are one write.
            writer: Box::new(BufWriter::with_capacity(64 * 1024, writer)),
        }
    }

    /// In one write, so that lines of two outputs to one place do not mix.
    fn line(&mut self, text: &str) -> io::Result<()> {
        self.writer.write_all(format!("{text}\n").as_bytes())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

impl Plain {
    pub(super) fn new(data: Output, talk: Output, secrets: Secrets, quiet: bool) -> Self {
        Self {
            data,
            talk,
            secrets,
            open: HashMap::new(),
            quiet,
        }
    }

    /// Writes `event`. An output that is gone is no reason to stop a deploy, so errors of writing
    /// are dropped.
    pub(super) fn event(&mut self, event: &Event) {
        let _ = self.write(event);
    }

    fn write(&mut self, event: &Event) -> io::Result<()> {
        let colour = self.talk.colour;
        match event {
            Event::RunStarted {
                rehearsal: true, ..
            } => self.say(&colour.attention("rehearsal: nothing leaves this machine")),
            Event::RunStarted { .. }
            | Event::Progress { .. }
            | Event::ActionStarted { .. }
            | Event::ActionFinished { .. } => Ok(()),
            Event::StageStarted { stage, .. } => {
                self.say(&format!("{} {}", colour.strong("▸"), colour.strong(stage)))
            }
            Event::StageSkipped { stage, reason } => {
                self.say(&colour.faint(&format!("○ {stage} skipped: {reason}")))
            }
            Event::StageDropped { stage, reason } => {
                self.say(&colour.faint(&format!("○ {stage} not run: {reason}")))
            }
            Event::StageRetried {
                stage,
                attempt,
                attempts,
                wait,
                failure,
            } => {
                self.end_lines(stage)?;
                self.say(&format!(
                    "  {} attempt {attempt} of {attempts} failed: {}; the next one in {}",
                    colour.attention("warning:"),
                    failure.message,
                    elapsed(*wait)
                ))
            }
            Event::Output {
                stage,
                stream,
                bytes,
            } => self.output(stage, *stream, bytes),
            Event::Printed { text, .. } => {
                let text = self.secrets.mask(text);
                self.data.line(&text)?;
                self.data.flush()
            }
            Event::Said { text, .. } => self.say(&format!("  {text}")),
            Event::Warned { text, .. } => {
                self.say(&format!("  {} {text}", colour.attention("warning:")))
            }
            Event::StageFinished {
                stage,
                outcome,
                took,
                ..
            } => {
                self.end_lines(stage)?;
                let took = elapsed(*took);
                self.say(&match outcome {
                    Outcome::Passed => {
                        format!("{} {stage} {}", colour.good("✓"), colour.faint(&took))
                    }
                    Outcome::Excused(_) => format!(
                        "{} {stage} failed after {took}, which is allowed",
                        colour.attention("!")
                    ),
                    Outcome::Failed(_) => {
                        format!("{} {stage} failed after {took}", colour.bad("✗"))
                    }
                    Outcome::Cancelled => {
                        format!("{} {stage} stopped after {took}", colour.bad("✗"))
                    }
                })
            }
            Event::Rehearsed { services } => self.rehearsed(services),
            Event::RunFinished {
                took,
                passed,
                skipped,
                failure,
            } => {
                // What a hook said last may have no line's end.
                for stage in self
                    .open
                    .keys()
                    .map(|(stage, _)| stage.clone())
                    .collect::<BTreeSet<_>>()
                {
                    self.end_lines(&stage)?;
                }
                self.finish(
                    elapsed(*took).as_str(),
                    *passed,
                    *skipped,
                    failure.is_some(),
                )
            }
        }
    }

    fn output(&mut self, stage: &Arc<str>, stream: Stream, bytes: &[u8]) -> io::Result<()> {
        let lines = self
            .open
            .entry((stage.clone(), stream))
            .or_insert_with(|| Lines::new(&self.secrets))
            .push(bytes);
        self.write_lines(stream, &lines)
    }

    fn write_lines(&mut self, stream: Stream, lines: &[String]) -> io::Result<()> {
        let output = match stream {
            Stream::Stdout => &mut self.data,
            Stream::Stderr => &mut self.talk,
        };
        for line in lines {
            let shown = clean(line, output.colour.is_on());
            // Taking sequences out may have joined the pieces of a secret.
            let shown = if shown == *line {
                shown
            } else {
                self.secrets.mask(&shown)
            };
            output.line(&shown)?;
        }
        output.flush()
    }

    fn end_lines(&mut self, stage: &Arc<str>) -> io::Result<()> {
        for stream in [Stream::Stdout, Stream::Stderr] {
            if let Some(lines) = self.open.remove(&(stage.clone(), stream)) {
                self.write_lines(stream, &lines.finish())?;
            }
        }
        Ok(())
    }

    fn rehearsed(&mut self, services: &[Received]) -> io::Result<()> {
        self.say(
            &self
                .talk
                .colour
                .strong("what each service would have received"),
        )?;
        for received in services {
            for line in &received.lines {
                self.say(&format!("  {:<9} {line}", received.service))?;
            }
            if received.lines.is_empty() {
                self.say(
                    &self
                        .talk
                        .colour
                        .faint(&format!("  {:<9} nothing", received.service)),
                )?;
            }
        }
        Ok(())
    }

    fn finish(
        &mut self,
        took: &str,
        passed: usize,
        skipped: usize,
        failed: bool,
    ) -> io::Result<()> {
        let stages = [
            (passed, "passed"),
            (skipped, "skipped"),
            (usize::from(failed), "failed"),
        ]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect::<Vec<_>>()
        .join(", ");
        let line = if stages.is_empty() {
            "the script declared no stage".to_owned()
        } else {
            format!("{stages} in {took}")
        };
        self.say(&if failed {
            self.talk.colour.bad(&line)
        } else {
            self.talk.colour.good(&line)
        })
    }

    fn say(&mut self, line: &str) -> io::Result<()> {
        if self.quiet {
            return Ok(());
        }
        let line = self.secrets.mask(line);
        self.talk.line(&line)?;
        self.talk.flush()
    }
}
