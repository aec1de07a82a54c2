//! Stages that need what does not exist, or each other, and names that are given twice.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rhai::Expr;

use super::imports::Loaded;
use super::site::Site;
use super::{Finding, Scene};
use crate::plan::{self, Need, Plan, Stage};
use crate::script::span::place_at;

/// The stages of the script and its modules, as far as they are written out.
#[derive(Default)]
pub(super) struct Stages {
    stages: Vec<(Stage, Certainty)>,
    /// The name of one is computed, so that it may be any.
    computed: bool,
}

/// Whether a stage is declared whenever the script runs, and once.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Certainty {
    Certain,
    /// In a branch, a loop, a function or a module.
    Possible,
}

impl Stages {
    pub(super) fn add(&mut self, scene: &Scene, site: &Site) {
        if !scene.calls(site, "stage") {
            return;
        }
        let certainty = if site.conditional || !scene.is_main() {
            Certainty::Possible
        } else {
            Certainty::Certain
        };
        match stage(scene, site) {
            Some(stage) => self.stages.push((stage, certainty)),
            None => self.computed = true,
        }
    }

    /// Needs that no stage has, only where all names are known; then double names and cycles among
    /// the stages that are there in any case.
    pub(super) fn findings(&self, all: &[Loaded]) -> Vec<Finding> {
        let mut problems = plan::problems(&self.certain());
        let mut imports = all.iter().flat_map(|loaded| &loaded.imports);
        if !self.computed && imports.all(|import| import.module.is_some()) {
            problems.extend(plan::problems(&self.lacking()));
        }
        problems.into_iter().map(Finding::error).collect()
    }

    fn certain(&self) -> Plan {
        let certain = |(stage, certainty): &(Stage, Certainty)| {
            (*certainty == Certainty::Certain).then(|| stage.clone())
        };
        let mut stages: Vec<_> = self.stages.iter().filter_map(certain).collect();
        let names: BTreeSet<_> = stages.iter().map(|stage| stage.name.clone()).collect();
        for stage in &mut stages {
            stage.needs.retain(|need| names.contains(&need.stage));
        }
        Plan { stages }
    }

    /// Each stage once, with those of its needs that nothing declares.
    fn lacking(&self) -> Plan {
        let names: BTreeSet<_> = self.stages.iter().map(|(stage, _)| &stage.name).collect();
        let mut once: BTreeMap<_, Stage> = BTreeMap::new();
        for (stage, _) in &self.stages {
            let lacking = stage.needs.iter();
            let lacking = lacking.filter(|need| !names.contains(&need.stage)).cloned();
            let stage = once.entry(&stage.name).or_insert_with(|| Stage {
                needs: Vec::new(),
                ..stage.clone()
            });
            stage.needs.extend(lacking);
        }
        Plan {
            stages: once.into_values().collect(),
        }
    }
}

fn stage(scene: &Scene, site: &Site) -> Option<Stage> {
    let (name, position) = site.text(0)?;
    Some(Stage {
        name: name.as_str().into(),
        declared: name.as_str().into(),
        needs: needs(scene, site),
        place: place_at(&scene.unit().source, position),
        ..Stage::default()
    })
}

fn needs(scene: &Scene, site: &Site) -> Vec<Need> {
    let Some(Expr::Map(options, _)) = site.call.args.get(1) else {
        return Vec::new();
    };
    let value = options.0.iter().find(|(key, _)| key.name == "needs");
    let items = match value {
        Some((_, Expr::Array(items, _))) => items.iter().collect(),
        Some((_, one)) => vec![one],
        None => Vec::new(),
    };
    items
        .into_iter()
        .filter_map(|item| match item {
            Expr::StringConstant(text, position) => Some(Need {
                stage: Arc::from(text.as_str()),
                place: place_at(&scene.unit().source, *position),
            }),
            _ => None,
        })
        .collect()
}
