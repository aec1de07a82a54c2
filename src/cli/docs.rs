//! `wharf docs`: the reference, drawn for a terminal or written for elsewhere.

use std::fmt::Write as _;
use std::io::{IsTerminal as _, Write as _};
use std::os::fd::AsFd;
use std::sync::Arc;

use super::Done;
use super::arguments::{DocsFormat, DocsOptions};
use crate::failure::Failure;
use crate::reference::{self, Entry, Field, Kind};
use crate::report::Colour;

const MORE: &str = "\n`wharf docs NAME` tells all about one, `wharf docs --format html` makes a page of everything.\n";

pub(super) fn docs(options: &DocsOptions) -> Done {
    let mut stdout = std::io::stdout().lock();
    let colour = Colour::of(&stdout);
    let columns = stdout.is_terminal().then(|| columns(&stdout)).flatten();
    let entry = options.name.as_deref().map(find).transpose()?;
    let text = match (options.format, &entry) {
        (DocsFormat::Text, None) => list(&reference::entries(), colour) + MORE,
        (DocsFormat::Text, Some(entry)) => describe(entry, Sheet { colour, columns }),
        (DocsFormat::Markdown, entry) => reference::markdown(entry.as_ref()),
        (DocsFormat::Json, None) => reference::json(),
        (DocsFormat::Json, Some(entry)) => format!("{:#}\n", serde_json::json!(entry)),
        (DocsFormat::Html, None) => reference::html(),
        (DocsFormat::Definitions, None) => reference::definitions(),
        (DocsFormat::Html | DocsFormat::Definitions, Some(_)) => return Err(Arc::new(whole())),
    };
    // A closed pipe wants no more lines.
    let _ = stdout.write_all(text.as_bytes());
    Ok(())
}

/// The actions, by category.
pub(super) fn actions(colour: Colour) -> String {
    let mut entries = reference::entries();
    entries.retain(|entry| entry.kind == Kind::Action);
    list(&entries, colour)
}

fn find(name: &str) -> Result<Entry, Arc<Failure>> {
    reference::find(name).map_err(|near| {
        let failure = Failure::script(format!("the reference has no `{name}`"));
        Arc::new(match near {
            Some(near) => failure.hint(format!("did you mean `{near}`?")),
            None => failure.hint("`wharf docs` lists what there is"),
        })
    })
}

fn whole() -> Failure {
    Failure::script("this format holds the whole reference")
        .hint("leave the name out; `text`, `markdown` and `json` can be of one entry")
}

/// A line each, under their headings.
fn list(entries: &[Entry], colour: Colour) -> String {
    let mut text = String::new();
    let width = entries.iter().map(|entry| entry.name.chars().count()).max();
    let width = width.unwrap_or_default();
    for group in entries.chunk_by(|a, b| (a.kind, a.group) == (b.kind, b.group)) {
        let gap = if text.is_empty() { "" } else { "\n" };
        let _ = writeln!(text, "{gap}{}", colour.strong(group[0].group));
        for entry in group {
            let _ = write!(text, "  {:width$}  {}", entry.name, entry.summary);
            if let Some(effect) = entry.effect {
                let _ = write!(text, " {}", colour.faint(&format!("({effect})")));
            }
            text.push('\n');
        }
    }
    text
}

/// What is written on.
#[derive(Clone, Copy)]
struct Sheet {
    colour: Colour,
    /// How wide it is, where that matters.
    columns: Option<usize>,
}

/// Longer lines are hard to read.
const WIDEST: usize = 100;

fn columns(terminal: &impl AsFd) -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(terminal).ok()?;
    let columns = usize::from(size.ws_col);
    (columns > 0).then(|| columns.min(WIDEST))
}

impl Sheet {
    /// `text` in lines that fit, all but the first of them `indent` to the right. So much of the first
    /// is written already.
    fn fill(self, text: &str, indent: usize) -> String {
        let Some(columns) = self.columns else {
            return text.to_owned();
        };
        // On a very narrow terminal words are cut anyway.
        let room = columns.saturating_sub(indent).max(20);
        let lines = textwrap::wrap(text, room);
        lines.join(&format!("\n{}", " ".repeat(indent)))
    }
}

fn describe(entry: &Entry, sheet: Sheet) -> String {
    let colour = sheet.colour;
    let mut text = match entry.kind {
        Kind::Chapter => format!("{}\n", colour.strong(&entry.summary)),
        _ => format!("{} – {}\n", colour.strong(&entry.name), entry.summary),
    };
    if let Some(effect) = entry.effect {
        let _ = write!(text, "\neffect: {effect}\n");
    }
    if !entry.calls.is_empty() {
        let calls = entry.calls.join("\n        ");
        let _ = write!(text, "\ncalls:  {calls}\n");
    }
    if !entry.doc.is_empty() {
        let _ = write!(text, "\n{}", prose(&entry.doc, 0, sheet));
    }
    fields(&mut text, "options", &entry.options, sheet);
    fields(&mut text, "result", &entry.result, sheet);
    for member in &entry.functions {
        let doc = prose(&member.doc, 2, sheet);
        let _ = write!(text, "\n{}\n{doc}", colour.strong(&member.call));
    }
    if !entry.examples.is_empty() {
        let _ = write!(text, "\n{}\n", colour.strong("examples"));
    }
    for (index, example) in entry.examples.iter().enumerate() {
        let gap = if index > 0 { "\n" } else { "" };
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
        let _ = write!(text, "{gap}{}", indented(&lines.join("\n")));
    }
    text
}

/// Markdown as it is, but for headings and the marks around code; `indent` to the right.
fn prose(doc: &str, indent: usize, sheet: Sheet) -> String {
    let mut text = String::new();
    let margin = " ".repeat(indent);
    let mut in_code = false;
    let mut paragraph = String::new();
    for line in doc.lines().chain([""]) {
        let plain = !line.is_empty() && !line.starts_with(['#', '|']) && !line.starts_with("```");
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
        } else if line.starts_with("|--") {
            // Between the head of a table and its rows.
        } else if let Some(row) = line.strip_prefix('|') {
            let cells: Vec<_> = row.split('|').map(str::trim).collect();
            let row = cells.join("  ");
            let _ = writeln!(text, "{margin}{}", sheet.fill(row.trim_end(), indent + 4));
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
    let width = fields.iter().map(|field| field.name.len()).max();
    let width = width.unwrap_or_default();
    let colour = sheet.colour;
    let _ = write!(text, "\n{}\n", colour.strong(title));
    for field in fields {
        let required = if field.required && title == "options" {
            ", required"
        } else {
            ""
        };
        let takes = format!("({}{required})", field.takes);
        let about = sheet.fill(&format!("{} {takes}", field.doc), width + 4);
        let about = match about.strip_suffix(&takes) {
            Some(doc) => format!("{doc}{}", colour.faint(&takes)),
            None => about,
        };
        let _ = writeln!(text, "  {:width$}  {about}", field.name);
    }
}
