//! Constants of a script whose text is known.

use std::collections::BTreeMap;

use rhai::{ASTFlags, ASTNode, Expr, FnPtr, Position, Stmt};

use crate::script::units::Unit;

/// Texts by the names of the constants that hold them.
#[derive(Debug, Default)]
pub(super) struct Constants(BTreeMap<String, String>);

impl Constants {
    /// Those at the top level of `unit` with a name that nothing else in it has.
    pub(super) fn of(unit: &Unit) -> Self {
        let mut constants = BTreeMap::new();
        for statement in unit.ast.statements() {
            if let Stmt::Var(variable, flags, _) = statement
                && flags.contains(ASTFlags::CONSTANT)
                && let Expr::StringConstant(text, _) = &variable.1
            {
                constants.insert(variable.0.name.to_string(), text.to_string());
            }
        }
        if !constants.is_empty() {
            let declared = declared(unit);
            constants.retain(|name, _| declared.iter().filter(|known| *known == name).count() == 1);
        }
        Self(constants)
    }

    /// The text that `expression` is, and where it stands.
    pub(super) fn text<'a>(&'a self, expression: &'a Expr) -> Option<(&'a str, Position)> {
        match expression {
            Expr::StringConstant(text, position) => Some((text, *position)),
            Expr::Variable(variable, _, position) if variable.2.is_empty() => {
                let text = self.0.get(variable.1.as_str())?;
                Some((text, *position))
            }
            _ => None,
        }
    }
}

/// The names of all variables and parameters, as often as they are declared.
pub(super) fn declared(unit: &Unit) -> Vec<String> {
    let mut names = Vec::new();
    unit.ast.walk(&mut |path: &[ASTNode]| {
        match path.last() {
            Some(ASTNode::Stmt(Stmt::Var(variable, _, _))) => {
                names.push(variable.0.name.to_string());
            }
            Some(ASTNode::Stmt(Stmt::For(each, _))) => names.push(each.0.name.to_string()),
            Some(ASTNode::Stmt(Stmt::TryCatch(parts, _))) => {
                if let Expr::Variable(caught, _, _) = &parts.expr {
                    names.push(caught.1.to_string());
                }
            }
            _ => {}
        }
        true
    });
    let captures = captures(unit);
    for function in unit.ast.iter_functions() {
        // What a closure captured stands before its own parameters.
        let captured = captures.get(function.name).copied().unwrap_or_default();
        let own = function.params.iter().skip(captured);
        names.extend(own.map(ToString::to_string));
    }
    names
}

/// How many variables each closure captured, by its name.
fn captures(unit: &Unit) -> BTreeMap<String, usize> {
    let mut captures = BTreeMap::new();
    unit.ast.walk(&mut |path: &[ASTNode]| {
        if let Some(ASTNode::Expr(Expr::FnCall(call, _))) = path.last()
            && call.name == "curry"
            && let [Expr::DynamicConstant(function, _), captured @ ..] = call.args.as_slice()
            && let Some(function) = function.read_lock::<FnPtr>()
        {
            captures.insert(function.fn_name().to_owned(), captured.len());
        }
        true
    });
    captures
}
