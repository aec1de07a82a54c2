//! Results of stages that others need and that are no part of this run: those of earlier runs.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::SystemTime;

use serde_json::Value;

use super::cache::Cache;
use super::resume::is_masked;
use crate::action::Context;
use crate::failure::Failure;
use crate::journal::ago;
use crate::plan::{Need, Stage, When};
use crate::script::{Declared, Outputs, Program};

/// By the stages that gave them.
#[derive(Clone, Debug, Default)]
pub(super) struct Lent(BTreeMap<Arc<str>, Loan>);

#[derive(Clone, Debug)]
struct Loan {
    result: Value,
    /// Completes “the result of … is that of”.
    whose: String,
}

/// What the stages at `order` need of others, as it was when those last passed. Fails where there is
/// nothing that a closure is to receive.
pub(super) fn lend(
    context: &Context,
    (program, declared): (&Program, &Declared),
    order: &[usize],
    cache: &Cache,
) -> Result<Lent, Failure> {
    let stages = || order.iter().map(|index| &declared.plan.stages[*index]);
    let mut lent = Lent::default();
    for stage in stages().filter(|stage| !matches!(stage.when, When::Never(_))) {
        for need in &stage.needs {
            let name = &need.stage;
            if lent.0.contains_key(name) || stages().any(|stage| stage.name == *name) {
                continue;
            }
            if let Some(loan) = loan(context, cache, name) {
                lent.0.insert(name.clone(), loan);
            } else if program.receives(declared, stage, name)
                && !stage.always
                && !cache.is_watched()
            {
                return Err(lacking(stage, need));
            }
        }
    }
    Ok(lent)
}

fn loan(context: &Context, cache: &Cache, stage: &str) -> Option<Loan> {
    let (run, result) = cache.last_passed(context, stage)?;
    let since = SystemTime::now().duration_since(run.ended.unwrap_or(run.started));
    let (number, since) = (run.id, ago(since.unwrap_or_default()));
    (!is_masked(&result)).then(|| Loan {
        result,
        whose: format!("run {number}, {since}"),
    })
}

fn lacking(stage: &Stage, need: &Need) -> Failure {
    let name = &stage.name;
    Failure::script(format!(
        "stage `{name}` gets the result of `{}`, which is left out and has not passed before",
        need.stage
    ))
    .at_if(need.place.clone())
    .hint(format!("run both: `wharf run \"{name}\"`"))
}

impl Lent {
    pub(super) fn outputs(&self) -> Outputs {
        let mut outputs = Outputs::new();
        for (stage, loan) in &self.0 {
            outputs.insert(stage.clone(), loan.result.clone());
        }
        outputs
    }

    /// Where the results that `stage` gets are from, a line each.
    pub(super) fn told(&self, stage: &Stage) -> Vec<String> {
        let needs = stage.needs.iter();
        let loans = needs.filter_map(|need| Some((&need.stage, self.0.get(&need.stage)?)));
        let given = loans.filter(|(_, loan)| !loan.result.is_null());
        let line =
            |(name, loan): (_, &Loan)| format!("the result of `{name}` is that of {}", loan.whose);
        given.map(line).collect()
    }
}
