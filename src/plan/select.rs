//! The stages a person asked for, and what those need.

use std::collections::{BTreeSet, HashMap};

use globset::{Glob, GlobMatcher};
use serde::{Deserialize, Serialize};

use super::{Plan, Stage, When};
use crate::failure::{Failure, nearest};

/// What a person asked of a run. Each is a stage's name, the name of a whole matrix, a glob of
/// those such as `test*`, or `label:NAME`. Where nothing is asked for, all stages are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Selection {
    /// With all they need.
    pub stages: Vec<String>,
    /// Without what they need.
    pub only: Vec<String>,
    /// With all that depends on them, and without what they need.
    pub from: Vec<String>,
    /// Not these, whatever else is asked for.
    pub skip: Vec<String>,
}

impl Selection {
    /// As a command line has it.
    pub fn to_words(&self) -> Vec<String> {
        let option = |name: &'static str, stages: &[String]| -> Vec<String> {
            let words = stages.iter().map(|stage| format!("--{name}={stage}"));
            words.collect()
        };
        [
            self.stages.clone(),
            option("only", &self.only),
            option("from", &self.from),
            option("skip", &self.skip),
        ]
        .concat()
    }
}

/// What is to run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selected {
    /// Indices of the plan's stages, each after all it needs.
    pub order: Vec<usize>,
    /// Those of them that cannot run, because what they need was left out; why completes
    /// “skipped: …”.
    pub lacking: Vec<(usize, String)>,
}

/// Of `order`, what `selection` asks for.
pub fn select(plan: &Plan, order: &[usize], selection: &Selection) -> Result<Selected, Failure> {
    let mut wanted = BTreeSet::new();
    wanted.extend(with_needs(plan, found(plan, &selection.stages)?));
    wanted.extend(found(plan, &selection.only)?);
    wanted.extend(with_dependants(plan, order, found(plan, &selection.from)?));
    let everything = [&selection.stages, &selection.only, &selection.from];
    if everything.into_iter().all(Vec::is_empty) {
        wanted.extend(order);
    }
    let left_out = found(plan, &selection.skip)?;
    let chosen = |index: &usize| wanted.contains(index) && !left_out.contains(index);
    let order: Vec<_> = order.iter().copied().filter(chosen).collect();
    if order.is_empty() && !wanted.is_empty() {
        return Err(Failure::script("`--skip` leaves nothing to run"));
    }
    let reason = |index: &usize| Some((*index, lacks(plan, *index, &left_out)?));
    Ok(Selected {
        lacking: order.iter().filter_map(reason).collect(),
        order,
    })
}

/// The stages of `plan` that `selection` itself asks for, without what these bring along.
pub fn named(plan: &Plan, selection: &Selection) -> Result<BTreeSet<usize>, Failure> {
    let lists = [&selection.stages, &selection.only, &selection.from];
    let asked: Vec<_> = lists.into_iter().flatten().cloned().collect();
    found(plan, &asked)
}

impl Plan {
    /// Lets those of `selected` that lack a need be skipped; then what is to run, in order.
    pub fn settle(&mut self, selected: Selected) -> Vec<usize> {
        for (index, reason) in selected.lacking {
            self.stages[index].when = When::Never(reason);
        }
        selected.order
    }
}

/// Why the stage at `index` cannot run without those left out.
fn lacks(plan: &Plan, index: usize, left_out: &BTreeSet<usize>) -> Option<String> {
    let stage = &plan.stages[index];
    // What always runs does so whatever became of its needs.
    if stage.always {
        return None;
    }
    let out = |name: &str| left_out.iter().any(|out| *plan.stages[*out].name == *name);
    let lacking = stage.needs.iter().map(|need| &*need.stage);
    let lacking: Vec<_> = lacking.filter(|name| out(name)).collect();
    let first = plan.in_short(&lacking).into_iter().next()?;
    Some(format!("`{first}` was left out"))
}

fn with_needs(plan: &Plan, mut wanted: BTreeSet<usize>) -> BTreeSet<usize> {
    if wanted.is_empty() {
        return wanted;
    }
    let stages = plan.stages.iter().enumerate();
    let indices: HashMap<_, _> = stages.map(|(index, one)| (&one.name, index)).collect();
    let mut waiting: Vec<_> = wanted.iter().copied().collect();
    while let Some(index) = waiting.pop() {
        let needs = plan.stages[index].needs.iter();
        for needed in needs.filter_map(|need| indices.get(&need.stage).copied()) {
            if wanted.insert(needed) {
                waiting.push(needed);
            }
        }
    }
    wanted
}

/// In `order`, whatever depends on a stage comes after it.
fn with_dependants(plan: &Plan, order: &[usize], mut wanted: BTreeSet<usize>) -> BTreeSet<usize> {
    let mut names: BTreeSet<_> = wanted.iter().map(|i| &plan.stages[*i].name).collect();
    for index in order {
        let stage = &plan.stages[*index];
        if stage.needs.iter().any(|need| names.contains(&need.stage)) {
            names.insert(&stage.name);
            wanted.insert(*index);
        }
    }
    wanted
}

fn found(plan: &Plan, asked: &[String]) -> Result<BTreeSet<usize>, Failure> {
    let mut all = BTreeSet::new();
    for asked in asked {
        let found = meant(plan, asked)?;
        if found.is_empty() {
            return Err(unknown(plan, asked));
        }
        all.extend(found);
    }
    Ok(all)
}

/// The stages that `asked` means: a name before a glob, as a name may look like one.
fn meant(plan: &Plan, asked: &str) -> Result<Vec<usize>, Failure> {
    let those = |test: &dyn Fn(&Stage) -> bool| -> Vec<usize> {
        let stages = plan.stages.iter().enumerate();
        let found = stages.filter(|(_, stage)| test(stage));
        found.map(|(index, _)| index).collect()
    };
    let named = those(&|stage| *stage.name == *asked || *stage.declared == *asked);
    if !named.is_empty() {
        return Ok(named);
    }
    if let Some(label) = asked.strip_prefix("label:") {
        let glob = glob(label)?;
        return Ok(those(&|stage| {
            stage.labels.iter().any(|label| glob.is_match(label))
        }));
    }
    if !is_glob(asked) {
        return Ok(Vec::new());
    }
    let glob = glob(asked)?;
    Ok(those(&|stage| {
        glob.is_match(&*stage.name) || glob.is_match(&*stage.declared)
    }))
}

fn is_glob(asked: &str) -> bool {
    asked.contains(['*', '?', '[', '{'])
}

fn glob(pattern: &str) -> Result<GlobMatcher, Failure> {
    let glob = Glob::new(pattern).map_err(|error| {
        Failure::script(format!("`{pattern}` is no glob")).because(error.kind().to_string())
    })?;
    Ok(glob.compile_matcher())
}

fn unknown(plan: &Plan, asked: &str) -> Failure {
    if let Some(label) = asked.strip_prefix("label:") {
        let labels = plan.stages.iter().flat_map(|stage| &stage.labels);
        let labels: BTreeSet<_> = labels.map(String::as_str).collect();
        let failure = Failure::script(format!("no stage has the label `{label}`"));
        return match nearest(label, labels.iter().copied()) {
            Some(near) => failure.hint(format!("did you mean `label:{near}`?")),
            None if labels.is_empty() => failure.hint("no stage has `labels`"),
            None => failure.hint(format!("the labels are: {}", listed(labels))),
        };
    }
    let known: Vec<_> = plan.stages.iter().map(|stage| &*stage.name).collect();
    let failure = if is_glob(asked) {
        Failure::script(format!("no stage matches `{asked}`"))
    } else {
        Failure::script(format!("there is no stage `{asked}`"))
    };
    match nearest(asked, plan.names()) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure.hint(format!("the stages are: {}", listed(plan.in_short(&known)))),
    }
}

fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    names.into_iter().collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests;
