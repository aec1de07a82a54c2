//! Needs before those who need them; cycles, unknown needs and double names found.

use std::collections::HashMap;

use super::{Need, Plan, Stage};
use crate::failure::{Failure, Place, nearest};

/// Indices of the plan's stages, each after all it needs, otherwise as declared.
pub fn order(plan: &Plan) -> Result<Vec<usize>, Failure> {
    let indices = names(plan)?;
    let needs = resolve(plan, &indices)?;
    let mut order = Vec::with_capacity(plan.stages.len());
    let mut marks = vec![Mark::New; plan.stages.len()];
    for index in 0..plan.stages.len() {
        let mut path = Vec::new();
        visit(index, &needs, &mut marks, &mut path, &mut order)
            .map_err(|cycle| describe_cycle(plan, &cycle))?;
    }
    Ok(order)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    New,
    Open,
    Done,
}

fn names(plan: &Plan) -> Result<HashMap<&str, usize>, Failure> {
    let mut indices = HashMap::new();
    for (index, stage) in plan.stages.iter().enumerate() {
        if let Some(first) = indices.insert(&*stage.name, index) {
            let failure = Failure::script(format!("two stages are called `{}`", stage.name));
            return Err(failure
                .at_if(stage.place.clone())
                .at_if(labelled(&plan.stages[first].place, "first declared here")));
        }
    }
    Ok(indices)
}

fn resolve(plan: &Plan, indices: &HashMap<&str, usize>) -> Result<Vec<Vec<usize>>, Failure> {
    plan.stages
        .iter()
        .map(|stage| {
            stage
                .needs
                .iter()
                .map(|need| {
                    indices
                        .get(&*need.stage)
                        .copied()
                        .ok_or_else(|| unknown(plan, stage, need))
                })
                .collect()
        })
        .collect()
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
            &place,
            &format!("`{}` needs `{}`", stage.name, needed.name),
        ));
    }
    failure.hint("take one of these needs away")
}

fn labelled(place: &Option<Place>, label: &str) -> Option<Place> {
    place.clone().map(|place| Place {
        label: label.to_owned(),
        ..place
    })
}
