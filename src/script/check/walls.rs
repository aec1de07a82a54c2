//! What cannot get through: assignments a stage would lose, effects before any stage runs.

use std::collections::BTreeSet;

use rhai::{ASTNode, Expr, Position, Stmt};

use super::site::Site;
use super::{Finding, Scene};
use crate::action::{self, Effect};
use crate::failure::Failure;
use crate::script::span::place_at;

pub(super) fn check(scene: &Scene, site: &Site, findings: &mut Vec<Finding>) {
    if site.is("stage") {
        if let Some(closure) = site.call.args.last().and_then(closure) {
            lost_assignments(scene, &closure, findings);
        }
        return;
    }
    let before_any_stage = site.top_level && !site.method && !scene.program.is_flat();
    let acts = action::find(&site.call.name)
        .filter(|_| before_any_stage && site.call.namespace.is_empty())
        .filter(|action| action.effect > Effect::Read && !says_read(site));
    if let Some(action) = acts {
        let message = format!(
            "`{}` cannot run while the pipeline is being declared",
            action.name
        );
        let failure = Failure::script(message)
            .at_if(site.place(scene.unit))
            .hint("move the call into a `stage`");
        findings.push(Finding::error(failure));
    }
}

/// A closure as it stands in the text.
struct Closure {
    name: String,
    captures: BTreeSet<String>,
}

/// A closure that captures is written by the parser as a block: the captured variables are made
/// shared, then given to the function.
fn closure(argument: &Expr) -> Option<Closure> {
    let mut found: Option<Closure> = None;
    let mut captures = BTreeSet::new();
    argument.walk(&mut Vec::new(), &mut |path: &[ASTNode]| {
        match path.last() {
            Some(ASTNode::Expr(Expr::DynamicConstant(value, _))) => {
                if let Some(function) = value.read_lock::<rhai::FnPtr>()
                    && found.is_none()
                {
                    found = Some(Closure {
                        name: function.fn_name().to_owned(),
                        captures: BTreeSet::new(),
                    });
                }
            }
            Some(ASTNode::Stmt(Stmt::Share(shared))) => {
                captures.extend(shared.iter().map(|(ident, _)| ident.name.to_string()));
            }
            _ => {}
        }
        true
    });
    found.map(|closure| Closure {
        captures,
        ..closure
    })
}

fn lost_assignments(scene: &Scene, closure: &Closure, findings: &mut Vec<Finding>) {
    let body = scene
        .unit
        .ast
        .clone_functions_only_filtered(|_, _, _, name, _| name == closure.name);
    body.walk(&mut |path: &[ASTNode]| {
        if let Some(ASTNode::Stmt(Stmt::Assignment(assignment))) = path.last()
            && let Some((name, position)) = target(&assignment.1.lhs)
            && closure.captures.contains(name)
        {
            let message = format!("this assignment to `{name}` is lost when the stage ends");
            let failure = Failure::script(message)
                .at_if(place_at(&scene.unit.source, position))
                .hint("let the stage return the value; stages that need it get it as a parameter");
            findings.push(Finding::error(failure));
        }
        true
    });
}

/// The variable that an assignment changes, also through its entries.
fn target(expression: &Expr) -> Option<(&str, Position)> {
    match expression {
        Expr::Variable(variable, _, position) => Some((&variable.1, *position)),
        Expr::Index(pair, _, _) | Expr::Dot(pair, _, _) => target(&pair.lhs),
        _ => None,
    }
}

/// An action that is told to only read, or whose options are computed.
fn says_read(site: &Site) -> bool {
    site.call.args.iter().any(|argument| match argument {
        Expr::Map(map, _) => map.0.iter().any(|(key, value)| {
            key.name == "effect"
                && !matches!(value, Expr::StringConstant(text, _) if text != "read")
        }),
        Expr::StringConstant(..) | Expr::InterpolatedString(..) | Expr::Array(..) => false,
        _ => true,
    })
}
