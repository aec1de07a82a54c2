//! Variables that do not exist where they are used.

use std::collections::BTreeSet;

use rhai::{ASTNode, Stmt};

use crate::failure::{Failure, nearest};
use crate::script::units::Unit;

/// The failure for `name`, which has no value here; `unit` is the script that uses it.
pub(super) fn unknown(name: &str, unit: Option<&Unit>) -> Failure {
    let failure = Failure::script(format!("unknown variable `{name}`"));
    let known = unit.map(declared).unwrap_or_default();
    if name.contains("::") {
        return failure.hint("a function reads a constant of its script as `global::NAME`");
    }
    if known.contains(name) {
        return failure.hint(
            "it is declared elsewhere: a function sees only its parameters, and constants as `global::NAME`",
        );
    }
    match nearest(name, known.iter().map(String::as_str)) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure,
    }
}

/// Every variable and parameter that the script declares anywhere.
fn declared(unit: &Unit) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for function in unit.ast.iter_functions() {
        names.extend(function.params.iter().map(|name| (*name).to_owned()));
    }
    unit.ast.walk(&mut |path: &[ASTNode]| {
        match path.last() {
            Some(ASTNode::Stmt(Stmt::Var(variable, _, _))) => {
                names.insert(variable.0.name.to_string());
            }
            Some(ASTNode::Stmt(Stmt::For(parts, _))) => {
                names.insert(parts.0.name.to_string());
            }
            _ => {}
        }
        true
    });
    names
}
