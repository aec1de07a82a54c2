//! The reference as one document of Markdown.

use std::fmt::Write as _;

use super::{Entry, Field, Shown, entries};

/// All entries, or the one that is given.
pub fn markdown(only: Option<&Entry>) -> String {
    match only {
        Some(entry) => body(entry, "#"),
        None => whole(),
    }
}

fn whole() -> String {
    let mut text = String::from("# wharf: the reference\n");
    let mut last = None;
    for entry in entries() {
        if last.replace(entry.kind) != Some(entry.kind) {
            let _ = write!(text, "\n## {}\n", capital(entry.kind.heading()));
        }
        let _ = write!(text, "\n{}", body(&entry, "###"));
    }
    text
}

/// `text` with a capital letter.
pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).collect()
}

/// An entry under a heading of that level.
fn body(entry: &Entry, level: &str) -> String {
    let mut text = match entry.kind {
        super::Kind::Chapter => format!("{level} {}\n", entry.summary),
        _ => format!("{level} `{}`\n\n{}.\n", entry.name, entry.summary),
    };
    if let Some(effect) = &entry.effect {
        let _ = write!(text, "\nEffect: `{effect}`.\n");
    }
    if !entry.calls.is_empty() {
        let _ = write!(text, "\n```text\n{}\n```\n", entry.calls.join("\n"));
    }
    if !entry.doc.is_empty() {
        let _ = write!(text, "\n{}\n", deeper(entry.doc.trim_end(), level));
    }
    fields(&mut text, "Option", &entry.options);
    fields(&mut text, "Result", &entry.result);
    ending(&mut text, entry);
    for member in &entry.functions {
        function(&mut text, member, level);
    }
    for example in &entry.examples {
        shown(&mut text, example);
    }
    text
}

/// What it returns and when it fails.
fn ending(text: &mut String, entry: &Entry) {
    if let Some(returns) = &entry.returns {
        let _ = write!(text, "\nReturns {returns}.\n");
    }
    if !entry.errors.is_empty() {
        text.push_str("\nFails:\n\n");
    }
    for error in &entry.errors {
        let _ = writeln!(text, "- {error}");
    }
}

/// A function of a module, under the module's heading.
fn function(text: &mut String, member: &Entry, level: &str) {
    let name = &member.name;
    let _ = write!(text, "\n#{level} `{name}`\n");
    if !member.summary.is_empty() {
        let _ = write!(text, "\n{}.\n", member.summary);
    }
    if let Some(effect) = &member.effect {
        let _ = write!(text, "\nEffect: `{effect}`.\n");
    }
    let _ = write!(text, "\n```text\n{}\n```\n", member.calls.join("\n"));
    if !member.doc.is_empty() {
        let _ = write!(text, "\n{}\n", member.doc);
    }
    fields(text, "Option", &member.options);
    ending(text, member);
    for example in &member.examples {
        shown(text, example);
    }
}

fn shown(text: &mut String, example: &Shown) {
    let _ = write!(text, "\nThis example {}:\n\n", example.title);
    let _ = write!(text, "```rhai\n{}\n", example.script);
    for line in example.outcome.to_string().lines() {
        let _ = writeln!(text, "// {line}");
    }
    text.push_str("```\n");
}

/// `doc` with its headings, which begin at the second level, below `level`.
fn deeper(doc: &str, level: &str) -> String {
    let more = &level[1..];
    let mut in_code = false;
    let lines = doc.lines().map(|line| {
        in_code ^= line.starts_with("```");
        if line.starts_with("##") && !in_code {
            format!("{more}{line}")
        } else {
            line.to_owned()
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn fields(text: &mut String, what: &str, fields: &[Field]) {
    if fields.is_empty() {
        return;
    }
    let cell = |text: &str| text.replace('|', "\\|");
    let _ = write!(text, "\n| {what} | Takes | |\n|---|---|---|\n");
    for field in fields {
        let (about, doc) = (cell(&field.about()), cell(&field.doc));
        let _ = writeln!(text, "| `{}` | {about} | {doc} |", field.name);
    }
}
