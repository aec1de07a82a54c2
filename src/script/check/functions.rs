//! Unknown functions and methods, functions that are not in a module, wrong numbers of arguments.

use std::collections::{BTreeMap, BTreeSet};

use rhai::{ASTNode, Engine, Expr};

use super::site::Site;
use super::{Finding, Scene};
use crate::failure::{Failure, nearest};
use crate::script::units::Unit;

/// What the parser handles itself, so that no registry has it: name, fewest and most arguments.
const BUILT_IN: [(&str, usize, usize); 10] = [
    ("Fn", 1, 1),
    ("call", 0, usize::MAX),
    ("curry", 0, usize::MAX),
    ("type_of", 0, 1),
    ("is_def_var", 1, 1),
    ("is_def_fn", 2, 2),
    ("is_shared", 0, 1),
    ("print", 1, 1),
    ("debug", 1, 1),
    ("import", 1, 1),
];

/// The registered functions that a script may mean.
pub(super) struct Functions {
    /// Numbers of arguments by name, for the names that the scripts use: `git::sha` with its module.
    arities: BTreeMap<String, BTreeSet<usize>>,
}

impl Functions {
    /// Looks up only `names`: there are well over a thousand functions.
    pub(super) fn gather(engine: &Engine, names: &BTreeSet<String>) -> Self {
        let found = engine.collect_fn_metadata(
            None,
            |info| {
                let name = info.metadata.name.as_str();
                names
                    .contains(name)
                    .then(|| (qualified(&info.namespace, name), info.metadata.num_params))
            },
            true,
        );
        let mut arities: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
        for (name, arity) in found {
            arities.entry(name).or_default().insert(arity);
        }
        Self { arities }
    }
}

fn qualified(namespace: &str, name: &str) -> String {
    if namespace.is_empty() {
        name.to_owned()
    } else {
        format!("{namespace}::{name}")
    }
}

pub(super) fn check(scene: &Scene, site: &Site, findings: &mut Vec<Finding>) {
    let complaint = if site.method {
        method(scene, site)
    } else if site.call.namespace.is_empty() {
        function(scene, site)
    } else {
        in_module(scene, site)
    };
    if let Some(failure) = complaint {
        findings.push(Finding::error(failure.at_if(site.place(scene.unit))));
    }
}

fn function(scene: &Scene, site: &Site) -> Option<Failure> {
    let name = site.call.name.as_str();
    let given = site.call.args.len();
    let mut arities = own(scene, name);
    arities.extend(scene.functions.arities.get(name).into_iter().flatten());
    judge(scene, name, given, &arities)
}

/// `x.f(a)` is `f(x, a)` for a native function, and `f(a)` with `this` for one of the script's.
fn method(scene: &Scene, site: &Site) -> Option<Failure> {
    let name = site.call.name.as_str();
    if scene.properties.contains(name) {
        return None;
    }
    let mut arities = own(scene, name);
    let native = scene.functions.arities.get(name);
    arities.extend(
        native
            .into_iter()
            .flatten()
            .filter_map(|arity| arity.checked_sub(1)),
    );
    judge(scene, name, site.call.args.len(), &arities).map(|failure| {
        let message = failure
            .message
            .replace("unknown function", "unknown method");
        Failure { message, ..failure }
    })
}

fn in_module(scene: &Scene, site: &Site) -> Option<Failure> {
    let path: Vec<_> = site
        .call
        .namespace
        .path
        .iter()
        .map(|part| part.name.as_str())
        .collect();
    let alias = path.join("::");
    let name = site.call.name.as_str();
    let shown = format!("{alias}::{name}");
    if let Some(module) = scene.imports.get(&alias) {
        let arities = defined(module, name);
        if arities.is_empty() {
            let known = module
                .ast
                .iter_functions()
                .map(|function| function.name.to_owned());
            let known: Vec<_> = known.filter(|name| !name.contains('$')).collect();
            let failure = Failure::script(format!("module `{alias}` has no function `{name}`"));
            return Some(suggest(failure, name, known.iter().map(String::as_str)));
        }
        return wrong_count(&shown, site.call.args.len(), &arities);
    }
    match scene.functions.arities.get(&shown) {
        Some(arities) => wrong_count(&shown, site.call.args.len(), arities),
        None if alias == "global" => None,
        None if imported_otherwise(scene, &alias) => None,
        None => Some(Failure::script(format!("unknown function `{shown}`"))),
    }
}

/// A module whose import has a computed path, or failed and was told about already.
fn imported_otherwise(scene: &Scene, alias: &str) -> bool {
    let mut found = false;
    scene.unit.ast.walk(&mut |path: &[ASTNode]| {
        if let Some(ASTNode::Stmt(rhai::Stmt::Import(import, _))) = path.last() {
            found |= import.1.name == alias;
        }
        !found
    });
    found
}

fn own(scene: &Scene, name: &str) -> BTreeSet<usize> {
    defined(scene.unit, name)
}

/// The numbers of parameters of the functions that `unit` defines under `name`.
fn defined(unit: &Unit, name: &str) -> BTreeSet<usize> {
    unit.ast
        .iter_functions()
        .filter(|function| function.name == name)
        .map(|function| function.params.len())
        .collect()
}

fn judge(scene: &Scene, name: &str, given: usize, arities: &BTreeSet<usize>) -> Option<Failure> {
    if let Some((_, least, most)) = BUILT_IN.iter().find(|(known, _, _)| *known == name) {
        return (!(*least..=*most).contains(&given) && !arities.contains(&given))
            .then(|| Failure::script(format!("`{name}` takes {least} arguments, not {given}")));
    }
    if !arities.is_empty() {
        return wrong_count(name, given, arities);
    }
    let known = every_name(scene);
    let failure = Failure::script(format!("unknown function `{name}`"));
    Some(suggest(failure, name, known.iter().map(String::as_str)))
}

fn wrong_count(name: &str, given: usize, arities: &BTreeSet<usize>) -> Option<Failure> {
    if arities.contains(&given) {
        return None;
    }
    let wanted: Vec<_> = arities.iter().map(ToString::to_string).collect();
    let noun = if wanted == ["1"] {
        "argument"
    } else {
        "arguments"
    };
    Some(Failure::script(format!(
        "`{name}` takes {} {noun}, not {given}",
        wanted.join(" or ")
    )))
}

fn suggest<'a>(failure: Failure, name: &str, known: impl Iterator<Item = &'a str>) -> Failure {
    match nearest(name, known) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure,
    }
}

/// Every name there is. Only for a suggestion: it takes a while.
fn every_name(scene: &Scene) -> Vec<String> {
    let mut names = scene.program.engine().collect_fn_metadata(
        None,
        |info| {
            info.namespace
                .is_empty()
                .then(|| info.metadata.name.to_string())
        },
        true,
    );
    names.extend(
        scene
            .unit
            .ast
            .iter_functions()
            .map(|function| function.name.to_owned()),
    );
    names.retain(|name| name.starts_with(|c: char| c.is_alphabetic()) && !name.contains('$'));
    names
}

/// The keys of the map literals in `unit`.
pub(super) fn properties(unit: &Unit) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    unit.ast.walk(&mut |path: &[ASTNode]| {
        if let Some(ASTNode::Expr(Expr::Map(map, _))) = path.last() {
            names.extend(map.0.iter().map(|(ident, _)| ident.name.to_string()));
        }
        true
    });
    names
}
