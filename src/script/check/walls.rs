//! What cannot get through: assignments a stage would lose, parameters nothing is given to, effects
//! before any stage runs.

use std::collections::BTreeSet;

use rhai::{AST, ASTNode, Expr, Position, Stmt};
use serde_json::{Map, Value};

use super::literal::{entries, plain};
use super::site::{self, Site};
use super::{Finding, Scene, arguments};
use crate::action::{self, Descriptor, Effect, options};
use crate::failure::Failure;
use crate::script::declare;
use crate::script::span::place_at;

pub(super) fn check(scene: &Scene, site: &Site, findings: &mut Vec<Finding>) {
    if scene.calls(site, "stage") {
        if let Some(closure) = site.call.args.last().and_then(closure) {
            lost_assignments(scene, &closure, findings);
            surplus_parameters(scene, site, &closure, findings);
        }
    } else if site.top_level
        && scene.is_main()
        && !scene.program.is_flat()
        && let Some(action) = action::find(&site.call.name)
        && scene.calls(site, action.name)
        && effect(scene, action, site) > Some(Effect::Read)
    {
        let message = format!(
            "`{}` cannot run while the pipeline is being declared",
            action.name
        );
        let failure = Failure::script(message)
            .at_if(site.place(scene.unit()))
            .hint("move the call into a `stage`");
        findings.push(Finding::error(failure));
    }
}

/// The effect of a call as far as it can be known: nothing where what decides it is computed.
fn effect(scene: &Scene, action: &Descriptor, site: &Site) -> Option<Effect> {
    let deciding = ["effect", "method"].map(|name| scene.schemas.has(action, name));
    if deciding == [false, false] {
        return Some(action.effect);
    }
    let (natural, options) = arguments::split(scene, action, site);
    let given = match options {
        None => Value::Object(Map::new()),
        Some(map @ Expr::Map(..)) => plain(map)?,
        Some(_) => return None,
    };
    let mut written = options.into_iter().flat_map(entries);
    if written.any(|(key, value)| {
        ["effect", "method"].contains(&key.name.as_str()) && plain(value).is_none()
    }) {
        return None;
    }
    let argument = match natural.map(plain) {
        // It may be a whole map of options, but not where others stand beside it.
        Some(None) if options.is_none() => return None,
        Some(None) => Some(Value::from("…")),
        Some(known) => known,
        None => None,
    };
    let gathered = options::gather(action, argument, Some(given)).ok()?;
    (action.effect_of)(&gathered).ok()
}

/// A closure as it stands in the text.
pub(super) struct Closure {
    pub(super) name: String,
    captures: BTreeSet<String>,
}

/// A closure that captures is written by the parser as a block: the captured variables are made
/// shared, then given to the function.
pub(super) fn closure(argument: &Expr) -> Option<Closure> {
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
    let body = site::functions(scene.unit(), |name| name == closure.name);
    let own = declared(&body);
    body.walk(&mut |path: &[ASTNode]| {
        if let Some(ASTNode::Stmt(Stmt::Assignment(assignment))) = path.last()
            && let Some((name, position)) = target(&assignment.1.lhs)
            && closure.captures.contains(name)
            && !own.contains(name)
        {
            let message = format!("this assignment to `{name}` is lost when the stage ends");
            let failure = Failure::script(message)
                .at_if(place_at(&scene.unit().source, position))
                .hint("let the stage return the value; stages that need it get it as a parameter");
            findings.push(Finding::error(failure));
        }
        true
    });
}

/// Parameters of a stage's closure beyond its needs, where all of those are written out.
fn surplus_parameters(scene: &Scene, site: &Site, closure: &Closure, findings: &mut Vec<Finding>) {
    let (Some((stage, _)), Some(needs)) = (site.text(0), needs(site)) else {
        return;
    };
    let mut functions = scene.unit().ast.iter_functions();
    let Some(function) = functions.find(|function| function.name == closure.name) else {
        return;
    };
    let parameters = function.params.len().saturating_sub(closure.captures.len());
    if parameters > needs {
        let failure = declare::too_many(stage, parameters, needs);
        findings.push(Finding::error(failure.at_if(site.place(scene.unit()))));
    }
}

/// How many stages a stage needs, unless that is computed.
fn needs(site: &Site) -> Option<usize> {
    let options = match site.call.args.as_slice() {
        [_, _] => return Some(0),
        [_, options @ Expr::Map(..), _] => options,
        _ => return None,
    };
    match entries(options).find(|(key, _)| key.name == "needs") {
        None => Some(0),
        Some((_, Expr::Array(items, _))) => Some(items.len()),
        Some((_, Expr::StringConstant(..))) => Some(1),
        Some(_) => None,
    }
}

/// The names that the closure declares itself: one may hide a captured variable from there on.
fn declared(body: &AST) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    body.walk(&mut |path: &[ASTNode]| {
        match path.last() {
            Some(ASTNode::Stmt(Stmt::Var(variable, ..))) => {
                names.insert(variable.0.name.to_string());
            }
            Some(ASTNode::Stmt(Stmt::For(each, _))) => {
                let counter = each.1.as_ref().map(|counter| counter.name.to_string());
                names.insert(each.0.name.to_string());
                names.extend(counter);
            }
            Some(ASTNode::Stmt(Stmt::TryCatch(catch, _))) => {
                if let Expr::Variable(variable, ..) = &catch.expr {
                    names.insert(variable.1.to_string());
                }
            }
            _ => {}
        }
        true
    });
    names
}

/// The variable that an assignment changes, also through its entries.
fn target(expression: &Expr) -> Option<(&str, Position)> {
    match expression {
        Expr::Variable(variable, _, position) => Some((&variable.1, *position)),
        Expr::Index(pair, _, _) | Expr::Dot(pair, _, _) => target(&pair.lhs),
        _ => None,
    }
}
