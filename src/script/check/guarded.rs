//! What is done only where the environment has a name.

use rhai::{ASTNode, Expr, Position, Stmt, StmtBlock};

use crate::script::units::Unit;

/// Whether `position` is in a branch of an `if` that asks for `name`: what is there knows that it
/// may not be set.
pub(super) fn by(unit: &Unit, name: &str, position: Position) -> bool {
    let mut found = false;
    unit.ast.walk(&mut |path: &[ASTNode]| {
        if let Some(ASTNode::Stmt(Stmt::If(parts, _))) = path.last() {
            let inside = contains(&parts.body, position) || contains(&parts.branch, position);
            found |= inside && asks(&parts.expr, name);
        }
        !found
    });
    found
}

fn contains(block: &StmtBlock, position: Position) -> bool {
    (block.position()..=block.end_position()).contains(&position)
}

/// Whether `env(name, default)` is in a condition.
fn asks(condition: &Expr, name: &str) -> bool {
    let mut found = false;
    condition.walk(&mut Vec::new(), &mut |path: &[ASTNode]| {
        if let Some(ASTNode::Expr(Expr::FnCall(call, _))) = path.last()
            && call.name == "env"
            && let [Expr::StringConstant(asked, _), _] = call.args.as_slice()
        {
            found |= asked == name;
        }
        !found
    });
    found
}
