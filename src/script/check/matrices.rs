//! `matrix(name)` where the stage's matrix is written out.

use rhai::{ASTNode, Expr, FnCallExpr, Position, Stmt};

use super::literal::given_entries;
use super::site::{self, Site};
use super::{Finding, Scene, walls};
use crate::failure::Failure;
use crate::plan::Combination;
use crate::script::language::matrix::{outside, unknown};
use crate::script::span::place_at;
use crate::script::stage_options;

/// The matrix of a stage, as far as it is known.
pub(super) enum Spread {
    /// It has none.
    No,
    Known(Vec<Combination>),
    /// Only the run knows, or it was complained about.
    Computed,
}

/// What `site`, a call of `stage`, spreads into.
pub(super) fn spread(site: &Site) -> Spread {
    let options = match site.call.args.as_slice() {
        [_, _] => return Spread::No,
        [_, options @ Expr::Map(..), _] => given_entries(options),
        _ => return Spread::Computed,
    };
    let Some((_, given)) = options.iter().find(|(name, _)| name == "matrix") else {
        return Spread::No;
    };
    let (read, _) =
        stage_options::read(std::slice::from_ref(&("matrix".to_owned(), given.clone())));
    let combinations = read.matrix.and_then(|matrix| matrix.combinations().ok());
    match combinations {
        Some(all) if given.is_known() => Spread::Known(all),
        _ => Spread::Computed,
    }
}

pub(super) fn check(scene: &Scene, site: &Site, findings: &mut Vec<Finding>) {
    let mut report = |failure: Failure, position: Position| {
        let place = place_at(&scene.unit().source, position);
        findings.push(Finding::error(failure.at_if(place)));
    };
    if site.top_level && !site.conditional && scene.is_main() && scene.calls(site, "matrix") {
        report(outside(), site.position);
    }
    // To look into closures takes a while, and hardly any script has a matrix.
    if !scene.names.is_called("matrix") {
        return;
    }
    if !scene.calls(site, "stage") || !scene.names.script(scene.is_main(), "matrix").is_empty() {
        return;
    }
    let Some(closure) = site.call.args.last().and_then(walls::closure) else {
        return;
    };
    let names: Option<Vec<_>> = match spread(site) {
        Spread::No => None,
        Spread::Known(all) => {
            let names = all.into_iter().flatten().map(|(name, _)| name);
            let mut names: Vec<_> = names.collect();
            names.sort();
            names.dedup();
            Some(names)
        }
        Spread::Computed => return,
    };
    let body = site::function(scene.unit(), &closure.name);
    body.walk(&mut |path: &[ASTNode]| {
        if let Some((call, position)) = call(path)
            && !site::is_conditional(path)
        {
            match (&names, call.args.first()) {
                (None, _) => report(outside(), position),
                (Some(names), Some(Expr::StringConstant(text, at)))
                    if !names.iter().any(|name| *name == text.as_str()) =>
                {
                    let names: Vec<_> = names.iter().map(String::as_str).collect();
                    report(unknown(text, &names), *at);
                }
                _ => {}
            }
        }
        true
    });
}

/// The call of `matrix` that `path` leads to.
fn call<'a>(path: &[ASTNode<'a>]) -> Option<(&'a FnCallExpr, Position)> {
    match path.last()? {
        ASTNode::Expr(Expr::FnCall(call, position))
        | ASTNode::Stmt(Stmt::FnCall(call, position)) => {
            let is_it = call.name == "matrix" && call.namespace.is_empty() && call.args.len() == 1;
            is_it.then_some((&**call, *position))
        }
        _ => None,
    }
}
