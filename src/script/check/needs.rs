//! Stages that need what does not exist, or each other, and names that are given twice.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rhai::Expr;

use super::imports::Loaded;
use super::matrices::{self, Spread};
use super::site::Site;
use super::{Finding, Scene};
use crate::plan::{self, Need, Plan, Stage};
use crate::script::span::place_at;

/// The stages of the script and its modules, as far as they are written out.
#[derive(Default)]
pub(super) struct Stages {
    stages: Vec<Written>,
    /// The name of one is computed, so that it may be any.
    computed: bool,
}

/// One call of `stage`.
struct Written {
    /// A matrix not spread out.
    stage: Stage,
    matrix: Spread,
    certainty: Certainty,
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
            Some(stage) => self.stages.push(Written {
                stage,
                matrix: matrices::spread(site),
                certainty,
            }),
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
        let mut plan = Plan::default();
        let mut seen = BTreeSet::new();
        let stages = self.stages.iter();
        for written in stages.filter(|written| written.certainty == Certainty::Certain) {
            let first = seen.insert(&written.stage.name);
            plan.stages.extend(if first {
                written.instances()
            } else {
                vec![written.stage.clone()]
            });
        }
        plan.spread_needs();
        let names: BTreeSet<_> = plan.stages.iter().map(|stage| stage.name.clone()).collect();
        for stage in &mut plan.stages {
            stage.needs.retain(|need| names.contains(&need.stage));
        }
        plan
    }

    /// Each stage once, with those of its needs that nothing declares.
    fn lacking(&self) -> Plan {
        let names: BTreeSet<_> = self.stages.iter().flat_map(Written::names).collect();
        let known = |need: &Need| {
            names.contains(&need.stage) || self.stages.iter().any(|one| one.may_be(&need.stage))
        };
        let mut once: BTreeMap<_, Stage> = BTreeMap::new();
        for written in &self.stages {
            let needs = written.stage.needs.iter();
            let lacking: Vec<_> = needs.filter(|need| !known(need)).cloned().collect();
            for name in written.names() {
                once.entry(name.clone()).or_insert_with(|| Stage {
                    name,
                    needs: Vec::new(),
                    ..written.stage.clone()
                });
            }
            if let Some(stage) = once.get_mut(&written.stage.name) {
                stage.needs.extend(lacking);
            }
        }
        Plan {
            stages: once.into_values().collect(),
        }
    }
}

impl Written {
    fn instances(&self) -> Vec<Stage> {
        match &self.matrix {
            Spread::Known(all) => plan::matrix::instances(&self.stage, all.clone()),
            _ => vec![self.stage.clone()],
        }
    }

    /// All that this can be needed as.
    fn names(&self) -> Vec<Arc<str>> {
        let instances = self.instances().into_iter().map(|stage| stage.name);
        let mut names: Vec<_> = instances.collect();
        names.push(self.stage.name.clone());
        names.dedup();
        names
    }

    /// Whether `name` may be that of an instance which is not known.
    fn may_be(&self, name: &str) -> bool {
        let instance = name.strip_prefix(&*self.stage.name);
        matches!(self.matrix, Spread::Computed) && instance.is_some_and(|n| n.starts_with(" ("))
    }
}

fn stage(scene: &Scene, site: &Site) -> Option<Stage> {
    let (name, position) = scene.at.constants.text(site.call.args.first()?)?;
    Some(Stage {
        name: name.into(),
        declared: name.into(),
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
        .filter_map(|item| {
            let (text, position) = scene.at.constants.text(item)?;
            Some(Need {
                stage: Arc::from(text),
                place: place_at(&scene.unit().source, position),
            })
        })
        .collect()
}
