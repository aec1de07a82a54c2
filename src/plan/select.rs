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

#[cfg(test)]
mod tests {
    use super::select;
    use crate::plan::{Need, Plan, Stage, order};

    fn plan() -> Plan {
        let stage = |name: &str, needs: &[&str]| Stage {
            name: name.into(),
            needs: needs
                .iter()
                .map(|need| Need {
                    stage: (*need).into(),
                    place: None,
                })
                .collect(),
            ..Stage::default()
        };
        Plan {
            stages: vec![
                stage("deploy", &["image"]),
                stage("image", &["test"]),
                stage("lint", &[]),
                stage("test", &[]),
            ],
        }
    }

    #[test]
    fn what_is_asked_for_brings_what_it_needs_in_order() {
        let plan = plan();
        let order = order(&plan).expect("a plan without a mistake");
        for (asked, expected) in [
            (&[][..], "test image deploy lint"),
            (&["lint"], "lint"),
            (&["image"], "test image"),
            (&["lint", "deploy"], "test image deploy lint"),
            (&["test", "test"], "test"),
        ] {
            let asked: Vec<_> = asked.iter().map(|name| (*name).to_owned()).collect();
            let selected = select(&plan, &order, &asked).expect("stages that are there");
            let names: Vec<_> = selected
                .iter()
                .map(|index| &*plan.stages[*index].name)
                .collect();
            assert_eq!(names.join(" "), expected, "{asked:?}");
        }
    }

    #[test]
    fn a_stage_that_is_not_there_is_told_with_the_nearest() {
        let plan = plan();
        for (asked, hint) in [
            ("depoly", "did you mean `deploy`?"),
            ("x", "the stages are: deploy, image, lint, test"),
        ] {
            let failure = select(&plan, &[], &[asked.to_owned()]).expect_err("no such stage");
            assert_eq!(failure.message, format!("there is no stage `{asked}`"));
            assert_eq!(failure.hints, [hint]);
        }
    }
}
