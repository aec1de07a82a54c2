//! A forecast on paper: what was reviewed, to be run later exactly so.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::cache::{Basis, Names, differing};
use super::forecast::{Forecast, Will};
use crate::failure::{Failure, Kind};
use crate::plan::Selection;
use crate::script::{Outline, Program};

/// Changes when older ones can no longer be read.
const VERSION: u32 = 2;

/// What a run would do, and all that this follows from. Of secrets it holds nothing, so that it can be
/// shown to others and holds in every copy of the repository.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Saved {
    version: u32,
    /// The script and its modules.
    script: BTreeMap<String, Outline>,
    commit: Option<String>,
    /// As they were given; nothing of one that holds a secret.
    parameters: BTreeMap<String, Option<String>>,
    /// Hashes of what the script reads by a name that is written out; nothing of what is not set.
    environment: BTreeMap<String, Option<String>>,
    pub selection: Selection,
    stages: Vec<Forecast>,
    bases: BTreeMap<String, Basis>,
    /// By what identifies them in a basis.
    files: BTreeMap<String, Names>,
}

/// Forecasts with what each follows from.
pub(super) type Reviewed = Vec<(Forecast, Basis, Names)>;

impl Saved {
    pub fn new(program: &Program, selection: Selection, reviewed: Reviewed) -> Self {
        let (mut stages, mut bases, mut files) = (Vec::new(), BTreeMap::new(), BTreeMap::new());
        for (forecast, basis, names) in reviewed {
            if !names.is_empty() {
                files.insert(basis.inputs().to_owned(), names);
            }
            bases.insert(forecast.stage.clone(), basis);
            stages.push(forecast);
        }
        Self {
            version: VERSION,
            script: program.outlines(),
            commit: program.host().git.sha().ok(),
            parameters: parameters(program),
            environment: environment(program),
            selection,
            stages,
            bases,
            files,
        }
    }

    /// From the text of a file called `name`.
    pub fn parse(name: &str, text: &str) -> Result<Self, Failure> {
        let unreadable = || {
            Failure::script(format!("`{name}` is no saved plan"))
                .hint("make one with `wharf plan --save FILE`")
        };
        let version = serde_json::from_str::<serde_json::Value>(text)
            .ok()
            .and_then(|plan| plan.get("version")?.as_u64())
            .ok_or_else(unreadable)?;
        if version != u64::from(VERSION) {
            return Err(
                Failure::script(format!("`{name}` was saved by another version of wharf"))
                    .hint("save it again: `wharf plan --save FILE`"),
            );
        }
        serde_json::from_str(text).map_err(|_| unreadable())
    }

    pub fn to_text(&self) -> String {
        let text = serde_json::to_string_pretty(self);
        text.expect("plain data with texts for keys") + "\n"
    }

    /// What each stage followed from.
    pub fn bases(&self) -> &BTreeMap<String, Basis> {
        &self.bases
    }

    /// Fails, naming the difference, unless `now` is what was reviewed.
    pub fn check(&self, now: &Self) -> Result<(), Failure> {
        let difference = self
            .other_script(now)
            .or_else(|| other_commit(self.commit.as_deref(), now.commit.as_deref()))
            .or_else(|| other_parameter(&self.parameters, &now.parameters))
            .or_else(|| other_variable(&self.environment, &now.environment))
            .or_else(|| self.other_stage(now));
        let Some(what) = difference else {
            return Ok(());
        };
        Err(Failure::new(
            Kind::Refused,
            format!("the plan does not hold any more: {what}"),
        )
        .hint("look at the new one: `wharf plan`"))
    }

    /// Which file of the script differs, and what in it.
    fn other_script(&self, now: &Self) -> Option<String> {
        let names = self.script.keys().chain(now.script.keys());
        let file = names.min_by_key(|name| {
            let same = self.script.get(*name) == now.script.get(*name);
            (same, (*name).clone())
        })?;
        Some(match (self.script.get(file), now.script.get(file)) {
            (then, now) if then == now => return None,
            (Some(then), Some(here)) => match &*then.differing(here) {
                [] => match self.rewritten(now) {
                    Some(stage) => format!("the script of `{stage}` changed"),
                    None => format!("`{file}` changed"),
                },
                [function, ..] => format!("the function `{function}` in `{file}` changed"),
            },
            (Some(_), None) => format!("the module `{file}` is not used any more"),
            (None, _) => format!("the module `{file}` is new"),
        })
    }

    fn rewritten(&self, now: &Self) -> Option<String> {
        let mut pairs = self.pairs(now);
        pairs.find_map(|(stage, then, now)| then.is_rewritten(now).then(|| stage.clone()))
    }

    fn pairs<'a>(
        &'a self,
        now: &'a Self,
    ) -> impl Iterator<Item = (&'a String, &'a Basis, &'a Basis)> {
        let stages = self.stages.iter().map(|stage| &stage.stage);
        stages.filter_map(|stage| Some((stage, self.bases.get(stage)?, now.bases.get(stage)?)))
    }

    fn other_stage(&self, now: &Self) -> Option<String> {
        let names = |plan: &Self| -> Vec<String> {
            let stages = plan.stages.iter();
            stages.map(|stage| stage.stage.clone()).collect()
        };
        if names(self) != names(now) {
            return Some("it has other stages".to_owned());
        }
        let mut pairs = self.pairs(now);
        pairs
            .find_map(|(stage, then, here)| self.other_basis(stage, then, here, now))
            .or_else(|| self.other_decision(now))
    }

    fn other_basis(&self, stage: &str, then: &Basis, here: &Basis, now: &Self) -> Option<String> {
        if let Some(difference) = then.difference(here) {
            return Some(format!("of what `{stage}` depends on, {difference}"));
        }
        if then.inputs() == here.inputs() {
            return None;
        }
        let none = Names::new();
        let files = |plan: &Self, basis: &Basis| plan.files.get(basis.inputs()).cloned();
        let then = files(self, then).unwrap_or_else(|| none.clone());
        let difference = differing(&then, &files(now, here).unwrap_or(none));
        Some(format!("of what `{stage}` depends on, {difference}"))
    }

    fn other_decision(&self, now: &Self) -> Option<String> {
        let mut pairs = self.stages.iter().zip(&now.stages);
        let (then, now) = pairs.find(|(then, now)| then.will != now.will)?;
        let name = &then.stage;
        Some(match now.will {
            Will::Run => format!("`{name}` would run: {}", now.why),
            Will::Maybe => format!("`{name}` may run: {}", now.why),
            Will::Skip => format!("`{name}` would be skipped: {}", now.why),
        })
    }
}

fn parameters(program: &Program) -> BTreeMap<String, Option<String>> {
    let host = program.host();
    let shown = |value: &String| {
        let hidden = host.context.secrets.mask(value) != *value;
        (!hidden).then(|| value.clone())
    };
    let parameters = host.params.iter();
    parameters
        .map(|(name, value)| (name.clone(), shown(value)))
        .collect()
}

/// Of a secret only whether it is set: it may be another in each job of a pipeline.
fn environment(program: &Program) -> BTreeMap<String, Option<String>> {
    let context = &program.host().context;
    let hash = |value: &str| blake3::hash(context.secrets.mask(value).as_bytes()).to_string();
    let names = program.environment_names().into_iter();
    names
        .map(|name| {
            let value = context.env(&name).map(hash);
            (name, value)
        })
        .collect()
}

fn other_commit(then: Option<&str>, now: Option<&str>) -> Option<String> {
    let short = |commit: Option<&str>| match commit {
        Some(commit) => format!("commit {}", commit.get(..7).unwrap_or(commit)),
        None => "no commit".to_owned(),
    };
    let (then, now) = (then != now).then(|| (short(then), short(now)))?;
    Some(format!("{now} is checked out, and it was {then}"))
}

fn other_parameter(
    then: &BTreeMap<String, Option<String>>,
    now: &BTreeMap<String, Option<String>>,
) -> Option<String> {
    let mut names = then.keys().chain(now.keys());
    let name = names.find(|name| then.get(*name) != now.get(*name))?;
    let shown = |value: Option<&Option<String>>| match value {
        Some(Some(value)) => format!("`{value}`"),
        Some(None) => "a secret".to_owned(),
        None => "not given".to_owned(),
    };
    let (then, now) = (shown(then.get(name)), shown(now.get(name)));
    Some(format!("the parameter `{name}` is {now}, and was {then}"))
}

fn other_variable(
    then: &BTreeMap<String, Option<String>>,
    now: &BTreeMap<String, Option<String>>,
) -> Option<String> {
    let mut names = then.keys();
    let name = names.find(|name| then.get(*name) != now.get(*name))?;
    Some(match (&then[name], now.get(name).cloned().flatten()) {
        (None, _) => format!("`{name}` is set in the environment, and was not"),
        (_, None) => format!("`{name}` is not set in the environment any more"),
        _ => format!("`{name}` in the environment changed"),
    })
}
