//! One stage declared for many combinations of values, spread out into a stage for each.
//!
//! As on GitHub, simplified. The combinations are those of all values of all names, the first name
//! changing slowest. An entry of `exclude` takes away each one that has all its values. An entry of
//! `include` adds its new names to each remaining one whose values it does not contradict; where
//! there is none, it is a combination of its own, which later entries leave alone.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;

use super::{Need, Plan, Stage};
use crate::failure::nearest;

/// The values of one instance by their names, in order.
pub type Combination = Vec<(String, Value)>;

/// How many stages one matrix may make.
const MOST: usize = 256;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Matrix {
    pub axes: Vec<(String, Vec<Value>)>,
    pub exclude: Vec<Combination>,
    pub include: Vec<Combination>,
}

/// What keeps a matrix from being one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfit {
    /// Where in it: `python`, `exclude[0].os`; empty for all of it.
    pub path: String,
    /// Whether the name at `path` is at fault, and not its value.
    pub name: bool,
    pub message: String,
    pub hint: Option<String>,
}

impl Matrix {
    pub fn combinations(&self) -> Result<Vec<Combination>, Unfit> {
        self.examine()?;
        let mut all = product(&self.axes);
        all.retain(|one| !self.exclude.iter().any(|entry| has(one, entry)));
        let original = all.len();
        for entry in &self.include {
            let mut added = false;
            for one in &mut all[..original] {
                added |= self.extend(one, entry);
            }
            if !added && !all.contains(entry) {
                all.push(entry.clone());
            }
        }
        match all.len() {
            0 => Err(unfit("", "`matrix` has no combination of values")
                .hint("every one of them is excluded")),
            too_many if too_many > MOST => Err(too_large(too_many)),
            _ => Ok(all),
        }
    }

    /// Puts the names in the order of `names`; those that are not there come last, as they stand.
    pub fn arrange(&mut self, names: &[String]) {
        let rank = |name: &str| names.iter().position(|known| known == name);
        self.axes
            .sort_by_key(|(name, _)| rank(name).unwrap_or(usize::MAX));
        let axes: Vec<_> = self.axes.iter().map(|(name, _)| name.clone()).collect();
        for entry in &mut self.include {
            let rank = |name: &String| axes.iter().position(|known| known == name);
            entry.sort_by_key(|(name, _)| rank(name).unwrap_or(usize::MAX));
        }
    }

    fn examine(&self) -> Result<(), Unfit> {
        if self.axes.is_empty() && self.include.is_empty() {
            return Err(unfit("", "`matrix` has no values")
                .hint("write it as `#{ python: [\"3.11\", \"3.12\"] }`"));
        }
        let mut size: usize = usize::from(!self.axes.is_empty());
        for (name, values) in &self.axes {
            if values.is_empty() {
                return Err(unfit(name, format!("`{name}` of `matrix` has no value")));
            }
            let mut seen = BTreeSet::new();
            for (index, value) in values.iter().enumerate() {
                if !seen.insert(shown(value)) {
                    let message = format!("`{name}` of `matrix` has `{}` twice", shown(value));
                    return Err(unfit(format!("{name}[{index}]"), message));
                }
            }
            size = size.saturating_mul(values.len());
        }
        if size > MOST {
            return Err(too_large(size));
        }
        if let Some(index) = self.include.iter().position(Vec::is_empty) {
            let path = format!("include[{index}]");
            return Err(unfit(path, "an entry of `include` has no value"));
        }
        for (index, entry) in self.exclude.iter().enumerate() {
            for (name, _) in entry {
                if !self.axes.iter().any(|(known, _)| known == name) {
                    let path = format!("exclude[{index}].{name}");
                    let message = format!("`exclude` names `{name}`, which `matrix` has not");
                    let axes = self.axes.iter().map(|(known, _)| known.as_str());
                    let near = nearest(name, axes).map(|near| format!("did you mean `{near}`?"));
                    return Err(Unfit {
                        name: true,
                        hint: near,
                        ..unfit(path, message)
                    });
                }
            }
        }
        Ok(())
    }

    /// Adds to `one` what it does not have from its axes, unless `entry` contradicts those.
    fn extend(&self, one: &mut Combination, entry: &Combination) -> bool {
        let is_axis = |name: &str| self.axes.iter().any(|(known, _)| known == name);
        let (own, new): (Vec<_>, Vec<_>) = entry.iter().cloned().partition(|(n, _)| is_axis(n));
        if !has(one, &own) {
            return false;
        }
        for (name, value) in new {
            match one.iter_mut().find(|(known, _)| *known == name) {
                Some((_, known)) => *known = value,
                None => one.push((name, value)),
            }
        }
        true
    }
}

fn product(axes: &[(String, Vec<Value>)]) -> Vec<Combination> {
    if axes.is_empty() {
        return Vec::new();
    }
    axes.iter().fold(vec![Vec::new()], |all, (name, values)| {
        all.iter()
            .flat_map(|one: &Combination| {
                values.iter().map(|value| {
                    let mut longer = one.clone();
                    longer.push((name.clone(), value.clone()));
                    longer
                })
            })
            .collect()
    })
}

fn has(one: &Combination, values: &Combination) -> bool {
    let same = |(name, value): &(String, Value)| {
        let mut own = one.iter();
        own.any(|(known, own)| known == name && shown(own) == shown(value))
    };
    values.iter().all(same)
}

fn too_large(size: usize) -> Unfit {
    let message = format!("`matrix` makes {size} stages, and may make {MOST}");
    unfit("", message)
}

fn unfit(path: impl Into<String>, message: impl Into<String>) -> Unfit {
    Unfit {
        path: path.into(),
        name: false,
        message: message.into(),
        hint: None,
    }
}

impl Unfit {
    fn hint(mut self, hint: &str) -> Self {
        self.hint = Some(hint.to_owned());
        self
    }
}

/// A value as it stands in a name: text without quotes.
pub fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// `stage` for each of `combinations`, named `test (python=3.11, os=linux)`.
pub fn instances(stage: &Stage, combinations: Vec<Combination>) -> Vec<Stage> {
    let one = |matrix: Combination| Stage {
        name: name(&stage.declared, &matrix),
        matrix,
        ..stage.clone()
    };
    combinations.into_iter().map(one).collect()
}

fn name(declared: &str, combination: &Combination) -> Arc<str> {
    let values: Vec<_> = combination
        .iter()
        .map(|(name, value)| format!("{name}={}", shown(value)))
        .collect();
    format!("{declared} ({})", values.join(", ")).into()
}

impl Plan {
    /// The instances of the matrix that was declared as `name`, in order; none if there is none.
    pub fn instances_of(&self, name: &str) -> impl Iterator<Item = &Stage> {
        let mut stages = self.stages.iter();
        std::iter::from_fn(move || {
            stages.find(|stage| !stage.matrix.is_empty() && &*stage.declared == name)
        })
    }

    /// Where a stage needs a matrix, lets it need each of its instances.
    pub fn spread_needs(&mut self) {
        if self.stages.iter().all(|stage| stage.matrix.is_empty()) {
            return;
        }
        let spread = |need: &Need| {
            let each = self.instances_of(&need.stage).map(|stage| Need {
                stage: stage.name.clone(),
                place: need.place.clone(),
            });
            let each: Vec<_> = each.collect();
            if each.is_empty() {
                vec![need.clone()]
            } else {
                each
            }
        };
        let spread = |stage: &Stage| {
            let mut needs: Vec<_> = stage.needs.iter().flat_map(spread).collect();
            let mut seen = BTreeSet::new();
            needs.retain(|need| seen.insert(need.stage.clone()));
            needs
        };
        let needs: Vec<_> = self.stages.iter().map(spread).collect();
        for (stage, needs) in self.stages.iter_mut().zip(needs) {
            stage.needs = needs;
        }
    }
}

#[cfg(test)]
mod tests;
