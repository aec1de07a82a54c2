//! What a run would do, decided as the run itself decides, and without running anything.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::cache::{About, Cache, Decision, Explanation, Reviewer};
use super::saved::Reviewed;
use super::{lent, stage};
use crate::action::Context;
use crate::failure::Failure;
use crate::plan::{Stage, When};
use crate::script::{Declared, Outputs, Program};

/// What is to become of one stage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forecast {
    pub stage: String,
    pub will: Will,
    /// Completes “run: …”, “skip: …” or “may run: …”.
    pub why: String,
    /// What the stage changes, such as `production`, where it tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// Identifies all that the decision follows from, as far as it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The globs of its `inputs` that match nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unmatched: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Will {
    Run,
    Skip,
    /// It turns out when the stages before it have run.
    Maybe,
}

/// Decides about the stages of `order`, each of which stands after all it needs. Fails where the run
/// itself would not start.
pub fn forecast(
    program: &Program,
    declared: &Declared,
    order: &[usize],
    cache: &Cache,
) -> Result<Vec<Forecast>, Failure> {
    let mut oracle = Oracle::new(program, declared, order, cache)?;
    let stages = order.iter().map(|index| &declared.plan.stages[*index]);
    Ok(stages.map(|stage| oracle.ask(stage)).collect())
}

/// The same, with all that each decision follows from.
pub fn review(
    program: &Program,
    declared: &Declared,
    order: &[usize],
    cache: &Cache,
    reviewer: &Reviewer,
) -> Result<Reviewed, Failure> {
    let mut oracle = Oracle::new(program, declared, order, cache)?;
    let mut one = |index: &usize| {
        let stage = &declared.plan.stages[*index];
        let base = &program.host().context;
        let context = stage::context(base, stage, &base.cancel);
        let (basis, names) = reviewer.review(cache, &oracle.about(stage, &context));
        let forecast = Forecast {
            key: Some(basis.key()),
            ..oracle.ask(stage)
        };
        (forecast, basis, names)
    };
    Ok(order.iter().map(&mut one).collect())
}

/// What counts for the stage called `name`, once all before it are decided about; nothing for a
/// stage without `inputs`.
pub fn explain(
    program: &Program,
    declared: &Declared,
    order: &[usize],
    cache: &Cache,
    name: &str,
) -> Option<Explanation> {
    let mut oracle = Oracle::new(program, declared, order, cache).ok()?;
    for index in order {
        let stage = &declared.plan.stages[*index];
        if *stage.name == *name {
            let base = &program.host().context;
            let context = stage::context(base, stage, &base.cancel);
            return cache.explain(&oracle.about(stage, &context));
        }
        oracle.ask(stage);
    }
    None
}

struct Oracle<'a> {
    program: &'a Program,
    declared: &'a Declared,
    cache: &'a Cache,
    known: BTreeMap<Arc<str>, Known>,
    /// What each stage gives, or gave the last time where it will run.
    outputs: Outputs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Known {
    Kept,
    Skipped,
    /// It runs, or keeps its result.
    Open,
    /// It may be skipped, and then all that needs it is.
    Doubtful,
}

impl<'a> Oracle<'a> {
    fn new(
        program: &'a Program,
        declared: &'a Declared,
        order: &[usize],
        cache: &'a Cache,
    ) -> Result<Self, Failure> {
        let context = &program.host().context;
        let lent = lent::lend(context, (program, declared), order, cache)?;
        Ok(Self {
            program,
            declared,
            cache,
            known: BTreeMap::new(),
            outputs: lent.outputs(),
        })
    }

    fn about<'b>(&'b self, stage: &'b Stage, context: &'b Context) -> About<'b> {
        About {
            program: self.program,
            declared: self.declared,
            stage,
            context,
            outputs: &self.outputs,
            anew: false,
        }
    }

    fn ask(&mut self, stage: &Stage) -> Forecast {
        let (known, forecast) = self.decide(stage);
        self.known.insert(stage.name.clone(), known);
        forecast
    }

    fn decide(&mut self, stage: &Stage) -> (Known, Forecast) {
        let said = |will, why: String| Forecast {
            stage: stage.name.to_string(),
            will,
            why,
            environment: stage.environment.clone(),
            key: None,
            unmatched: Vec::new(),
        };
        if let When::Never(reason) = &stage.when {
            return (Known::Skipped, said(Will::Skip, reason.clone()));
        }
        if let Some(need) = self.need(stage, Known::Skipped)
            && !stage.always
        {
            return (
                Known::Skipped,
                said(Will::Skip, format!("`{need}` is skipped")),
            );
        }
        let base = &self.program.host().context;
        let context = stage::context(base, stage, &base.cancel);
        let about = self.about(stage, &context);
        let unmatched = self.cache.unmatched(&about);
        let (known, mut forecast) = match self.cache.decide(&about) {
            Decision::Run { why, .. } => (Known::Open, said(Will::Run, why)),
            Decision::Hold(what) => (Known::Open, said(Will::Maybe, what)),
            Decision::Keep { why, result, .. } => {
                self.outputs.insert(stage.name.clone(), result);
                match self.need(stage, Known::Open) {
                    Some(need) => {
                        let why = format!("if `{need}` gives another result");
                        (Known::Open, said(Will::Maybe, why))
                    }
                    None => (Known::Kept, said(Will::Skip, why)),
                }
            }
        };
        forecast.unmatched = unmatched;
        if forecast.will == Will::Run {
            let before = self.cache.last_result(base, &stage.name);
            self.outputs
                .insert(stage.name.clone(), before.unwrap_or(Value::Null));
        }
        let doubtful = self.need(stage, Known::Doubtful);
        let doubt = match doubtful.filter(|_| !stage.always) {
            Some(need) => format!("if `{need}` is not skipped"),
            None if stage.when == When::Asked => "if its `when` answers yes".to_owned(),
            None => return (known, forecast),
        };
        if forecast.will != Will::Skip {
            forecast.will = Will::Maybe;
            forecast.why = doubt;
        }
        (Known::Doubtful, forecast)
    }

    fn need(&self, stage: &Stage, wanted: Known) -> Option<Arc<str>> {
        let needs = stage.needs.iter().map(|need| &need.stage);
        needs
            .clone()
            .find(|need| self.known.get(*need) == Some(&wanted))
            .cloned()
    }
}
