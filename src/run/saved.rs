//! A forecast on paper: what was reviewed, to be run later exactly so.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::forecast::{Forecast, Will};
use crate::failure::{Failure, Kind};
use crate::plan::Selection;
use crate::script::Program;

/// Changes when older ones can no longer be read.
const VERSION: u32 = 1;

/// What a run would do, and all that this follows from. Its keys hold in the copy of the repository
/// that it was made in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Saved {
    version: u32,
    /// Of the script and its modules.
    script: String,
    commit: Option<String>,
    /// Hashes of `--param` values.
    parameters: BTreeMap<String, String>,
    pub selection: Selection,
    stages: Vec<Forecast>,
}

impl Saved {
    pub fn new(program: &Program, selection: Selection, stages: Vec<Forecast>) -> Self {
        let host = program.host();
        let hash = |text: &str| blake3::hash(text.as_bytes()).to_string();
        let parameters = host.params.iter();
        Self {
            version: VERSION,
            script: hash(&program.texts().join("\0")),
            commit: host.git.sha().ok(),
            parameters: parameters
                .map(|(name, value)| (name.clone(), hash(value)))
                .collect(),
            selection,
            stages,
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

    /// Fails, naming the difference, unless `now` is what was reviewed.
    pub fn check(&self, now: &Self) -> Result<(), Failure> {
        let what = if self.script != now.script {
            "the script or one of its modules changed".to_owned()
        } else if self.commit != now.commit {
            "another commit is checked out".to_owned()
        } else if self.parameters != now.parameters {
            "the parameters differ".to_owned()
        } else if let Some(difference) = self.differing(now) {
            difference
        } else {
            return Ok(());
        };
        Err(Failure::new(
            Kind::Refused,
            format!("the plan does not hold any more: {what}"),
        )
        .hint("look at the new one: `wharf plan`"))
    }

    fn differing(&self, now: &Self) -> Option<String> {
        let names = |plan: &Self| -> Vec<String> {
            let stages = plan.stages.iter();
            stages.map(|stage| stage.stage.clone()).collect()
        };
        if names(self) != names(now) {
            return Some("it has other stages".to_owned());
        }
        let pairs = self.stages.iter().zip(&now.stages);
        let mut differing =
            pairs.filter(|(then, now)| then.will != now.will || then.key != now.key);
        let (then, now) = differing.next()?;
        let name = &then.stage;
        Some(match (then.will, now.will) {
            (Will::Skip, Will::Run | Will::Maybe) => format!("`{name}` would run: {}", now.why),
            (_, Will::Skip) => format!("`{name}` would be skipped: {}", now.why),
            _ => format!("what `{name}` depends on changed"),
        })
    }
}
