//! The modules that a program imports, found without evaluating anything.

use rhai::{ASTNode, Expr, Position, Stmt};

use super::{Finding, site};
use crate::failure::Failure;
use crate::script::program::Program;
use crate::script::span::place_at;
use crate::script::units::Unit;

/// A unit with its imports.
pub(super) struct Loaded {
    pub(super) unit: Unit,
    pub(super) imports: Vec<Import>,
}

pub(super) struct Import {
    pub(super) alias: String,
    /// The name of the module's unit; nothing where the path is computed, or was complained about.
    pub(super) module: Option<String>,
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
    path: Option<String>,
    alias: String,
    position: Position,
    conditional: bool,
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
                }
            })
            .collect();
        loaded.push(Loaded { unit, imports });
    }
    loaded
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
    let path = import.path.as_deref()?;
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
    unit.ast.walk(&mut |path: &[ASTNode]| {
        if let Some(ASTNode::Stmt(Stmt::Import(import, position))) = path.last() {
            let (text, position) = match &import.0 {
                Expr::StringConstant(text, position) => (Some(text.to_string()), *position),
                _ => (None, *position),
            };
            found.push(Written {
                path: text,
                alias: import.1.name.to_string(),
                position,
                conditional: site::is_conditional(path),
            });
        }
        true
    });
    found
}
