//! Why an action did not do what it was asked.

use serde::Serialize;
use serde_json::Value;

use crate::service::engine::EngineError;
use crate::service::process::ProcessError;
use crate::words::plain;

/// An action's failure before it has a place in a script; the caller adds that.
#[derive(Clone, Debug, Default)]
pub struct ActionError {
    pub kind: ErrorKind,
    /// Lowercase, values in backticks, no full stop; does not repeat the action's name.
    pub message: String,
    /// From the nearest cause to the root.
    pub causes: Vec<String>,
    /// The last lines of a failed command or build step.
    pub output: Vec<String>,
    pub hints: Vec<String>,
    /// Of the command that failed, for the script's `err.exit_code`.
    pub exit_code: Option<i32>,
    /// Whether it was stopped before its end, so that nobody knows what of it has happened.
    pub unfinished: bool,
    /// What was found all the same, in the shape of the action's result, for reports.
    pub found: Option<Value>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ErrorKind {
    /// The work itself failed.
    #[default]
    Failed,
    /// An option is wrong; the path (`tag`, `retry.count`) tells which.
    Option(String),
    /// The run is being stopped; a script cannot catch this.
    Cancelled,
    /// Somebody who was asked said no.
    Refused,
    /// The effect does not happen in this run, and the stage ends here; a script cannot catch this.
    Held,
}

impl ActionError {
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: plain(message),
            ..Self::default()
        }
    }

    /// The option at `path` cannot be used, for the reason in `message`.
    pub fn option(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            kind: ErrorKind::Option(path.into()),
            ..Self::new(message)
        }
    }

    pub fn cancelled() -> Self {
        Self {
            kind: ErrorKind::Cancelled,
            unfinished: true,
            ..Self::new("stopped")
        }
    }

    /// An effect that does not happen; `what` tells what it would have done.
    pub fn held(what: String) -> Self {
        Self {
            kind: ErrorKind::Held,
            ..Self::new(what)
        }
    }

    /// `message`, with `error` and everything under it as causes.
    pub fn caused(message: impl Into<String>, error: &(dyn std::error::Error + 'static)) -> Self {
        let mut made = Self::new(message);
        let mut cause = Some(error);
        while let Some(error) = cause {
            let text = plain(error.to_string());
            if made.causes.last() != Some(&text) {
                made.causes.push(text);
            }
            cause = error.source();
        }
        made
    }

    /// A command that could not be started.
    pub fn from_process(error: &ProcessError) -> Self {
        let made = Self::new(error.to_string());
        match error {
            ProcessError::Spawn { source, .. } | ProcessError::Lost { source, .. } => Self {
                causes: vec![plain(source.to_string())],
                ..made
            },
            ProcessError::NotExecutable(program) => {
                made.hint(format!("`chmod +x {program}` makes it so"))
            }
            ProcessError::NotFound(_)
            | ProcessError::NoDirectory(_)
            | ProcessError::ZeroByte(_) => made,
        }
    }

    /// The message with its causes, for a warning.
    pub fn told(&self) -> String {
        let causes = self.causes.iter().map(|cause| format!(": {cause}"));
        format!("{}{}", self.message, causes.collect::<String>())
    }

    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    #[must_use]
    pub fn output(mut self, lines: Vec<String>) -> Self {
        self.output = lines;
        self
    }

    #[must_use]
    pub fn exit_code(mut self, code: Option<i32>) -> Self {
        self.exit_code = code;
        self
    }

    /// Says that nobody knows what of it has happened.
    #[must_use]
    pub fn unfinished(mut self) -> Self {
        self.unfinished = true;
        self
    }

    /// Hands `found` to the run's reports; what cannot be told as plain data is left out.
    #[must_use]
    pub fn found(mut self, found: &impl Serialize) -> Self {
        self.found = serde_json::to_value(found).ok();
        self
    }
}

impl From<EngineError> for ActionError {
    fn from(error: EngineError) -> Self {
        let mut made = Self::caused(error.to_string(), &error);
        made.causes.remove(0);
        made.hint(error.hint())
    }
}
