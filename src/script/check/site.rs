//! The calls of a unit, and where each stands.

use rhai::{ASTNode, Expr, FnCallExpr, ImmutableString, Position, Stmt};

use crate::failure::Place;
use crate::script::span::place_at;
use crate::script::units::Unit;

/// One call in the text.
pub(super) struct Site<'a> {
    pub(super) call: &'a FnCallExpr,
    pub(super) position: Position,
    /// `x.f()`, and not `f()`.
    pub(super) method: bool,
    /// At the top level of its unit, in no function and no closure.
    pub(super) top_level: bool,
}

/// Calls `visit` for every call in `unit`, operators left out.
pub(super) fn each(unit: &Unit, visit: &mut dyn FnMut(&Site)) {
    for statement in unit.ast.statements() {
        statement.walk(&mut Vec::new(), &mut |path: &[ASTNode]| {
            look(path, true, visit)
        });
    }
    unit.ast
        .clone_functions_only()
        .walk(&mut |path: &[ASTNode]| look(path, false, visit));
}

fn look(path: &[ASTNode], top_level: bool, visit: &mut dyn FnMut(&Site)) -> bool {
    let (call, position, method) = match path.last() {
        Some(
            ASTNode::Expr(Expr::FnCall(call, position))
            | ASTNode::Stmt(Stmt::FnCall(call, position)),
        ) => (call, *position, false),
        Some(ASTNode::Expr(Expr::MethodCall(call, position))) => (call, *position, true),
        _ => return true,
    };
    if !call.is_operator_call() {
        visit(&Site {
            call,
            position,
            method,
            top_level,
        });
    }
    true
}

impl<'a> Site<'a> {
    /// Whether this calls a function of the language, or one of this unit, called `name`.
    pub(super) fn is(&self, name: &str) -> bool {
        !self.method && self.call.namespace.is_empty() && self.call.name == name
    }

    /// The argument at `index`, if it is written as text.
    pub(super) fn text(&self, index: usize) -> Option<(&'a ImmutableString, Position)> {
        match self.call.args.get(index)? {
            Expr::StringConstant(text, position) => Some((text, *position)),
            _ => None,
        }
    }

    pub(super) fn place(&self, unit: &Unit) -> Option<Place> {
        place_at(&unit.source, self.position)
    }
}
