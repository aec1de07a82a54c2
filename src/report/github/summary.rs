//! The summary of a job, in Markdown.

use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::{self, Write as _};

use crate::event::Outcome;
use crate::line::shown;
use crate::report::findings::{findings, tests};
use crate::report::record::{Record, Stage, State};
use crate::report::style::elapsed;
use crate::report::timing::Timing;
use crate::secret::Secrets;

/// More stages, tests or findings than this are counted: GitHub takes one mebibyte at most.
const MOST: usize = 200;

/// Appends to the file that `GITHUB_STEP_SUMMARY` names, if it names one.
pub(in crate::report) fn append(record: &Record, secrets: &Secrets) -> io::Result<()> {
    let Some(path) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty()) else {
        return Ok(());
    };
    let text = secrets.mask(&markdown(record, secrets));
    let mut file = OpenOptions::new().append(true).create(true).open(path)?;
    file.write_all(text.as_bytes())
}

fn markdown(record: &Record, secrets: &Secrets) -> String {
    let timing = Timing::of(record);
    let cell = |text: &str| escape(text, secrets);
    let mut text = String::new();
    let rehearsal = if record.rehearsal {
        " (a rehearsal)"
    } else {
        ""
    };
    let _ = writeln!(text, "### wharf{rehearsal}\n");
    let _ = writeln!(text, "| stage | result | time | why |\n|---|---|---:|---|");
    for stage in record.listed().take(MOST) {
        let critical = timing.stages.len() > 1 && timing.is_critical(stage);
        let time = if stage.ran() {
            elapsed(stage.took)
        } else {
            String::new()
        };
        let environment = stage.environment.as_deref();
        let environment = environment.map(|name| format!(" to {}", cell(name)));
        let _ = writeln!(
            text,
            "| {}{}{} | {} {} | {time} | {} |",
            cell(&stage.name),
            environment.unwrap_or_default(),
            if critical { " \\*" } else { "" },
            mark(stage),
            stage.word(),
            cell(why(stage))
        );
    }
    more(&mut text, record.listed().count());
    if timing.stages.len() > 1 {
        let _ = writeln!(
            text,
            "\n\\* critical path: {}, {} of {}",
            cell(&timing.path()),
            elapsed(timing.shortest),
            elapsed(timing.whole)
        );
    }
    bad(&mut text, record, secrets);
    if let Some((_, Some(failure))) = &record.ended {
        let _ = writeln!(text, "\n**{}**", cell(&failure.message));
    }
    text.push('\n');
    text
}

/// Tests that failed and what linters found.
fn bad(text: &mut String, record: &Record, secrets: &Secrets) {
    let cell = |text: &str| escape(text, secrets);
    let mut rows = Vec::new();
    for stage in record.listed() {
        for test in tests(stage)
            .into_iter()
            .filter(|test| test.outcome.is_bad())
        {
            let message = test.message.unwrap_or_default();
            let first = message.lines().map(str::trim).find(|line| !line.is_empty());
            let place = place(test.file.as_deref(), test.line);
            let message = first.unwrap_or_default().to_owned();
            rows.push((&stage.name, test.name, place, message));
        }
        for finding in findings(stage) {
            let what = format!("{} {}", finding.linter, finding.code);
            let place = place(Some(&finding.path), Some(finding.line));
            rows.push((&stage.name, what, place, finding.message));
        }
    }
    if rows.is_empty() {
        return;
    }
    let _ = writeln!(
        text,
        "\n| stage | test or rule | place | message |\n|---|---|---|---|"
    );
    for (stage, what, place, message) in rows.iter().take(MOST) {
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} |",
            cell(stage),
            cell(what),
            cell(place),
            cell(message)
        );
    }
    more(text, rows.len());
}

fn place(file: Option<&str>, line: Option<usize>) -> String {
    match (file, line) {
        (Some(file), Some(line)) => format!("{file}:{line}"),
        (file, _) => file.unwrap_or_default().to_owned(),
    }
}

fn more(text: &mut String, count: usize) {
    if count > MOST {
        let _ = writeln!(text, "\nand {} more", count - MOST);
    }
}

fn mark(stage: &Stage) -> &'static str {
    match &stage.state {
        State::Ended(Outcome::Passed) => "✅",
        State::Ended(Outcome::Excused(_)) => "⚠️",
        State::Ended(_) | State::Running => "❌",
        State::Waiting | State::Skipped(_) | State::Held(_) | State::Dropped(_) => "⏭️",
    }
}

/// Why it ran or did not, or what failed.
fn why(stage: &Stage) -> &str {
    match (&stage.state, stage.failure()) {
        (_, Some(failure)) => &failure.message,
        (State::Skipped(reason) | State::Held(reason) | State::Dropped(reason), _) => reason,
        _ => &stage.why,
    }
}

/// Text that Markdown takes literally, in one line.
fn escape(text: &str, secrets: &Secrets) -> String {
    let mut escaped = String::with_capacity(text.len());
    for line in secrets.mask(text).lines() {
        if !escaped.is_empty() {
            escaped.push(' ');
        }
        for c in shown(line, false, secrets).chars() {
            match c {
                '&' => escaped.push_str("&amp;"),
                '<' => escaped.push_str("&lt;"),
                '>' => escaped.push_str("&gt;"),
                // An entity, so that the name is told and nobody is called.
                '@' => escaped.push_str("&#64;"),
                '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '#' | '!' => {
                    escaped.push('\\');
                    escaped.push(c);
                }
                _ => escaped.push(c),
            }
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::escape;
    use crate::secret::Secrets;

    #[test]
    fn what_others_say_is_no_markdown() {
        let secrets = Secrets::new();
        secrets.add("hunter22");
        assert_eq!(
            escape("a | b\n<img> `x` hunter22 @ada", &secrets),
            "a \\| b &lt;img&gt; \\`x\\` \\*\\*\\* &#64;ada"
        );
    }
}
