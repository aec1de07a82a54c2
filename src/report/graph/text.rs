//! For a terminal: each stage below what it needs, further in the more has to pass before it.

use std::collections::{BTreeSet, HashMap};

use unicode_width::UnicodeWidthStr;

use crate::plan::{Plan, Row, When};
use crate::report::Colour;

/// The stages of `plan` at `order`, each after all it needs, a whole matrix in one line.
pub fn text(plan: &Plan, order: &[usize], colour: Colour) -> String {
    let levels = levels(plan, order);
    let order = &together(plan, order)[..];
    let rows: Vec<_> = plan
        .rows(order)
        .into_iter()
        .map(|row| {
            let indent = "  ".repeat(levels.get(&*row.stage.name).copied().unwrap_or(0));
            (indent, row)
        })
        .collect();
    let width = |indent: &str, row: &Row| indent.len() + row.name.width();
    let widest = rows.iter().map(|(indent, row)| width(indent, row)).max();
    let mut text = String::new();
    for (indent, row) in &rows {
        let padding = " ".repeat(widest.unwrap_or(0) - width(indent, row));
        let notes = colour.faint(&notes(plan, &levels, row));
        let line = format!("{indent}{}{padding}  {notes}", colour.strong(row.name));
        text.push_str(if notes.is_empty() {
            line.trim_end()
        } else {
            &line
        });
        text.push('\n');
    }
    text
}

/// The same stages, with those that have nothing to do with each other apart.
fn together(plan: &Plan, order: &[usize]) -> Vec<usize> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut group_of: HashMap<&str, usize> = HashMap::new();
    for index in order {
        let stage = &plan.stages[*index];
        let needs = stage.needs.iter();
        let joined: BTreeSet<_> = needs
            .filter_map(|need| group_of.get(&*need.stage).copied())
            .collect();
        let Some(own) = joined.first().copied() else {
            group_of.insert(&stage.name, groups.len());
            groups.push(vec![*index]);
            continue;
        };
        for other in joined.into_iter().skip(1) {
            let members = std::mem::take(&mut groups[other]);
            for member in &members {
                group_of.insert(&plan.stages[*member].name, own);
            }
            groups[own].extend(members);
        }
        group_of.insert(&stage.name, own);
        groups[own].push(*index);
    }
    groups.into_iter().flatten().collect()
}

/// How many stages have to pass before each, one after the other.
fn levels<'a>(plan: &'a Plan, order: &[usize]) -> HashMap<&'a str, usize> {
    let mut levels = HashMap::new();
    for stage in order.iter().map(|index| &plan.stages[*index]) {
        let needs = stage.needs.iter();
        let level = needs.filter_map(|need| levels.get(&*need.stage)).max();
        let level = level.map_or(0, |level| level + 1);
        levels.insert(&*stage.name, level);
    }
    levels
}

fn notes(plan: &Plan, levels: &HashMap<&str, usize>, row: &Row) -> String {
    let mut notes = Vec::new();
    let needs = row.stage.needs.iter().map(|need| &*need.stage);
    let needs: Vec<_> = needs.filter(|need| levels.contains_key(need)).collect();
    if !needs.is_empty() {
        notes.push(format!("← {}", plan.in_short(&needs).join(", ")));
    }
    if *row.name != *row.stage.name {
        let values = plan.values_of(row.name);
        notes.push(format!("{} of {values}", row.count));
    }
    if let Some(environment) = &row.stage.environment {
        notes.push(format!("to {environment}"));
    }
    if let When::Never(reason) = &row.stage.when {
        notes.push(format!("would be skipped: {reason}"));
    }
    notes.join(" · ")
}
