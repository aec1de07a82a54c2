//! A plan as a person reads it: the instances of a matrix as one.

use super::{Plan, Stage, matrix};

/// A stage, or a whole matrix, which its first instance stands for.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    pub name: &'a str,
    pub stage: &'a Stage,
    /// How many stages it is.
    pub count: usize,
}

impl Plan {
    /// The stages at `order`, each matrix that is all there as one.
    pub fn rows(&self, order: &[usize]) -> Vec<Row<'_>> {
        let mut rows: Vec<Row> = Vec::new();
        for stage in order.iter().map(|index| &self.stages[*index]) {
            let instances = || self.instances_of(&stage.declared);
            let is_there = |one: &Stage| order.iter().any(|i| self.stages[*i].name == one.name);
            if stage.matrix.is_empty() || !instances().all(is_there) {
                rows.push(Row {
                    name: &stage.name,
                    stage,
                    count: 1,
                });
            } else if !rows.iter().any(|row| *row.name == *stage.declared) {
                rows.push(Row {
                    name: &stage.declared,
                    stage,
                    count: instances().count(),
                });
            }
        }
        rows
    }

    /// The names of `stages`, one for all of a matrix where all are there.
    pub fn in_short<'a>(&'a self, stages: &[&'a str]) -> Vec<&'a str> {
        let mut short = Vec::new();
        for name in stages {
            // Only such a name can be an instance's; to look each one up would take a while.
            let instance = name.ends_with(')').then(|| self.find(name)).flatten();
            let whole = instance.filter(|stage| {
                let mut all = self.instances_of(&stage.declared);
                !stage.matrix.is_empty() && all.all(|one| stages.contains(&&*one.name))
            });
            let name = whole.map_or(*name, |stage| &*stage.declared);
            if !short.contains(&name) {
                short.push(name);
            }
        }
        short
    }

    /// The values of the matrix `name` that its instances have: `python=3.11|3.12, os=linux`.
    pub fn values_of(&self, name: &str) -> String {
        let mut values: Vec<(&str, Vec<String>)> = Vec::new();
        for (name, value) in self.instances_of(name).flat_map(|stage| &stage.matrix) {
            let value = matrix::shown(value);
            match values.iter_mut().find(|(known, _)| known == name) {
                Some((_, known)) if known.contains(&value) => {}
                Some((_, known)) => known.push(value),
                None => values.push((name, vec![value])),
            }
        }
        let values = values.iter();
        let values: Vec<_> = values
            .map(|(name, values)| format!("{name}={}", values.join("|")))
            .collect();
        values.join(", ")
    }
}
