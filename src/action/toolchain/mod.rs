//! What test runners and linters share: the project's own environment, and running its tools.

mod python;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{ActionError, Context, Environment};
use crate::event::Stream;
use crate::service::process::{self, Command, End, Finished, Tail};

pub(super) use python::Python;

/// The folder a tool works in, and the environment it gets.
pub(super) struct Project {
    pub(super) folder: PathBuf,
    pub(super) environment: Environment,
    pub(super) timeout: Option<std::time::Duration>,
}

/// What a tool wrote, beside how it ended.
pub(super) struct Ran {
    pub(super) finished: Finished,
    pub(super) stdout: String,
    pub(super) stderr: String,
    tail: Vec<String>,
}

/// Which of a tool's output people are shown as it comes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Show {
    All,
    /// Standard output is in a format for machines.
    Stderr,
}

impl Project {
    pub(super) fn new(
        context: &Context,
        cwd: Option<&str>,
        env: &BTreeMap<String, String>,
        timeout: Option<super::Duration>,
    ) -> Self {
        let mut environment = Environment::clone(&context.environment);
        environment.extend(env.clone());
        Self {
            folder: context.path(cwd.unwrap_or_default()),
            environment,
            timeout: timeout.map(Into::into),
        }
    }

    /// The text of a file of the project; empty where there is none.
    pub(super) fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.folder.join(path)).unwrap_or_default()
    }

    pub(super) fn has(&self, path: &str) -> bool {
        self.folder.join(path).exists()
    }

    /// Whether `program` is on the project's `PATH`.
    pub(super) fn finds(&self, program: &str) -> bool {
        let path = self
            .environment
            .get("PATH")
            .map(String::as_str)
            .unwrap_or_default();
        std::env::split_paths(path).any(|folder| folder.join(program).is_file())
    }

    /// Runs `words` to their end, stopped with the run or by the timeout.
    pub(super) fn run(
        &self,
        context: &Context,
        words: &[String],
        show: Show,
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
        let finished = process::run(&command, &context.cancel, &mut |stream, bytes| {
            match stream {
                Stream::Stdout => stdout.extend_from_slice(bytes),
                Stream::Stderr => stderr.extend_from_slice(bytes),
            }
            if show == Show::All || stream == Stream::Stderr {
                tail.push(bytes);
                context.output(stream, bytes);
            }
        })
        .map_err(|error| ActionError::from_process(&error))?;
        match finished.end {
            End::Cancelled => Err(ActionError::cancelled()),
            End::TimedOut => Err(ActionError::new(format!(
                "`{program}` took longer than the timeout"
            ))),
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
        ActionError::new(message)
            .exit_code(Some(self.code()))
            .output(self.tail.clone())
    }
}

/// `path` as seen from `folder`, if it is below it.
pub(super) fn relative(folder: &Path, path: &str) -> String {
    let below = Path::new(path).strip_prefix(folder);
    let path = below.map_or_else(|_| path.to_owned(), |path| path.display().to_string());
    path.strip_prefix("./").unwrap_or(&path).to_owned()
}
