//! What went wrong, in the user's words: message, places in the script, causes, hints, exit code.

mod defect;
mod nearest;
mod render;

use std::ops::Range;
use std::sync::Arc;

pub use defect::{guard, keep_panics};
pub use nearest::nearest;
pub use render::{render, render_warning};

use crate::words::plain;

/// An error a user can reach. It is plain data; [`render`] makes it text.
#[derive(Clone, Debug)]
pub struct Failure {
    pub kind: Kind,
    /// Lowercase, values in backticks, no full stop.
    pub message: String,
    /// Innermost first: where it happened, then each script call on the way there.
    pub places: Vec<Place>,
    /// Why, from the nearest cause to the root.
    pub causes: Vec<String>,
    /// Lines to show as they are, such as the last output of a failed command.
    pub output: Vec<String>,
    /// What to do next.
    pub hints: Vec<String>,
    /// The action that failed, for the script's `err.action`.
    pub action: Option<&'static str>,
    /// The stage that failed, for the script's `err.stage`.
    pub stage: Option<Arc<str>>,
    /// The exit code of the command that failed, for the script's `err.exit_code`.
    pub exit_code: Option<i32>,
    /// What failed after it, such as a hook.
    pub also: Vec<Arc<Failure>>,
}

/// What kind of failure this is; it decides the exit code and nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The pipeline failed.
    Pipeline,
    /// The script or the command line is wrong.
    Script,
    /// wharf declined: an effect that is held, a lock, an answer of no.
    Refused,
    /// A defect of wharf.
    Defect,
    /// Ctrl-C or `SIGTERM`.
    Interrupted,
}

impl Kind {
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Pipeline => 1,
            Self::Script => 2,
            Self::Refused => 3,
            Self::Defect => 70,
            Self::Interrupted => 130,
        }
    }
}

/// A span of a source file.
#[derive(Clone, Debug)]
pub struct Place {
    pub source: Arc<Source>,
    /// Bytes into `source.text`.
    pub span: Range<usize>,
    /// What this place is, beside the caret; empty for the place of the error itself.
    pub label: String,
}

/// A script or module as it was read.
#[derive(Debug)]
pub struct Source {
    /// As shown to the user: relative to the repository, or `std/…`.
    pub name: String,
    pub text: String,
    /// Where each line starts.
    lines: Vec<usize>,
}

impl Source {
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        let text = text.into();
        let ends = text.match_indices('\n').map(|(at, _)| at + 1);
        Self {
            name: name.into(),
            lines: std::iter::once(0).chain(ends).collect(),
            text,
        }
    }

    /// Where `line`, from 1, starts; nothing past the end.
    pub fn start_of_line(&self, line: usize) -> Option<usize> {
        self.lines.get(line.checked_sub(1)?).copied()
    }

    /// The text of `line`, from 1.
    pub fn line(&self, line: usize) -> Option<&str> {
        self.text[self.start_of_line(line)?..].lines().next()
    }
}

impl Failure {
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: plain(message),
            places: Vec::new(),
            causes: Vec::new(),
            output: Vec::new(),
            hints: Vec::new(),
            action: None,
            stage: None,
            exit_code: None,
            also: Vec::new(),
        }
    }

    pub fn script(message: impl Into<String>) -> Self {
        Self::new(Kind::Script, message)
    }

    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.places.push(place);
        self
    }

    /// [`Failure::at`], where the place is known.
    #[must_use]
    pub fn at_if(self, place: Option<Place>) -> Self {
        match place {
            Some(place) => self.at(place),
            None => self,
        }
    }

    /// This with all its texts made by `show` from what they are, as they have to be before they
    /// are rendered: afterwards a tab in a secret is four spaces, and nothing knows it any more.
    #[must_use]
    pub fn shown(&self, show: &dyn Fn(&str) -> String) -> Self {
        let all = |texts: &[String]| texts.iter().map(|text| show(text)).collect();
        let place = |place: &Place| Place {
            label: show(&place.label),
            ..place.clone()
        };
        Self {
            message: show(&self.message),
            places: self.places.iter().map(place).collect(),
            causes: all(&self.causes),
            hints: all(&self.hints),
            also: self
                .also
                .iter()
                .map(|one| Arc::new(one.shown(show)))
                .collect(),
            ..self.clone()
        }
    }

    #[must_use]
    pub fn because(mut self, cause: impl Into<String>) -> Self {
        self.causes.push(plain(cause));
        self
    }

    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }
}

impl Place {
    /// Both from 1, the column in characters.
    pub fn line_and_column(&self) -> (usize, usize) {
        let before = &self.source.text[..self.span.start];
        let line = before.matches('\n').count() + 1;
        let row = before.rsplit('\n').next().unwrap_or_default();
        (line, row.chars().count() + 1)
    }
}

impl std::fmt::Display for Place {
    /// `wharf.rhai:12:33`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (line, column) = self.line_and_column();
        write!(f, "{}:{line}:{column}", self.source.name)
    }
}

impl std::fmt::Display for Failure {
    /// The message behind its place: what a log or a list shows.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.places.first() {
            Some(place) => write!(f, "{place}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}
