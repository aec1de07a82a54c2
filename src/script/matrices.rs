//! The matrices of a script: what one instance's values are, what the results of all are.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::outputs::Outputs;
use crate::plan::{Combination, Stage};

/// By the name in the script, the instances in order.
#[derive(Clone, Debug, Default)]
pub(super) struct Matrices(BTreeMap<Arc<str>, Vec<(Arc<str>, Combination)>>);

impl Matrices {
    pub(super) fn add(&mut self, instances: &[Stage]) {
        for stage in instances.iter().filter(|stage| !stage.matrix.is_empty()) {
            let known = self.0.entry(stage.declared.clone()).or_default();
            known.push((stage.name.clone(), stage.matrix.clone()));
        }
    }

    /// The result of the stage `name`; of a matrix, an array with one for each instance, null where
    /// there is none.
    pub(super) fn result(&self, name: &str, outputs: &Outputs) -> Option<Value> {
        if let Some(value) = outputs.get(name) {
            return Some(value.clone());
        }
        let instances = self.0.get(name)?;
        let results = instances.iter().map(|(name, _)| outputs.get(name));
        let any = results.clone().any(|result| result.is_some());
        any.then(|| {
            results
                .map(|result| result.cloned().unwrap_or_default())
                .collect()
        })
    }

    /// What the script calls the stage `name`: an instance has the name of its matrix.
    pub(super) fn declared<'a>(&'a self, name: &'a str) -> &'a str {
        let is_it = |(known, _): &(Arc<str>, Combination)| **known == *name;
        let mut all = self.0.iter();
        let found = all.find(|(_, instances)| instances.iter().any(is_it));
        found.map_or(name, |(declared, _)| declared)
    }

    /// The value of `name` in the instance `stage`; null where only others of the same matrix have
    /// it. Otherwise the names there are, or nothing where `stage` is in no matrix.
    pub(super) fn value(&self, stage: &str, name: &str) -> Result<Value, Option<Vec<&str>>> {
        let mut all = self.0.values();
        let matrix = all.find(|all| all.iter().any(|(known, _)| **known == *stage));
        let matrix = matrix.ok_or(None)?;
        let own = matrix.iter().filter(|(known, _)| **known == *stage);
        let mut own = own.flat_map(|(_, values)| values);
        if let Some((_, value)) = own.find(|(known, _)| known == name) {
            return Ok(value.clone());
        }
        let mut names: Vec<&str> = Vec::new();
        for (known, _) in matrix.iter().flat_map(|(_, values)| values) {
            if !names.contains(&known.as_str()) {
                names.push(known);
            }
        }
        if names.contains(&name) {
            return Ok(Value::Null);
        }
        Err(Some(names))
    }
}
