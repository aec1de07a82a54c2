//! Unknown functions and methods, and wrong numbers of arguments.

use std::collections::BTreeSet;

use rhai::{ASTNode, Stmt};

use super::site::Site;
use super::{Finding, Scene, modules};
use crate::action;
use crate::failure::{Failure, nearest};
use crate::script::{call, declare};

/// What the parser handles itself, so that no registry has it: name, fewest and most arguments.
const BUILT_IN: [(&str, usize, usize); 9] = [
    ("Fn", 1, 1),
    ("call", 0, usize::MAX),
    ("curry", 0, usize::MAX),
    ("type_of", 0, 1),
    ("is_def_var", 1, 1),
    ("is_def_fn", 2, 3),
    ("is_shared", 0, 1),
    ("print", 0, 1),
    ("debug", 0, 1),
];

pub(super) fn check(scene: &Scene, site: &Site, findings: &mut Vec<Finding>) {
    let complaint = if site.method {
        method(scene, site)
    } else if site.call.namespace.is_empty() {
        function(scene, site)
    } else {
        modules::check(scene, site)
    };
    if let Some(failure) = complaint {
        findings.push(Finding::error(failure.at_if(site.place(scene.unit()))));
    }
}

fn function(scene: &Scene, site: &Site) -> Option<Failure> {
    let name = site.call.name.as_str();
    let given = site.call.args.len();
    let own = match name {
        "stage" => declare::ARGUMENTS.contains(&given),
        name => action::find(name).is_some() && call::ARGUMENTS.contains(&given),
    };
    if own {
        return None;
    }
    let mut arities = scene.names.script(scene.is_main(), name);
    arities.extend(scene.names.native(scene.program.engine(), name));
    judge(scene, site, "function", &arities)
}

/// `x.f(a)` is `f(x, a)` for a native function, and `f(a)` with `this` for one of the script's.
fn method(scene: &Scene, site: &Site) -> Option<Failure> {
    let name = site.call.name.as_str();
    if scene.names.is_property(name) {
        return None;
    }
    let mut arities = scene.names.script(scene.is_main(), name);
    let native = scene.names.native(scene.program.engine(), name);
    arities.extend(native.filter_map(|arity| arity.checked_sub(1)));
    judge(scene, site, "method", &arities)
}

fn judge(scene: &Scene, site: &Site, what: &str, arities: &BTreeSet<usize>) -> Option<Failure> {
    let name = site.call.name.as_str();
    let given = site.call.args.len();
    if let Some((_, least, most)) = BUILT_IN.iter().find(|(known, ..)| *known == name) {
        let fits = (*least..=*most).contains(&given) || arities.contains(&given);
        return (!fits).then(|| wrong_count(name, given, &BTreeSet::from([*least, *most])));
    }
    if arities.contains(&given) {
        return None;
    }
    if !arities.is_empty() {
        return Some(wrong_count(name, given, arities));
    }
    let failure = Failure::script(format!("unknown {what} `{name}`"));
    if !site.method && holds(scene, name) {
        return Some(failure.hint(format!(
            "a closure in a variable is called as `{name}.call(…)`"
        )));
    }
    let every = scene.names.every(scene.program.engine());
    let known = every.iter().filter(|known| !known.contains("::"));
    Some(suggest(failure, name, known.map(String::as_str)))
}

/// Whether a variable has this name somewhere in the unit.
fn holds(scene: &Scene, name: &str) -> bool {
    let mut found = false;
    scene.unit().ast.walk(&mut |path: &[ASTNode]| {
        if let Some(ASTNode::Stmt(Stmt::Var(declared, ..))) = path.last() {
            found |= declared.0.name == name;
        }
        !found
    });
    found
}

/// `takes 1 or 2 arguments, not 3`.
pub(super) fn wrong_count(name: &str, given: usize, arities: &BTreeSet<usize>) -> Failure {
    let mut wanted: Vec<_> = arities.iter().map(ToString::to_string).collect();
    let noun = if wanted == ["1"] {
        "argument"
    } else {
        "arguments"
    };
    let last = wanted.pop().unwrap_or_default();
    let wanted = if wanted.is_empty() {
        last
    } else {
        format!("{} or {last}", wanted.join(", "))
    };
    Failure::script(format!("`{name}` takes {wanted} {noun}, not {given}"))
}

pub(super) fn suggest<'a>(
    failure: Failure,
    name: &str,
    known: impl Iterator<Item = &'a str>,
) -> Failure {
    match nearest(name, known) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure,
    }
}
