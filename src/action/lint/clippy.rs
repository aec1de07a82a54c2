//! clippy, read from cargo's JSON lines.

use serde::Deserialize;

use super::{Finding, Linter, Options, Severity};
use crate::action::toolchain::{Output, Project};
use crate::action::{ActionError, Context};

#[derive(Deserialize)]
struct Line {
    message: Option<Message>,
}

#[derive(Deserialize)]
struct Message {
    code: Option<Code>,
    level: String,
    message: String,
    spans: Vec<Span>,
}

#[derive(Deserialize)]
struct Code {
    code: String,
}

#[derive(Deserialize)]
struct Span {
    file_name: String,
    line_start: usize,
    column_start: usize,
    is_primary: bool,
}

pub(super) fn run(
    context: &Context,
    project: &Project,
    options: &Options,
) -> Result<Vec<Finding>, ActionError> {
    let words = ["cargo", "clippy", "--all-targets", "--message-format=json"];
    let mut words: Vec<_> = words.map(str::to_owned).to_vec();
    words.extend(options.args.iter().cloned());
    let ran = project.run(context, &words, Output::Kept)?;
    if ran.stderr.contains("no such command: `clippy`")
        || ran.stderr.contains("not installed for the toolchain")
    {
        let missing = ActionError::new("clippy is not installed");
        return Err(missing.hint("install it: `rustup component add clippy`"));
    }
    let messages = ran
        .stdout
        .lines()
        .filter_map(|line| serde_json::from_str::<Line>(line).ok()?.message);
    let mut findings: Vec<Finding> = Vec::new();
    for finding in messages.filter_map(finding) {
        // One source is built for several targets, and told about for each.
        let known = findings.iter().any(|known| {
            (&known.path, known.line, known.column, &known.message)
                == (
                    &finding.path,
                    finding.line,
                    finding.column,
                    &finding.message,
                )
        });
        if !known {
            findings.push(finding);
        }
    }
    if ran.code() != 0
        && findings
            .iter()
            .all(|finding| finding.severity == Severity::Note)
    {
        return Err(ran.broke(format!("clippy ended with exit code {}", ran.code())));
    }
    Ok(findings)
}

fn finding(message: Message) -> Option<Finding> {
    let span = message.spans.iter().find(|span| span.is_primary)?;
    Some(Finding {
        linter: Linter::Clippy,
        path: span.file_name.clone(),
        line: span.line_start,
        column: span.column_start,
        code: message
            .code
            .map_or_else(|| "rustc".to_owned(), |code| code.code),
        severity: match message.level.as_str() {
            "error" => Severity::Error,
            "warning" => Severity::Warning,
            _ => Severity::Note,
        },
        message: message.message,
    })
}
