//! Variables that do not exist where they are named.

use rhai::{ASTNode, Expr, Position, Stmt};

use super::functions::suggest;
use super::{Finding, Scene, modules, site};
use crate::failure::Failure;
use crate::script::span::place_at;

/// The parser knows the place of every variable it saw declared, and leaves out those it did not. A
/// closure takes what it does not declare from around it, so that its unknown variables come up
/// where it stands; only that is looked at.
pub(super) fn check(scene: &Scene, findings: &mut Vec<Finding>) {
    let unit = scene.unit();
    for statement in unit.ast.statements() {
        statement.walk(&mut Vec::new(), &mut |path: &[ASTNode]| {
            look(scene, path, false, findings);
            true
        });
    }
    if scene.names.lends_variables {
        return;
    }
    let functions = site::functions(unit, |name| !name.starts_with("anon$"));
    functions.walk(&mut |path: &[ASTNode]| {
        look(scene, path, true, findings);
        true
    });
}

fn look(scene: &Scene, path: &[ASTNode], in_function: bool, findings: &mut Vec<Finding>) {
    let Some(ASTNode::Expr(Expr::Variable(variable, _, position))) = path.last() else {
        return;
    };
    let (index, name, module, _) = &**variable;
    let place = || place_at(&scene.unit().source, *position);
    if !module.is_empty() {
        let unknown = modules::of_variable(scene, module, name);
        findings.extend(unknown.map(|failure| Finding::error(failure.at_if(place()))));
        return;
    }
    if index.is_some() || scene.names.is_script(name) {
        return;
    }
    let failure = Failure::script(format!("unknown variable `{name}`"));
    let failure = explain(scene, name, *position, in_function, failure);
    let failure = if failure.hints.is_empty() && is_assigned(scene, *position) {
        failure.hint(format!("`let {name} = …` declares it"))
    } else {
        failure
    };
    findings.push(Finding::error(failure.at_if(place())));
}

/// Whether the variable at `position` is given a value as a whole there.
fn is_assigned(scene: &Scene, position: Position) -> bool {
    let mut found = false;
    scene.unit().ast.walk(&mut |path: &[ASTNode]| {
        if let Some(ASTNode::Stmt(Stmt::Assignment(assignment))) = path.last() {
            let whole = !assignment.0.is_op_assignment();
            let target = &assignment.1.lhs;
            found |= whole && matches!(target, Expr::Variable(_, _, at) if *at == position);
        }
        !found
    });
    found
}

fn explain(
    scene: &Scene,
    name: &str,
    position: Position,
    in_function: bool,
    failure: Failure,
) -> Failure {
    let declared = declared(scene);
    match declared.iter().find(|known| known.name == name) {
        Some(known) if in_function && known.constant => failure.hint(format!(
            "a function sees a constant of the script as `global::{name}`"
        )),
        Some(_) if in_function => {
            failure.hint("a function sees only its parameters; a closure sees all around it")
        }
        Some(known) if known.position.line() >= position.line() => failure.hint(format!(
            "`{name}` is declared only on line {}",
            known.position.line().unwrap_or_default()
        )),
        Some(_) => failure.hint(format!("`{name}` lives only in the block that declares it")),
        None => suggest(
            failure,
            name,
            declared.iter().map(|known| known.name.as_str()),
        ),
    }
}

struct Declared {
    name: String,
    constant: bool,
    position: Position,
}

/// The variables that statements outside functions declare.
fn declared(scene: &Scene) -> Vec<Declared> {
    let mut found = Vec::new();
    for statement in scene.unit().ast.statements() {
        statement.walk(&mut Vec::new(), &mut |path: &[ASTNode]| {
            match path.last() {
                Some(ASTNode::Stmt(Stmt::Var(variable, flags, _))) => found.push(Declared {
                    name: variable.0.name.to_string(),
                    constant: flags.contains(rhai::ASTFlags::CONSTANT),
                    position: variable.0.pos,
                }),
                Some(ASTNode::Stmt(Stmt::For(each, _))) => found.push(Declared {
                    name: each.0.name.to_string(),
                    constant: false,
                    position: each.0.pos,
                }),
                _ => {}
            }
            true
        });
    }
    found
}
