//! `wharf`: the stages, with what the comments above them say.

use std::io::Write;
use std::sync::Arc;

use super::Done;
use super::arguments::Place;
use super::load::{Setting, load};
use crate::plan::{self, Plan, When};
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

fn describe(plan: &Plan, order: &[usize], colour: Colour) -> String {
    let width = plan
        .stages
        .iter()
        .map(|stage| stage.name.chars().count())
        .max()
        .unwrap_or_default();
    let mut text = String::from("stages:\n");
    for stage in order.iter().map(|index| &plan.stages[*index]) {
        let padding = " ".repeat(width - stage.name.chars().count());
        let mut notes = Vec::new();
        if !stage.doc.is_empty() {
            notes.push(stage.doc.lines().next().unwrap_or_default().to_owned());
        }
        if !stage.needs.is_empty() {
            let needs: Vec<_> = stage.needs.iter().map(|need| &*need.stage).collect();
            notes.push(colour.faint(&format!("needs {}", needs.join(", "))));
        }
        if let When::Never(reason) = &stage.when {
            notes.push(colour.faint(&format!("would be skipped: {reason}")));
        }
        let line = format!(
            "  {}{padding}  {}",
            colour.strong(&stage.name),
            notes.join(" · ")
        );
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}
