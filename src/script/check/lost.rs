//! Changes to captured variables. A closure that wharf calls works on copies of what it captured,
//! so a change is gone when the closure ends. A closure that goes on to use what it changed loses
//! nothing it needs, and is let pass.

use std::collections::BTreeSet;

use rhai::{ASTNode, Expr, Position, Stmt};

use super::changes::{self, Changes};
use super::literal::entries;
use super::site::{self, Site};
use super::walls::closure;
use super::{Finding, Scene, constants};
use crate::failure::Failure;
use crate::script::span::place_at;

/// What is told of a closure that `site` gives away.
struct Words {
    when: &'static str,
    hint: &'static str,
}

pub(super) fn check(scene: &Scene, site: &Site, findings: &mut Vec<Finding>) {
    let stage = Words {
        when: "when the stage ends",
        hint: "let the stage return the value; stages that need it get it as a parameter",
    };
    let hook = Words {
        when: "when the hook ends",
        hint: "a hook works on copies; let a stage return what others need",
    };
    let parallel = Words {
        when: "when the closure ends",
        hint: "let the closure return the value; `parallel` returns all results in their order",
    };
    let condition = Words {
        when: "when the condition is known",
        hint: "`when` is called by itself; let a stage return what others need",
    };
    let arguments = site.call.args.as_slice();
    let find = |expression: &Expr, words: &Words, findings: &mut Vec<Finding>| {
        if let Some(name) = given(scene, expression) {
            lost(scene, &name, words, findings);
        }
    };
    match (site.call.name.as_str(), arguments) {
        ("stage", [_, rest @ .., body]) if scene.calls(site, "stage") => {
            find(body, &stage, findings);
            for (_, value) in rest
                .iter()
                .flat_map(entries)
                .filter(|(key, _)| key.name == "when")
            {
                find(value, &condition, findings);
            }
        }
        (name @ ("on_failure" | "on_success"), [body]) if scene.calls(site, name) => {
            find(body, &hook, findings);
        }
        ("parallel", [Expr::Array(closures, _)]) if scene.calls(site, "parallel") => {
            for closure in closures {
                find(closure, &parallel, findings);
            }
        }
        _ => {}
    }
}

/// The function of the closure that stands here, or in the variable that is named here, if nothing
/// else can be in it.
fn given(scene: &Scene, expression: &Expr) -> Option<String> {
    if let Some(closure) = closure(expression) {
        return Some(closure.name);
    }
    let Expr::Variable(variable, ..) = expression else {
        return None;
    };
    let mut found = Vec::new();
    let mut changed = false;
    scene.unit().ast.walk(&mut |path: &[ASTNode]| {
        match path.last() {
            Some(ASTNode::Stmt(Stmt::Var(declared, ..))) if declared.0.name == variable.1 => {
                found.push(closure(&declared.1).map(|closure| closure.name));
            }
            Some(ASTNode::Stmt(Stmt::Assignment(assignment))) => {
                let target = changes::root(&assignment.1.lhs);
                changed |= target.is_some_and(|(name, ..)| variable.1 == name);
            }
            _ => {}
        }
        true
    });
    match found.as_mut_slice() {
        [only] if !changed => only.take(),
        _ => None,
    }
}

fn lost(scene: &Scene, closure: &str, words: &Words, findings: &mut Vec<Finding>) {
    let changes = Changes::of(scene.unit(), closure);
    if changes.made.is_empty() {
        return;
    }
    let mut told = BTreeSet::new();
    // What nobody declares is complained about as such.
    let declared = constants::declared(scene.unit());
    for change in changes
        .made
        .iter()
        .filter(|change| declared.contains(&change.name))
    {
        let used = changes.is_used(change);
        if used && !used_elsewhere(scene, &changes, &change.name, change.position) {
            continue;
        }
        // One is enough where a variable is changed line after line.
        if used && !told.insert(&change.name) {
            continue;
        }
        let name = &change.name;
        let what = change.what;
        let message = if used {
            format!(
                "this {what} `{name}` is seen only here, and is lost {}",
                words.when
            )
        } else {
            format!("this {what} `{name}` is lost {}", words.when)
        };
        let failure = Failure::script(message)
            .at_if(place_at(&scene.unit().source, change.position))
            .hint(words.hint);
        findings.push(if used {
            Finding::warning(failure)
        } else {
            Finding::error(failure)
        });
    }
}

/// Whether anything else reads the variable: another closure, or what follows the change.
fn used_elsewhere(scene: &Scene, inside: &Changes, name: &str, after: Position) -> bool {
    let unit = scene.unit();
    let mut used = false;
    for statement in unit.ast.statements() {
        statement.walk(&mut Vec::new(), &mut |path: &[ASTNode]| {
            used |=
                changes::read(path).is_some_and(|read| read.name == name && read.position > after);
            !used
        });
    }
    let others = site::functions(unit, |function| !inside.functions.contains(function));
    others.walk(&mut |path: &[ASTNode]| {
        used |= changes::read(path)
            .is_some_and(|read| read.name == name && (!read.own || read.position > after));
        !used
    });
    used
}
