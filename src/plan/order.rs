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
    // The first instance of each matrix: its declared name is taken too.
    let mut matrices: HashMap<&str, usize> = HashMap::new();
    for (index, stage) in plan.stages.iter().enumerate() {
        let is_instance = !stage.matrix.is_empty();
        let first = match indices.get(&*stage.name).or(matrices.get(&*stage.name)) {
            None if is_instance => indices.get(&*stage.declared),
            known => known,
        };
        if let Some(first) = first.copied() {
            let first: &Stage = &plan.stages[first];
            let failure = Failure::script(format!("two stages are called `{}`", stage.name))
                .at_if(stage.place.clone())
                .at_if(labelled(first.place.as_ref(), "first declared here"));
            problems.push(failure);
            continue;
        }
        indices.insert(&*stage.name, index);
        if is_instance {
            matrices.entry(&*stage.declared).or_insert(index);
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
    match nearest(&need.stage, plan.names()) {
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{order, problems};
    use crate::failure::{Failure, Place, Source};
    use crate::plan::{Need, Plan, Stage};

    /// Each stage with its needs: `deploy: image, version`; `test (1)` is one of a matrix.
    fn plan(stages: &[&str]) -> Plan {
        let stages = stages.iter().map(|stage| {
            let (name, needs) = stage.split_once(": ").unwrap_or((stage, ""));
            let needs = needs.split(", ").filter(|need| !need.is_empty());
            let instance = name.split_once(" (");
            Stage {
                name: name.into(),
                declared: instance.map_or(name, |(declared, _)| declared).into(),
                matrix: instance
                    .map(|(_, value)| ("n".to_owned(), value.into()))
                    .into_iter()
                    .collect(),
                needs: needs
                    .map(|need| Need {
                        stage: need.into(),
                        place: None,
                    })
                    .collect(),
                place: Some(at(stage)),
                ..Stage::default()
            }
        });
        Plan {
            stages: stages.collect(),
        }
    }

    fn at(text: &str) -> Place {
        Place {
            source: Arc::new(Source::new("wharf.rhai", text)),
            span: 0..text.len(),
            label: String::new(),
        }
    }

    /// The message, and each place with its label.
    fn shown(failure: &Failure) -> String {
        let places = failure.places.iter().map(|place| {
            let label = if place.label.is_empty() { "" } else { " = " };
            format!(" | {}{label}{}", place.source.text, place.label)
        });
        let hints = failure.hints.iter().map(|hint| format!(" | {hint}"));
        let rest: String = places.chain(hints).collect();
        format!("{}{rest}", failure.message)
    }

    #[test]
    fn needs_go_first_and_the_rest_stays_as_declared() {
        for (stages, expected) in [
            (&[][..], ""),
            (&["a", "b", "c"], "a b c"),
            (
                &["deploy: image", "image: test, lint", "lint", "test"],
                "test lint image deploy",
            ),
            (&["a: c", "b", "c"], "c a b"),
            (&["a: b, b", "b"], "b a"),
            (&["d: b, c", "b: a", "c: a", "a"], "a b c d"),
        ] {
            let plan = plan(stages);
            let order = order(&plan).expect("a plan without a mistake");
            let names: Vec<_> = order
                .iter()
                .map(|index| &*plan.stages[*index].name)
                .collect();
            assert_eq!(names.join(" "), expected, "{stages:?}");
        }
    }

    #[test]
    fn what_keeps_a_plan_from_having_an_order() {
        for (stages, expected) in [
            (
                &["a: b", "b: a", "c: a"][..],
                &[
                    "these stages wait for each other: `a` needs `b` needs `a` | a: b = `a` needs `b` | b: a = `b` needs `a` | take one of these needs away",
                ][..],
            ),
            (
                &["a: a"],
                &[
                    "these stages wait for each other: `a` needs `a` | a: a = `a` needs `a` | take one of these needs away",
                ],
            ),
            (
                &["test", "test: x", "x"],
                &["two stages are called `test` | test: x | test = first declared here"],
            ),
            (
                &["test (1)", "test (2)", "test"],
                &["two stages are called `test` | test | test (1) = first declared here"],
            ),
            (
                &["test", "test (1)"],
                &["two stages are called `test (1)` | test (1) | test = first declared here"],
            ),
            (
                &["test (1)", "test (2)", "a: tset"],
                &[
                    "stage `a` needs `tset`, and there is no stage of that name | a: tset | did you mean `test`?",
                ],
            ),
            (
                &["test", "a: tset", "b: elsewhere"],
                &[
                    "stage `a` needs `tset`, and there is no stage of that name | a: tset | did you mean `test`?",
                    "stage `b` needs `elsewhere`, and there is no stage of that name | b: elsewhere",
                ],
            ),
        ] {
            let plan = plan(stages);
            let found: Vec<_> = problems(&plan).iter().map(shown).collect();
            assert_eq!(found, expected, "{stages:?}");
            assert_eq!(shown(&order(&plan).expect_err("a mistake")), expected[0]);
        }
    }
}
