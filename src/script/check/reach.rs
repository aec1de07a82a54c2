//! Which functions of modules the script can come to.

use std::collections::BTreeSet;

use rhai::Position;

use super::imports::{Loaded, Meaning, resolve};
use super::site;
use crate::script::literal::is_closure;

/// The functions that calls lead to, from the script itself and the top level of each module.
#[derive(Default)]
pub(super) struct Reach {
    /// By unit and name.
    functions: BTreeSet<(String, String)>,
    /// All that is not a function is run.
    written: Vec<Written>,
}

/// Where a function stands.
struct Written {
    unit: String,
    name: String,
    from: Position,
    to: Position,
}

/// A call, and the function it is made in.
struct Edge {
    from: Option<(String, String)>,
    to: (String, String),
}

impl Reach {
    /// The first of `all` is the script itself.
    pub(super) fn of(all: &[Loaded]) -> Self {
        let modules = all.get(1..).unwrap_or_default();
        let mut reach = Self::default();
        if modules.is_empty() {
            return reach;
        }
        reach.written = modules.iter().flat_map(written).collect();
        let edges: Vec<_> = all
            .iter()
            .flat_map(|loaded| reach.edges(all, loaded))
            .collect();
        let is_reached = |reach: &Self, edge: &Edge| {
            let from = edge.from.as_ref();
            from.is_none_or(|from| reach.functions.contains(from))
        };
        loop {
            let before = reach.functions.len();
            for edge in &edges {
                if is_reached(&reach, edge) {
                    reach.functions.insert(edge.to.clone());
                }
            }
            if reach.functions.len() == before {
                return reach;
            }
        }
    }

    /// Whether what stands at `position` of the unit called `unit` may be come to.
    pub(super) fn reaches(&self, unit: &str, position: Position) -> bool {
        self.enclosing(unit, position)
            .is_none_or(|function| self.functions.contains(&function))
    }

    fn enclosing(&self, unit: &str, position: Position) -> Option<(String, String)> {
        let mut written = self.written.iter();
        let found = written.find(|written| {
            written.unit == unit && (written.from..=written.to).contains(&position)
        });
        found.map(|written| (written.unit.clone(), written.name.clone()))
    }

    fn edges(&self, all: &[Loaded], loaded: &Loaded) -> Vec<Edge> {
        let unit = &loaded.unit.source.name;
        let mut edges = Vec::new();
        site::each(&loaded.unit, &mut |site| {
            let path = site.call.namespace.path.iter();
            let path: Vec<_> = path.map(|part| part.name.as_str()).collect();
            let Meaning::Modules(modules) = resolve(all, loaded, &path) else {
                return;
            };
            for module in modules {
                edges.push(Edge {
                    from: self.enclosing(unit, site.position),
                    to: (module.unit.source.name.clone(), site.call.name.to_string()),
                });
            }
        });
        edges
    }
}

fn written(loaded: &Loaded) -> Vec<Written> {
    let library = loaded.unit.ast.shared_lib();
    let functions = library.iter_script_fn_info();
    let functions = functions.filter(|(_, _, name, ..)| !is_closure(name));
    functions
        .map(|(_, _, name, _, function)| Written {
            unit: loaded.unit.source.name.clone(),
            name: name.to_owned(),
            from: function.body.start_position(),
            to: function.body.end_position(),
        })
        .collect()
}
