//! `::error file=…,line=…::message`.

use std::fmt::Write as _;
use std::path::Path;

use crate::line::shown;
use crate::report::findings::Severity;
use crate::secret::Secrets;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    Notice,
    Warning,
    Error,
}

/// A remark at a place of a file.
#[derive(Clone, Debug)]
pub(super) struct Annotation {
    pub(super) level: Level,
    pub(super) title: String,
    pub(super) message: String,
    /// From the pipeline's root.
    pub(super) file: Option<String>,
    pub(super) line: Option<usize>,
    pub(super) column: Option<usize>,
}

impl Level {
    pub(super) fn at_most(self, other: Self) -> Self {
        self.min(other)
    }
}

impl From<Severity> for Level {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Error => Self::Error,
            Severity::Warning => Self::Warning,
            Severity::Note => Self::Notice,
        }
    }
}

impl Annotation {
    /// The line that makes it, with `prefix` before the file.
    pub(super) fn command(&self, prefix: &Path, secrets: &Secrets) -> String {
        let mut command = match self.level {
            Level::Notice => "::notice ",
            Level::Warning => "::warning ",
            Level::Error => "::error ",
        }
        .to_owned();
        let told = |text: &str| {
            let lines: Vec<_> = secrets
                .mask(text)
                .split('\n')
                .map(|line| shown(line, false, secrets))
                .collect();
            lines.join("\n")
        };
        if let Some(file) = &self.file {
            let file = prefix.join(file).display().to_string();
            let _ = write!(command, "file={},", property(&told(&file)));
        }
        if let Some(line) = self.line.filter(|line| *line > 0) {
            let _ = write!(command, "line={line},");
        }
        if let Some(column) = self.column.filter(|column| *column > 0) {
            let _ = write!(command, "col={column},");
        }
        let _ = write!(
            command,
            "title={}::{}",
            property(&told(&self.title)),
            data(told(&self.message).trim_end())
        );
        command
    }
}

/// A command's text, as the runner reads it back.
pub(super) fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// A property of a command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Annotation, Level};
    use crate::secret::Secrets;

    #[test]
    fn every_value_is_escaped_and_masked() {
        let secrets = Secrets::new();
        secrets.add("100% secret");
        let annotation = Annotation {
            level: Level::Error,
            title: "a, b::c".to_owned(),
            message: "50 %\nof 100% secret\r\n::set-env name=A::1".to_owned(),
            file: Some("src/a:b.py".to_owned()),
            line: Some(3),
            column: Some(0),
        };
        assert_eq!(
            annotation.command(Path::new("web"), &secrets),
            "::error file=web/src/a%3Ab.py,line=3,title=a%2C b%3A%3Ac::50 %25%0Aof ***%0A::set-env name=A::1"
        );
    }
}
