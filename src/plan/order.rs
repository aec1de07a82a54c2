//! Needs before those who need them; cycles, unknown needs and double names found.

use std::collections::HashMap;

use super::{Need, Plan, Stage};
use crate::failure::{Failure, Place, nearest};

/// Indices of the plan's stages, each after all it needs, otherwise as declared.
pub fn order(plan: &Plan) -> Result<Vec<usize>, Failure> {
    let (order, problems) = examine(plan);
    problems.into_iter().next().map_or(Ok(order), Err)
}

/// Everything that keeps the plan from having an order.
pub fn problems(plan: &Plan) -> Vec<Failure> {
    examine(plan).1
}

fn examine(plan: &Plan) -> (Vec<usize>, Vec<Failure>) {
    let mut problems = Vec::new();
    let indices = names(plan, &mut problems);
    let needs = resolve(plan, &indices, &mut problems);
    let mut order = Vec::with_capacity(plan.stages.len());
    let mut marks = vec![Mark::New; plan.stages.len()];
    for index in 0..plan.stages.len() {
        let mut path = Vec::new();
        if let Err(cycle) = visit(index, &needs, &mut marks, &mut path, &mut order) {
            problems.push(describe_cycle(plan, &cycle));
            // What led into the cycle is not to be told about again.
            for index in path {
                marks[index] = Mark::Done;
            }
        }
    }
    (order, problems)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    New,
    Open,
    Done,
}

fn names<'a>(plan: &'a Plan, problems: &mut Vec<Failure>) -> HashMap<&'a str, usize> {
    let mut indices = HashMap::new();
    for (index, stage) in plan.stages.iter().enumerate() {
        if let Some(first) = indices.get(&*stage.name).copied() {
            let first: &Stage = &plan.stages[first];
            let failure = Failure::script(format!("two stages are called `{}`", stage.name))
                .at_if(stage.place.clone())
                .at_if(labelled(first.place.as_ref(), "first declared here"));
            problems.push(failure);
        } else {
            indices.insert(&*stage.name, index);
        }
    }
    indices
}

fn resolve(
    plan: &Plan,
    indices: &HashMap<&str, usize>,
    problems: &mut Vec<Failure>,
) -> Vec<Vec<usize>> {
    let mut resolved = Vec::with_capacity(plan.stages.len());
    for stage in &plan.stages {
        let mut needed = Vec::with_capacity(stage.needs.len());
        for need in &stage.needs {
            match indices.get(&*need.stage) {
                Some(index) => needed.push(*index),
                None => problems.push(unknown(plan, stage, need)),
            }
        }
        resolved.push(needed);
    }
    resolved
}

fn unknown(plan: &Plan, stage: &Stage, need: &Need) -> Failure {
    let failure = Failure::script(format!(
        "stage `{}` needs `{}`, and there is no stage of that name",
        stage.name, need.stage
    ))
    .at_if(need.place.clone().or_else(|| stage.place.clone()));
    let others = plan.stages.iter().map(|stage| &*stage.name);
    match nearest(&need.stage, others) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure,
    }
}

/// Depth-first; on a cycle, the indices along it, its first stage repeated at the end.
fn visit(
    index: usize,
    needs: &[Vec<usize>],
    marks: &mut [Mark],
    path: &mut Vec<usize>,
    order: &mut Vec<usize>,
) -> Result<(), Vec<usize>> {
    match marks[index] {
        Mark::Done => return Ok(()),
        Mark::Open => {
            let start = path.iter().position(|known| *known == index).unwrap_or(0);
            let mut cycle = path[start..].to_vec();
            cycle.push(index);
            return Err(cycle);
        }
        Mark::New => {}
    }
    marks[index] = Mark::Open;
    path.push(index);
    for need in &needs[index] {
        visit(*need, needs, marks, path, order)?;
    }
    path.pop();
    marks[index] = Mark::Done;
    order.push(index);
    Ok(())
}

fn describe_cycle(plan: &Plan, cycle: &[usize]) -> Failure {
    let names: Vec<_> = cycle
        .iter()
        .map(|index| format!("`{}`", plan.stages[*index].name))
        .collect();
    let mut failure = Failure::script(format!(
        "these stages wait for each other: {}",
        names.join(" needs ")
    ));
    for pair in cycle.windows(2) {
        let (stage, needed) = (&plan.stages[pair[0]], &plan.stages[pair[1]]);
        let place = stage
            .needs
            .iter()
            .find(|need| need.stage == needed.name)
            .and_then(|need| need.place.clone())
            .or_else(|| stage.place.clone());
        failure = failure.at_if(labelled(
            place.as_ref(),
            &format!("`{}` needs `{}`", stage.name, needed.name),
        ));
    }
    failure.hint("take one of these needs away")
}

fn labelled(place: Option<&Place>, label: &str) -> Option<Place> {
    place.cloned().map(|place| Place {
        label: label.to_owned(),
        ..place
    })
}
