//! Which stages a change of files concerns.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::failure::Failure;
use crate::plan::{OnBusy, Plan, Watch};
use crate::service::files::{Changed, Globs};

/// The stages that are watched, in the order in which they run.
#[derive(Clone, Debug, Default)]
pub struct Stages {
    list: Vec<Watched>,
}

#[derive(Clone, Debug)]
struct Watched {
    name: Arc<str>,
    /// None where any change concerns it.
    inputs: Option<Globs>,
    outputs: Option<Globs>,
    needs: Vec<usize>,
    watch: Watch,
}

/// A file that is not what it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// From the repository's root.
    pub path: PathBuf,
    pub kind: Changed,
    /// The stages that may have run when it was touched.
    pub during: BTreeSet<Arc<str>>,
    /// Those whose turn had certainly not come when it was last touched: they find it as it is.
    pub before: BTreeSet<Arc<str>>,
    /// Whether the script is made of it.
    pub script: bool,
}

/// Stages by their position, and why each; completes “ran: …”.
pub(super) type Concerned = BTreeMap<usize, String>;

impl Stages {
    /// The stages of `plan` at `order`, which has each after all it needs. One at an index that is
    /// `named` by a person is never `manual`.
    pub fn new(
        plan: &Plan,
        order: &[usize],
        named: impl Fn(usize) -> bool,
    ) -> Result<Self, Failure> {
        let globs = |globs: &[String]| {
            (!globs.is_empty())
                .then(|| Globs::new(globs))
                .transpose()
                .map_err(Failure::from)
        };
        let mut list: Vec<Watched> = Vec::new();
        for index in order {
            let stage = &plan.stages[*index];
            let needs = stage.needs.iter();
            let needs = needs.filter_map(|need| list.iter().position(|one| one.name == need.stage));
            list.push(Watched {
                name: stage.name.clone(),
                inputs: globs(&stage.inputs)?,
                outputs: globs(&stage.outputs)?,
                needs: needs.collect(),
                watch: match stage.watch {
                    Watch::Manual if named(*index) => Watch::Auto,
                    other => other,
                },
            });
        }
        Ok(Self { list })
    }

    pub fn names(&self) -> impl Iterator<Item = &Arc<str>> {
        self.list.iter().map(|stage| &stage.name)
    }

    pub fn name(&self, position: usize) -> &Arc<str> {
        &self.list[position].name
    }

    pub fn position(&self, name: &str) -> Option<usize> {
        self.list.iter().position(|stage| *stage.name == *name)
    }

    /// What the stage itself says of a change while it runs.
    pub fn on_busy(&self, position: usize) -> Option<OnBusy> {
        match self.list[position].watch {
            Watch::OnBusy(on_busy) => Some(on_busy),
            Watch::Auto | Watch::Manual => None,
        }
    }

    pub fn is_manual(&self, position: usize) -> bool {
        self.list[position].watch == Watch::Manual
    }

    /// All that no person has to ask for, which leaves out what needs something manual.
    pub fn automatic(&self) -> Vec<usize> {
        let mut out = vec![false; self.list.len()];
        for (position, stage) in self.list.iter().enumerate() {
            out[position] = self.is_manual(position) || stage.needs.iter().any(|need| out[*need]);
        }
        (0..out.len()).filter(|position| !out[*position]).collect()
    }

    /// The stages that `change` concerns directly. `writes` knows which stages were found to write
    /// it.
    pub fn concerned(&self, change: &Change, writes: impl Fn(&str) -> bool) -> Vec<usize> {
        let path = &change.path;
        let is_writer = |position: &usize| {
            let name = self.name(*position);
            change.during.contains(name) && (self.makes(*position, path) || writes(name))
        };
        let writers: Vec<_> = (0..self.list.len()).filter(is_writer).collect();
        let concerns = |position: &usize| {
            let stage = &self.list[*position];
            if self.is_manual(*position) || writers.contains(position) {
                return false;
            }
            let makes = self.makes(*position, path);
            // What it made may be gone, and then it is to be made again; else it is its own affair.
            if makes {
                return change.kind == Changed::Removed;
            }
            match &stage.inputs {
                Some(inputs) => inputs.is_match(path),
                // Whatever the script became, all is read again with it.
                None => writers.is_empty() && !change.script,
            }
        };
        let all = 0..self.list.len();
        all.filter(concerns)
            .filter(|position| !change.before.contains(self.name(*position)))
            .collect()
    }

    /// The stages at `positions` and all they need.
    pub fn with_needs(&self, positions: impl IntoIterator<Item = usize>) -> BTreeSet<usize> {
        let mut all: BTreeSet<_> = positions.into_iter().collect();
        for position in (0..self.list.len()).rev() {
            if all.contains(&position) {
                all.extend(&self.list[position].needs);
            }
        }
        all
    }

    pub fn needs(&self, position: usize) -> &[usize] {
        &self.list[position].needs
    }

    /// Whether it runs on any change.
    pub fn has_inputs(&self, position: usize) -> bool {
        self.list[position].inputs.is_some()
    }

    /// Whether a stage that this one needs is not over, as `is_over` tells.
    pub fn waits(&self, position: usize, is_over: impl Fn(usize) -> bool) -> bool {
        self.list[position].needs.iter().any(|need| !is_over(*need))
    }

    /// Adds all that depends on the stages concerned, and takes out what needs something manual.
    pub fn with_dependants(&self, mut concerned: Concerned) -> Concerned {
        let automatic = self.automatic();
        for (position, stage) in self.list.iter().enumerate() {
            let need = stage.needs.iter().find(|need| concerned.contains_key(need));
            if let Some(need) = need
                && !concerned.contains_key(&position)
            {
                concerned.insert(position, format!("it needs `{}`", self.name(*need)));
            }
        }
        concerned.retain(|position, _| automatic.contains(position));
        concerned
    }

    /// Whether a stage says that it makes this file.
    fn makes(&self, position: usize, path: &Path) -> bool {
        let outputs = self.list[position].outputs.as_ref();
        outputs.is_some_and(|outputs| outputs.is_match(path))
    }
}

#[cfg(test)]
mod tests;
