//! Keys that a map does not have.

use std::collections::BTreeSet;

use rhai::{ASTNode, Expr};

use crate::action::{ACTIONS, schema};
use crate::failure::{Failure, nearest};
use crate::script::units::Unit;

/// The failure of reading the key `name`; `unit` is the script that does. The map itself is not
/// known any more, so that what is like its keys is looked for among all that are.
pub(super) fn missing(name: &str, unit: Option<&Unit>) -> Failure {
    let failure = Failure::script(format!("the map has no key `{name}`"));
    let mut known = unit.map(written).unwrap_or_default();
    for action in ACTIONS {
        let output = (action.output)();
        let fields = schema::fields(&output).into_iter();
        known.extend(fields.map(|field| field.name.to_owned()));
    }
    match nearest(name, known.iter().map(String::as_str)) {
        Some(near) if near != name => failure.hint(format!("did you mean `{near}`?")),
        _ => failure.hint(format!(
            "`\"{name}\" in map` asks for it; `map.get(\"{name}\") ?? …` gives it a default"
        )),
    }
}

/// Every key of a map that the script writes out.
fn written(unit: &Unit) -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    unit.ast.walk(&mut |path: &[ASTNode]| {
        if let Some(ASTNode::Expr(Expr::Map(map, _))) = path.last() {
            keys.extend(map.0.iter().map(|(key, _)| key.name.to_string()));
        }
        true
    });
    keys
}
