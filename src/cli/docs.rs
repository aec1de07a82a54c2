//! `wharf docs`: the reference, drawn for a terminal or written for elsewhere.

use std::fmt::Write as _;
use std::io::Write as _;
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
    let entry = options.name.as_deref().map(find).transpose()?;
    let text = match (options.format, &entry) {
        (DocsFormat::Text, None) => list(&reference::entries(), colour) + MORE,
        (DocsFormat::Text, Some(entry)) => describe(entry, colour),
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

fn describe(entry: &Entry, colour: Colour) -> String {
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
        let _ = write!(text, "\n{}", prose(&entry.doc, colour));
    }
    fields(&mut text, "options", &entry.options, colour);
    fields(&mut text, "result", &entry.result, colour);
    for member in &entry.functions {
        let doc = prose(&member.doc, colour);
        let _ = write!(
            text,
            "\n{}\n{}",
            colour.strong(&member.call),
            indented(&doc)
        );
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

/// Markdown as it is, but for headings and the marks around code.
fn prose(doc: &str, colour: Colour) -> String {
    let mut text = String::new();
    let mut in_code = false;
    for line in doc.lines() {
        if line.starts_with("```") {
            in_code = !in_code;
        } else if in_code {
            text.push_str(&indented(line));
        } else if line.starts_with('#') {
            let heading = line.trim_start_matches('#').trim();
            let _ = writeln!(text, "{}", colour.strong(heading));
        } else {
            let _ = writeln!(text, "{line}");
        }
    }
    text
}

/// Lines moved to the right.
fn indented(text: &str) -> String {
    let lines = text.split('\n').map(|line| format!("  {line}"));
    let lines: Vec<_> = lines.map(|line| line.trim_end().to_owned()).collect();
    format!("{}\n", lines.join("\n").trim_end_matches('\n'))
}

fn fields(text: &mut String, title: &str, fields: &[Field], colour: Colour) {
    if fields.is_empty() {
        return;
    }
    let width = fields.iter().map(|field| field.name.len()).max();
    let width = width.unwrap_or_default();
    let _ = write!(text, "\n{}\n", colour.strong(title));
    for field in fields {
        let required = if field.required && title == "options" {
            ", required"
        } else {
            ""
        };
        let takes = colour.faint(&format!("({}{required})", field.takes));
        let _ = writeln!(text, "  {:width$}  {} {takes}", field.name, field.doc);
    }
}
