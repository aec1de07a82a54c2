//! Scripts without a stage: those that do nothing, and hooks that come too late.

use rhai::{ASTNode, Expr, Stmt};

use super::Finding;
use super::imports::Loaded;
use crate::action;
use crate::failure::Failure;
use crate::script::program::Program;
use crate::script::span::place_at;

pub(super) fn check(program: &Program, all: &[Loaded]) -> Vec<Finding> {
    let Some(main) = all.first().filter(|_| program.is_flat()) else {
        return Vec::new();
    };
    let unit = &main.unit;
    if unit.ast.statements().is_empty() {
        let name = &unit.source.name;
        let failure = Failure::script(format!("the script `{name}` declares no stage"))
            .hint("one is declared like this: `stage(\"test\", || run_tests());`");
        return vec![Finding::doubt(failure)];
    }
    let mut findings = Vec::new();
    let mut done: Option<&str> = None;
    for statement in unit.ast.statements() {
        statement.walk(&mut Vec::new(), &mut |path: &[ASTNode]| {
            if let Some(
                ASTNode::Expr(Expr::FnCall(call, position))
                | ASTNode::Stmt(Stmt::FnCall(call, position)),
            ) = path.last()
                && call.namespace.is_empty()
            {
                let name = call.name.as_str();
                if let ("on_failure" | "on_success", Some(done)) = (name, done) {
                    let message = format!("`{name}` is declared only after `{done}` has run");
                    let failure = Failure::script(message)
                        .at_if(place_at(&unit.source, *position))
                        .hint("a hook learns only of what runs after it: declare it first");
                    findings.push(Finding::doubt(failure));
                }
                let action = action::find(name).map(|action| action.name);
                done = done.or(action);
            }
            true
        });
    }
    findings
}
