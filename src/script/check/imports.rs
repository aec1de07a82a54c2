//! The modules that a program imports, found without evaluating anything.

use std::collections::BTreeMap;

use rhai::{ASTNode, Expr, Position, Stmt};

use super::Finding;
use crate::failure::Failure;
use crate::script::program::Program;
use crate::script::span::place_at;
use crate::script::units::Unit;

/// A unit with the modules that it imports under their aliases.
pub(super) struct Loaded {
    pub(super) unit: Unit,
    pub(super) imports: BTreeMap<String, Unit>,
}

/// The main unit, then every module it imports, directly or through others.
pub(super) fn load(program: &Program, findings: &mut Vec<Finding>) -> Vec<Loaded> {
    let mut loaded: Vec<Loaded> = Vec::new();
    let mut waiting = vec![program.main().clone()];
    while let Some(unit) = waiting.pop() {
        if loaded
            .iter()
            .any(|known| known.unit.source.name == unit.source.name)
        {
            continue;
        }
        let mut imports = BTreeMap::new();
        for (path, alias, position) in written(&unit) {
            match find(program, &unit, &path) {
                Ok(module) => {
                    waiting.push(module.clone());
                    imports.insert(alias, module);
                }
                Err(failure) if failure.places.is_empty() => {
                    let place = place_at(&unit.source, position);
                    findings.push(Finding::error(failure.at_if(place)));
                }
                Err(failure) => findings.push(Finding::error(failure)),
            }
        }
        loaded.push(Loaded { unit, imports });
    }
    loaded
}

fn find(program: &Program, unit: &Unit, path: &str) -> Result<Unit, Failure> {
    let units = program.units();
    let (name, text) = units.read(&unit.source.name, path)?;
    match units.find(&name) {
        Some(known) => Ok(known),
        None => units.compile(program.engine(), &name, text),
    }
}

/// Path, alias and position of each import whose path is written as text.
fn written(unit: &Unit) -> Vec<(String, String, Position)> {
    let mut found = Vec::new();
    unit.ast.walk(&mut |path: &[ASTNode]| {
        if let Some(ASTNode::Stmt(Stmt::Import(import, _))) = path.last()
            && let Expr::StringConstant(path, position) = &import.0
        {
            found.push((path.to_string(), import.1.name.to_string(), *position));
        }
        true
    });
    found
}
