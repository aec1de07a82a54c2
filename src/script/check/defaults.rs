//! Options of functions that the script and its modules define: those that `with_defaults` knows.

use rhai::{ASTNode, Expr, Stmt};

use super::imports::{Meaning, resolve};
use super::literal::entries;
use super::site::{self, Site};
use super::{Finding, Scene};
use crate::script::language::options::unknown;
use crate::script::span::place_at;
use crate::script::units::Unit;

pub(super) fn check(scene: &Scene, site: &Site, findings: &mut Vec<Finding>) {
    let maps = site.call.args.iter().enumerate();
    let mut maps = maps
        .filter(|(_, argument)| matches!(argument, Expr::Map(..)))
        .peekable();
    if site.method || maps.peek().is_none() {
        return;
    }
    let Some(unit) = defining(scene, site) else {
        return;
    };
    for (index, map) in maps {
        let Some(known) = options(unit, site, index) else {
            continue;
        };
        for (key, _) in entries(map) {
            if !known.iter().any(|name| *name == key.name.as_str()) {
                let failure = unknown(&key.name, known.iter().map(String::as_str));
                let place = place_at(&scene.unit().source, key.pos);
                findings.push(Finding::error(failure.at_if(place)));
            }
        }
    }
}

/// The unit that has the function that is called; nothing where it may be one of several.
fn defining<'a>(scene: &Scene<'a>, site: &Site) -> Option<&'a Unit> {
    let path = site.call.namespace.path.iter();
    let path: Vec<_> = path.map(|part| part.name.as_str()).collect();
    match resolve(scene.all, scene.at, &path) {
        Meaning::Modules(modules) => match modules.as_slice() {
            [module] => Some(&module.unit),
            _ => None,
        },
        Meaning::Hidden | Meaning::Nothing => None,
    }
}

/// The options that the function takes as its argument at `index`, if it says so.
fn options(unit: &Unit, site: &Site, index: usize) -> Option<Vec<String>> {
    let mut functions = unit.functions(&site.call.name).iter();
    let function = functions.find(|function| function.params.len() == site.call.args.len())?;
    let parameter = function.params.get(index)?;
    let mut found = None;
    site::function(unit, &site.call.name).walk(&mut |path: &[ASTNode]| {
        let Some(ASTNode::Expr(Expr::FnCall(call, _)) | ASTNode::Stmt(Stmt::FnCall(call, _))) =
            path.last()
        else {
            return true;
        };
        if call.name == "with_defaults"
            && let [Expr::Variable(given, ..), defaults @ Expr::Map(..)] = call.args.as_slice()
            && given.1 == *parameter
        {
            let names = entries(defaults).map(|(key, _)| key.name.to_string());
            found = Some(names.collect());
        }
        true
    });
    found
}
