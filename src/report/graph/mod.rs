//! The stages of a plan, drawn: who needs whom.

mod dot;
mod layout;
mod mermaid;
mod svg;
mod text;

use std::collections::HashMap;

use crate::plan::{Plan, Stage, When};
use crate::secret::Secrets;

pub use dot::dot;
pub use mermaid::mermaid;
pub use svg::svg;
pub use text::text;

/// What is drawn: plain data without a secret.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    nodes: Vec<Node>,
    /// From the one needed to the one that needs it, as indices of nodes.
    edges: Vec<(usize, usize)>,
}

#[derive(Clone, Debug, Default)]
struct Node {
    name: String,
    /// The first line of its comment; empty if there is none.
    doc: String,
    environment: Option<String>,
    /// Why it would be skipped.
    skipped: Option<String>,
    /// The longest way to it from a stage that needs nothing.
    level: usize,
}

impl Graph {
    /// The stages of `plan` at `order`, each after all it needs.
    pub fn new(plan: &Plan, order: &[usize], secrets: &Secrets) -> Self {
        let mut graph = Self::default();
        let mut known = HashMap::new();
        for stage in order.iter().map(|index| &plan.stages[*index]) {
            let index = graph.nodes.len();
            let needs = stage.needs.iter();
            let needs: Vec<usize> = needs
                .filter_map(|need| known.get(&need.stage).copied())
                .collect();
            let level = needs.iter().map(|need| graph.nodes[*need].level + 1).max();
            graph.nodes.push(node(stage, level.unwrap_or(0), secrets));
            graph
                .edges
                .extend(needs.into_iter().map(|need| (need, index)));
            known.insert(stage.name.clone(), index);
        }
        graph
    }
}

fn node(stage: &Stage, level: usize, secrets: &Secrets) -> Node {
    Node {
        name: secrets.mask(&stage.name),
        doc: secrets.mask(stage.doc.lines().next().unwrap_or_default()),
        environment: stage.environment.as_deref().map(|text| secrets.mask(text)),
        skipped: match &stage.when {
            When::Never(reason) => Some(secrets.mask(reason)),
            _ => None,
        },
        level,
    }
}

#[cfg(test)]
mod tests;
