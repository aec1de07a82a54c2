//! The stages a person asked for, and what those need.

use super::Plan;
use crate::failure::{Failure, nearest};

/// Of `order`, the stages called `names` and all they need; all of it if no name is given.
pub fn select(plan: &Plan, order: &[usize], names: &[String]) -> Result<Vec<usize>, Failure> {
    if names.is_empty() {
        return Ok(order.to_vec());
    }
    let mut wanted = Vec::new();
    for name in names {
        if plan.find(name).is_none() {
            return Err(unknown(plan, name));
        }
        wanted.push(name.as_str());
    }
    let mut next = 0;
    while let Some(stage) = wanted.get(next).and_then(|name| plan.find(name)) {
        wanted.extend(stage.needs.iter().map(|need| &*need.stage));
        next += 1;
    }
    Ok(order
        .iter()
        .copied()
        .filter(|index| wanted.contains(&&*plan.stages[*index].name))
        .collect())
}

fn unknown(plan: &Plan, name: &str) -> Failure {
    let known: Vec<_> = plan.stages.iter().map(|stage| &*stage.name).collect();
    let failure = Failure::script(format!("there is no stage `{name}`"));
    match nearest(name, known.iter().copied()) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure.hint(format!("the stages are: {}", known.join(", "))),
    }
}
