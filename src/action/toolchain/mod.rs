//! What test runners and linters share: the project's own environment, and running its tools.

pub(super) mod node;
mod project;
mod python;
mod texts;

use std::path::Path;

use super::{ActionError, Context};
use crate::event::Stream;
use crate::service::process::{self, Command, End, Finished, Tail};

pub(super) use project::Project;
pub(super) use python::Python;
pub(super) use texts::Texts;

/// What a tool wrote, beside how it ended.
pub(super) struct Ran {
    pub(super) finished: Finished,
    pub(super) stdout: String,
    pub(super) stderr: String,
    tail: Vec<String>,
}

/// Which of a tool's output people are shown as it comes.
pub(super) enum Show<'a> {
    All,
    /// Standard output is in a format for machines.
    Stderr,
    /// Of each line of standard output what this makes of it.
    Lines(&'a mut dyn FnMut(&str) -> String),
}

impl Project {
    /// Runs `words` to their end, stopped with the run or by the timeout.
    pub(super) fn run(
        &self,
        context: &Context,
        words: &[String],
        mut show: Show<'_>,
    ) -> Result<Ran, ActionError> {
        let (program, args) = words
            .split_first()
            .expect("a tool's command has a first word");
        let command = Command {
            program: program.into(),
            args: args.iter().map(Into::into).collect(),
            directory: self.folder.clone(),
            environment: self.environment.clone(),
            input: None,
            timeout: self.timeout,
        };
        let (mut stdout, mut stderr, mut tail) = (Vec::new(), Vec::new(), Tail::new(20));
        let mut read = 0;
        let finished = process::run(&command, &context.cancel, &mut |stream, bytes| {
            match stream {
                Stream::Stdout => stdout.extend_from_slice(bytes),
                Stream::Stderr => stderr.extend_from_slice(bytes),
            }
            match (&mut show, stream) {
                (Show::All, _) | (_, Stream::Stderr) => {
                    tail.push(bytes);
                    context.output(stream, bytes);
                }
                (Show::Stderr, Stream::Stdout) => {}
                (Show::Lines(shown), Stream::Stdout) => {
                    while let Some(length) = stdout[read..].iter().position(|byte| *byte == b'\n') {
                        let line = String::from_utf8_lossy(&stdout[read..read + length]);
                        let line = shown(&line);
                        read += length + 1;
                        tail.push(line.as_bytes());
                        context.output(stream, line.as_bytes());
                    }
                }
            }
        })
        .map_err(|error| ActionError::from_process(&error))?;
        match finished.end {
            End::Cancelled => Err(ActionError::cancelled()),
            End::TimedOut => {
                let limit = humantime::format_duration(self.timeout.unwrap_or_default());
                let message = format!("took longer than its timeout of {limit}");
                Err(ActionError::new(message).output(tail.into_lines()))
            }
            End::Exited(_) | End::Signalled(_) => Ok(Ran {
                finished,
                stdout: String::from_utf8_lossy(&stdout).into_owned(),
                stderr: String::from_utf8_lossy(&stderr).into_owned(),
                tail: tail.into_lines(),
            }),
        }
    }
}

impl Ran {
    /// The exit code, as a shell would tell it.
    pub(super) fn code(&self) -> i32 {
        self.finished.exit_code().unwrap_or(-1)
    }

    /// The tool itself broke: what it said last, and how it ended.
    pub(super) fn broke(&self, message: impl Into<String>) -> ActionError {
        let mut lines = self.tail.clone();
        if lines.is_empty() {
            let said = self.stdout.lines().take(20);
            lines = said.map(str::to_owned).collect();
        }
        while lines.last().is_some_and(|line| line.trim().is_empty()) {
            lines.pop();
        }
        ActionError::new(message)
            .exit_code(Some(self.code()))
            .output(lines)
    }
}

/// `path` as seen from `folder`, if it is below it.
pub(super) fn relative(folder: &Path, path: &str) -> String {
    let below = Path::new(path).strip_prefix(folder);
    let path = below.map_or_else(|_| path.to_owned(), |path| path.display().to_string());
    path.strip_prefix("./").unwrap_or(&path).to_owned()
}
