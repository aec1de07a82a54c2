//! The calls of a unit, and where each stands.

use rhai::{AST, ASTNode, Expr, FnCallExpr, ImmutableString, Module, Position, Stmt};

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
    /// It may never be made, or more than once: it is in a branch, a loop, a function.
    pub(super) conditional: bool,
}

/// Calls `visit` for every call in `unit`, operators left out.
pub(super) fn each(unit: &Unit, visit: &mut dyn FnMut(&Site)) {
    for statement in unit.ast.statements() {
        statement.walk(&mut Vec::new(), &mut |path: &[ASTNode]| {
            look(path, true, visit)
        });
    }
    each_in(&unit.ast.clone_functions_only(), visit);
}

/// The same for the functions in `tree`.
pub(super) fn each_in(tree: &AST, visit: &mut dyn FnMut(&Site)) {
    tree.walk(&mut |path: &[ASTNode]| look(path, false, visit));
}

/// The function or closure of `unit` called `name`, in a tree of its own: the parser's tree does not
/// tell which function a node is in.
pub(super) fn function(unit: &Unit, name: &str) -> AST {
    let mut kept = Module::new();
    for function in unit.functions(name) {
        kept.set_script_fn(function.clone());
    }
    AST::new_from_module(kept)
}

/// The functions and closures of `unit` whose name `keep` likes, in a tree of their own.
pub(super) fn functions(unit: &Unit, keep: impl Fn(&str) -> bool) -> AST {
    let mut kept = Module::new();
    for (_, _, name, _, function) in unit.ast.shared_lib().iter_script_fn_info() {
        if keep(name) {
            kept.set_script_fn(function.clone());
        }
    }
    AST::new_from_module(kept)
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
            conditional: !top_level || is_conditional(path),
        });
    }
    true
}

/// Whether what `path` leads to is in a branch, a loop or a `try`.
pub(super) fn is_conditional(path: &[ASTNode]) -> bool {
    path.iter().any(|node| {
        matches!(
            node,
            ASTNode::Stmt(
                Stmt::If(..)
                    | Stmt::Switch(..)
                    | Stmt::While(..)
                    | Stmt::Do(..)
                    | Stmt::For(..)
                    | Stmt::TryCatch(..)
            ) | ASTNode::Expr(Expr::And(..) | Expr::Or(..) | Expr::Coalesce(..))
        )
    })
}

impl<'a> Site<'a> {
    /// Whether this is a plain call of `name`, as a function of the language is called.
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
