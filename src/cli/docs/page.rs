//! Entries of the reference, drawn for a terminal.

use std::fmt::Write as _;
use std::io::IsTerminal;
use std::os::fd::AsFd;

use crate::reference::{Entry, Field, Hit, Kind, Shown};
use crate::report::Colour;

/// What is written on.
#[derive(Clone, Copy)]
pub(super) struct Sheet {
    colour: Colour,
    /// How wide it is, where that matters.
    columns: Option<usize>,
}

/// Longer lines are hard to read.
const WIDEST: usize = 100;

/// What is said of a name stands beside it where so much room is left.
const BESIDE: usize = 24;

impl Sheet {
    pub(super) fn of(stream: &(impl AsFd + IsTerminal)) -> Self {
        let columns = || {
            let size = rustix::termios::tcgetwinsize(stream).ok()?;
            let columns = usize::from(size.ws_col);
            (columns > 0).then(|| columns.min(WIDEST))
        };
        Self {
            colour: Colour::of(stream),
            columns: stream.is_terminal().then(columns).flatten(),
        }
    }

    /// One on which a line may have any length.
    pub(super) fn plain(colour: Colour) -> Self {
        Self {
            colour,
            columns: None,
        }
    }

    /// `text` in lines that fit, all but the first of them `indent` to the right. So much of the first
    /// is written already.
    fn fill(self, text: &str, indent: usize) -> String {
        let Some(columns) = self.columns else {
            return text.to_owned();
        };
        let room = columns.saturating_sub(indent).max(1);
        let lines = textwrap::wrap(text, room);
        lines.join(&format!("\n{}", " ".repeat(indent)))
    }

    /// A line of a table: a name, and beside it or below it what is said of it.
    fn row(self, name: &str, width: usize, about: &str) -> String {
        let narrow = self
            .columns
            .is_some_and(|columns| columns < width + 4 + BESIDE);
        if narrow {
            return format!("  {name}\n    {}\n", self.fill(about, 4));
        }
        format!("  {name:width$}  {}\n", self.fill(about, width + 4))
    }
}

/// A line each, under their headings.
pub(super) fn list(entries: &[Entry], sheet: Sheet) -> String {
    let mut text = String::new();
    let width = widest(entries.iter().map(|entry| entry.name.as_str()));
    for group in entries.chunk_by(|a, b| (a.kind, a.group) == (b.kind, b.group)) {
        let gap = if text.is_empty() { "" } else { "\n" };
        let _ = writeln!(text, "{gap}{}", sheet.colour.strong(group[0].group));
        for entry in group {
            let about = match &entry.effect {
                Some(effect) => {
                    let effect = sheet.colour.faint(&format!("({effect})"));
                    format!("{} {effect}", entry.summary)
                }
                None => entry.summary.clone(),
            };
            text.push_str(&sheet.row(&entry.name, width, &about));
        }
    }
    text
}

/// What stands below a list.
pub(super) fn remark(text: &str, sheet: Sheet) -> String {
    format!("\n{}\n", sheet.fill(text, 0))
}

/// A line of each thing that was found.
pub(super) fn hits(hits: &[Hit], sheet: Sheet) -> String {
    let width = widest(hits.iter().map(|hit| hit.name.as_str()));
    let rows = hits
        .iter()
        .map(|hit| sheet.row(&hit.name, width, &hit.summary));
    rows.collect()
}

fn widest<'a>(names: impl Iterator<Item = &'a str>) -> usize {
    names
        .map(|name| name.chars().count())
        .max()
        .unwrap_or_default()
}

pub(super) fn describe(entry: &Entry, sheet: Sheet) -> String {
    let colour = sheet.colour;
    let title = match entry.kind {
        Kind::Chapter => colour.strong(&entry.summary),
        _ if entry.summary.is_empty() => colour.strong(&entry.name),
        _ => format!("{} – {}", colour.strong(&entry.name), entry.summary),
    };
    let mut text = format!("{}\n", sheet.fill(&title, 0));
    if let Some(effect) = &entry.effect {
        let _ = write!(text, "\neffect: {effect}\n");
    }
    if !entry.calls.is_empty() {
        let calls = entry.calls.iter().map(|call| sheet.fill(call, 8));
        let calls = calls.collect::<Vec<_>>().join("\n        ");
        let _ = write!(text, "\ncalls:  {calls}\n");
    }
    if !entry.doc.is_empty() {
        let _ = write!(text, "\n{}", prose(&entry.doc, 0, sheet));
    }
    fields(&mut text, "options", &entry.options, sheet);
    fields(&mut text, "result", &entry.result, sheet);
    ending(&mut text, entry, "", sheet);
    for member in &entry.functions {
        function(&mut text, member, sheet);
    }
    if !entry.examples.is_empty() {
        let _ = write!(text, "\n{}\n", colour.strong("examples"));
    }
    for (index, example) in entry.examples.iter().enumerate() {
        let gap = if index > 0 { "\n" } else { "" };
        let _ = write!(text, "{gap}{}", shown(example, colour));
    }
    text
}

/// A function of a module.
fn function(text: &mut String, member: &Entry, sheet: Sheet) {
    text.push('\n');
    for (index, call) in member.calls.iter().enumerate() {
        let mut line = sheet.colour.strong(call);
        if let Some(effect) = &member.effect
            && index + 1 == member.calls.len()
        {
            line = format!("{line} {}", sheet.colour.faint(&format!("({effect})")));
        }
        let _ = writeln!(text, "{}", sheet.fill(&line, 4));
    }
    if !member.summary.is_empty() {
        let summary = format!("{}.", member.summary);
        let _ = writeln!(text, "  {}", sheet.fill(&summary, 2));
    }
    if !member.doc.is_empty() {
        text.push_str(&prose(&member.doc, 2, sheet));
    }
    rows(text, &member.options, sheet);
    ending(text, member, "  ", sheet);
    for example in &member.examples {
        text.push_str(&shown(example, sheet.colour));
    }
}

/// What it returns and when it fails.
fn ending(text: &mut String, entry: &Entry, margin: &str, sheet: Sheet) {
    let returns = entry.returns.iter().map(|returns| ("returns", returns));
    let errors = entry.errors.iter().map(|error| ("fails", error));
    let gap = if margin.is_empty() { "\n" } else { "" };
    for (index, (what, how)) in returns.chain(errors).enumerate() {
        let gap = if index == 0 { gap } else { "" };
        let line = sheet.fill(&format!("{what} {how}"), margin.len() + 2);
        let _ = writeln!(text, "{gap}{margin}{line}");
    }
}

fn shown(example: &Shown, colour: Colour) -> String {
    let outcome = example.outcome.to_string();
    let outcome = outcome.lines().map(|line| format!("// {line}"));
    let lines: Vec<_> = std::iter::once(format!("// {}", example.title))
        .chain(example.script.lines().map(str::to_owned))
        .chain(outcome)
        .map(|line| {
            if line.starts_with("//") {
                colour.faint(&line)
            } else {
                line
            }
        })
        .collect();
    indented(&lines.join("\n"))
}

/// Markdown as it is, but for headings and the marks around code; `indent` to the right.
fn prose(doc: &str, indent: usize, sheet: Sheet) -> String {
    let mut text = String::new();
    let margin = " ".repeat(indent);
    let mut in_code = false;
    let mut paragraph = String::new();
    for line in doc.lines().chain([""]) {
        let plain = !line.is_empty() && !line.starts_with('#') && !line.starts_with("```");
        let is_prose = plain && !in_code;
        if is_prose && sheet.columns.is_some() {
            let gap = if paragraph.is_empty() { "" } else { " " };
            paragraph.push_str(gap);
            paragraph.push_str(line);
            continue;
        }
        if !paragraph.is_empty() {
            let _ = writeln!(text, "{margin}{}", sheet.fill(&paragraph, indent));
            paragraph.clear();
        }
        if line.starts_with("```") {
            in_code = !in_code;
        } else if in_code {
            text.push_str(&indented(&format!("{margin}{line}")));
        } else if line.starts_with('#') {
            let heading = line.trim_start_matches('#').trim();
            let _ = writeln!(text, "{margin}{}", sheet.colour.strong(heading));
        } else {
            let _ = writeln!(text, "{}", format!("{margin}{line}").trim_end());
        }
    }
    text.truncate(text.trim_end().len());
    text + "\n"
}

/// Lines moved to the right.
fn indented(text: &str) -> String {
    let lines = text.split('\n').map(|line| format!("  {line}"));
    let lines: Vec<_> = lines.map(|line| line.trim_end().to_owned()).collect();
    format!("{}\n", lines.join("\n").trim_end_matches('\n'))
}

fn fields(text: &mut String, title: &str, fields: &[Field], sheet: Sheet) {
    if fields.is_empty() {
        return;
    }
    let _ = write!(text, "\n{}\n", sheet.colour.strong(title));
    rows(text, fields, sheet);
}

fn rows(text: &mut String, fields: &[Field], sheet: Sheet) {
    let width = widest(fields.iter().map(|field| field.name.as_str()));
    for field in fields {
        let about = format!("{} ({})", field.doc, field.about());
        text.push_str(&sheet.row(&field.name, width, about.trim_start()));
    }
}
