//! `wharf`: the stages, with what the comments above them say.

use std::io::Write;
use std::sync::Arc;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory, FromArgMatches};
use unicode_width::UnicodeWidthStr;

use super::Done;
use super::arguments::{Arguments, Place};
use super::load::{Setting, load};
use crate::failure::Failure;
use crate::plan::{self, Plan, Row, When};
use crate::report::Colour;
use crate::secret::Secrets;

pub(super) fn list(place: &Place, secrets: &Secrets) -> Done {
    let program = load(place, secrets, Setting::looking()).map_err(Arc::new)?;
    let declared = program.declare().map_err(Arc::new)?;
    let order = plan::order(&declared.plan).map_err(Arc::new)?;
    let mut stdout = std::io::stdout().lock();
    let text = describe(&declared.plan, &order, Colour::of(&stdout));
    // A closed pipe wants no more lines.
    let _ = stdout.write_all(secrets.mask(&text).as_bytes());
    Ok(())
}

/// What whoever typed the name of a stage in place of a command is told.
pub(super) fn meant(error: &clap::Error) -> Option<Failure> {
    if error.kind() != ErrorKind::InvalidSubcommand {
        return None;
    }
    let Some(ContextValue::String(name)) = error.get(ContextKind::InvalidSubcommand) else {
        return None;
    };
    let line = Arguments::command().ignore_errors(true).try_get_matches();
    let place = line
        .ok()
        .and_then(|line| Place::from_arg_matches(&line).ok());
    let program = load(&place?, &Secrets::new(), Setting::looking()).ok()?;
    let plan = program.declare().ok()?.plan;
    let is_it = |stage: &plan::Stage| *stage.declared == **name;
    plan.stages.iter().any(is_it).then(|| {
        Failure::script(format!("there is no command `{name}`"))
            .hint(format!("there is a stage `{name}`: `wharf run {name}`"))
    })
}

fn describe(plan: &Plan, order: &[usize], colour: Colour) -> String {
    let rows = plan.rows(order);
    let width = |row: &Row| row.name.width();
    let widest = rows.iter().map(width).max().unwrap_or_default();
    let mut text = String::from("stages:\n");
    for row in &rows {
        let padding = " ".repeat(widest - width(row));
        let name = colour.strong(row.name);
        let line = format!("  {name}{padding}  {}", notes(plan, row, colour));
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

fn notes(plan: &Plan, row: &Row, colour: Colour) -> String {
    let stage = row.stage;
    let mut notes = Vec::new();
    if *row.name != *stage.name {
        let values = plan.values_of(row.name);
        notes.push(format!("{} of {values}", row.count));
    }
    if !stage.needs.is_empty() {
        let needs: Vec<_> = stage.needs.iter().map(|need| &*need.stage).collect();
        notes.push(format!("needs {}", plan.in_short(&needs).join(", ")));
    }
    if let Some(environment) = &stage.environment {
        notes.push(format!("to {environment}"));
    }
    if !stage.labels.is_empty() {
        let noun = if stage.labels.len() == 1 {
            "label"
        } else {
            "labels"
        };
        notes.push(format!("{noun} {}", stage.labels.join(", ")));
    }
    if let When::Never(reason) = &stage.when {
        notes.push(format!("would be skipped: {reason}"));
    }
    let doc = stage.doc.lines().next().map(str::to_owned);
    let notes = notes.iter().map(|note| colour.faint(note));
    doc.into_iter().chain(notes).collect::<Vec<_>>().join(" · ")
}
