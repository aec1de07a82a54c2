//! The modules that a program imports, found without evaluating anything.

use std::collections::BTreeSet;

use rhai::{ASTNode, Expr, Position, Stmt};

use super::constants::Constants;
use super::literal::literal;
use super::{Finding, site};
use crate::failure::Failure;
use crate::script::program::Program;
use crate::script::span::place_at;
use crate::script::units::{self, Unit};

/// A unit with its imports.
pub(super) struct Loaded {
    pub(super) unit: Unit,
    pub(super) imports: Vec<Import>,
    pub(super) constants: Constants,
}

pub(super) struct Import {
    pub(super) alias: String,
    /// The name of the module's unit; nothing where the path is computed, or was complained about.
    pub(super) module: Option<String>,
    position: Position,
    /// It is made whenever its unit is loaded.
    at_load: bool,
}

/// What `a::b` may mean. The same alias may be given in two functions to two modules.
pub(super) enum Meaning<'a> {
    Modules(Vec<&'a Loaded>),
    /// A module whose text is not known.
    Hidden,
    /// No import has this alias.
    Nothing,
}

/// An import as it is written.
struct Written {
    /// What is not text is told by its kind, if that is known.
    path: Result<String, Option<&'static str>>,
    alias: String,
    position: Position,
    conditional: bool,
    at_load: bool,
}

/// The main unit, then every module it imports, directly or through others.
pub(super) fn load(program: &Program, findings: &mut Vec<Finding>) -> Vec<Loaded> {
    let mut loaded: Vec<Loaded> = Vec::new();
    let mut waiting = vec![program.main().clone()];
    while let Some(unit) = waiting.pop() {
        if named(&loaded, &unit.source.name).is_some() {
            continue;
        }
        let imports = written(&unit)
            .into_iter()
            .map(|import| {
                let found = find(program, &unit, &import, findings);
                let module = found.map(|module| {
                    waiting.push(module.clone());
                    module.source.name.clone()
                });
                Import {
                    alias: import.alias,
                    module,
                    position: import.position,
                    at_load: import.at_load,
                }
            })
            .collect();
        loaded.push(Loaded {
            constants: Constants::of(&unit),
            unit,
            imports,
        });
    }
    let mut trail = Vec::new();
    if let Some(main) = loaded.first() {
        cycles(&loaded, main, &mut trail, &mut BTreeSet::new(), findings);
    }
    loaded
}

/// Imports that lead back to a module which is still being loaded.
fn cycles<'a>(
    all: &'a [Loaded],
    from: &'a Loaded,
    trail: &mut Vec<&'a str>,
    done: &mut BTreeSet<&'a str>,
    findings: &mut Vec<Finding>,
) {
    let name = from.unit.source.name.as_str();
    trail.push(name);
    for import in from.imports.iter().filter(|import| import.at_load) {
        let Some(next) = import.module.as_deref().and_then(|name| named(all, name)) else {
            continue;
        };
        let next_name = next.unit.source.name.as_str();
        // The script itself is another thing than the module that it would be.
        let start = trail.iter().skip(1).position(|known| *known == next_name);
        if let Some(start) = start {
            let cycle: Vec<_> = trail[start + 1..].iter().map(ToString::to_string).collect();
            let place = place_at(&from.unit.source, import.position);
            findings.push(Finding::error(units::cycle(cycle).at_if(place)));
        } else if !done.contains(next_name) {
            cycles(all, next, trail, done, findings);
        }
    }
    trail.pop();
    done.insert(name);
}

/// What the path of aliases in front of a name means in `from`.
pub(super) fn resolve<'a>(all: &'a [Loaded], from: &'a Loaded, path: &[&str]) -> Meaning<'a> {
    let mut units = vec![from];
    for alias in path {
        let mut next = Vec::new();
        for import in units
            .iter()
            .flat_map(|loaded| &loaded.imports)
            .filter(|import| import.alias == *alias)
        {
            match import.module.as_deref().and_then(|name| named(all, name)) {
                Some(module) => next.push(module),
                None => return Meaning::Hidden,
            }
        }
        if next.is_empty() {
            return Meaning::Nothing;
        }
        units = next;
    }
    Meaning::Modules(units)
}

fn named<'a>(all: &'a [Loaded], name: &str) -> Option<&'a Loaded> {
    all.iter().find(|loaded| loaded.unit.source.name == name)
}

/// The module, compiled, or a finding. One that is imported only under some condition need not be
/// there: that is a warning.
fn find(
    program: &Program,
    unit: &Unit,
    import: &Written,
    findings: &mut Vec<Finding>,
) -> Option<Unit> {
    let units = program.units();
    let path = match &import.path {
        Ok(path) => path,
        Err(None) => return None,
        Err(Some(kind)) => {
            let message = format!("the path of a module must be text, not {kind}");
            let place = place_at(&unit.source, import.position);
            findings.push(Finding::error(Failure::script(message).at_if(place)));
            return None;
        }
    };
    let place = || place_at(&unit.source, import.position);
    match units.read(&unit.source.name, path) {
        Ok((name, text)) => match units.find(&name) {
            Some(known) => Some(known),
            None => units
                .compile(program.engine(), &name, text)
                .map_err(|failure| findings.push(Finding::error(failure)))
                .ok(),
        },
        Err(failure) => {
            let failure: Failure = failure.at_if(place());
            findings.push(if import.conditional {
                Finding::warning(failure)
            } else {
                Finding::error(failure)
            });
            None
        }
    }
}

fn written(unit: &Unit) -> Vec<Written> {
    let mut found = Vec::new();
    let statements = unit.ast.statements().iter();
    let at_load: Vec<_> = statements
        .filter_map(|statement| match statement {
            Stmt::Import(import, _) => Some(import.0.position()),
            _ => None,
        })
        .collect();
    unit.ast.walk(&mut |path: &[ASTNode]| {
        if let Some(ASTNode::Stmt(Stmt::Import(import, position))) = path.last() {
            let (text, position) = match &import.0 {
                Expr::StringConstant(text, position) => (Ok(text.to_string()), *position),
                other => match literal(other) {
                    Some((kind, shown)) if kind != "string" => (Err(Some(shown)), other.position()),
                    _ => (Err(None), *position),
                },
            };
            found.push(Written {
                path: text,
                alias: import.1.name.to_string(),
                position,
                conditional: site::is_conditional(path),
                at_load: path.len() == 1 && at_load.contains(&position),
            });
        }
        true
    });
    found
}
