//! What test runners and linters share: the project's own environment, and running its tools.

pub(super) mod node;
mod output;
mod project;
mod python;
mod texts;

use std::path::Path;
use std::sync::Arc;

use super::{ActionError, Context};
use crate::service::process::{self, Command, End, Finished};

use output::Collected;

pub(super) use output::Output;
pub(super) use project::Project;
pub(super) use python::Python;
pub(super) use texts::Texts;

/// What is kept of what a tool wrote, beside how it ended.
pub(super) struct Ran {
    pub(super) finished: Finished,
    pub(super) stdout: String,
    pub(super) stderr: String,
    tail: Vec<String>,
}

impl Project {
    /// Runs `words` to their end, stopped with the run or by the timeout.
    pub(super) fn run(
        &self,
        context: &Context,
        words: &[String],
        output: Output<'_>,
    ) -> Result<Ran, ActionError> {
        let (program, args) = words
            .split_first()
            .expect("a tool's command has a first word");
        let command = Command {
            program: program.into(),
            args: args.iter().map(Into::into).collect(),
            directory: self.folder.clone(),
            environment: Arc::new(self.environment.clone()),
            input: None,
            timeout: self.timeout,
        };
        let mut output = Collected::new(context, output);
        let finished = process::run(&command, &context.cancel, &mut |stream, bytes| {
            output.push(stream, bytes);
        })
        .map_err(|error| ActionError::from_process(&error))?;
        let (stdout, stderr, tail) = output.end();
        match finished.end {
            End::Cancelled => Err(ActionError::cancelled()),
            End::TimedOut => {
                let limit = humantime::format_duration(self.timeout.unwrap_or_default());
                let message = format!("took longer than its timeout of {limit}");
                Err(ActionError::new(message).output(tail))
            }
            End::Exited(_) | End::Signalled(_) => Ok(Ran {
                finished,
                stdout,
                stderr,
                tail,
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
