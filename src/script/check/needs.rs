//! Stages that need what does not exist, or each other.

use std::sync::Arc;

use rhai::Expr;

use super::site::Site;
use super::{Finding, Scene};
use crate::plan::{self, Need, Plan, Stage, When};
use crate::script::literal;
use crate::script::span::place_at;
use crate::script::units::Unit;

/// The stages of one unit, as far as they are written out.
#[derive(Default)]
pub(super) struct Stages {
    plan: Plan,
    /// The name of one is computed, so that it may be any.
    computed: bool,
}

impl Stages {
    pub(super) fn add(&mut self, scene: &Scene, site: &Site) {
        if site.is("stage") {
            match stage(scene, site) {
                Some(stage) => self.plan.stages.push(stage),
                None => self.computed = true,
            }
        }
    }

    /// Double names, cycles, and needs that no stage has; the last only where all names are known.
    pub(super) fn findings(mut self, scene: &Scene) -> Vec<Finding> {
        let elsewhere = |module: &Unit| literal::declares_stages(&module.ast);
        if self.computed || scene.imports.values().any(elsewhere) {
            let names: Vec<_> = self
                .plan
                .stages
                .iter()
                .map(|stage| stage.name.clone())
                .collect();
            for stage in &mut self.plan.stages {
                stage.needs.retain(|need| names.contains(&need.stage));
            }
        }
        plan::problems(&self.plan)
            .into_iter()
            .map(Finding::error)
            .collect()
    }
}

fn stage(scene: &Scene, site: &Site) -> Option<Stage> {
    let (name, position) = site.text(0)?;
    Some(Stage {
        name: name.as_str().into(),
        doc: String::new(),
        needs: needs(scene, site),
        when: When::Always,
        environment: std::collections::BTreeMap::new(),
        timeout: None,
        place: place_at(&scene.unit.source, position),
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
                place: place_at(&scene.unit.source, *position),
            }),
            _ => None,
        })
        .collect()
}
