//! What the text of a script shows: where an option was written, what a comment above says.

use rhai::{AST, ASTNode, Expr, FnCallExpr, Ident, NativeCallContext, Position, Stmt};

use super::units::Units;
use crate::failure::Place;

/// Whether the script calls `stage` anywhere; one that does not is a single stage itself.
pub(super) fn declares_stages(ast: &AST) -> bool {
    let mut found = false;
    each_call(ast, &mut |call, _| {
        found |= call.name == "stage" && call.namespace.is_empty();
    });
    found
}

/// Where the call that `context` is in was given the option `path` (`tag`, `retry.count`), if it
/// was written there as a map literal: the place of the key.
pub(super) fn key(units: &Units, context: &NativeCallContext, path: &str) -> Option<Place> {
    let unit = units.find(context.call_source().unwrap_or_default())?;
    let mut found = None;
    call_at(&unit.ast, context.call_position(), &mut |call| {
        found = call
            .args
            .iter()
            .find_map(|argument| find_key(argument, path));
    });
    units.place(&unit.source.name, found?)
}

/// Where, in the value of the option `key` of the call that `context` is in, `text` is written.
pub(super) fn texts(
    units: &Units,
    context: &NativeCallContext,
    key: &str,
    text: &str,
) -> Vec<Place> {
    let Some(unit) = units.find(context.call_source().unwrap_or_default()) else {
        return Vec::new();
    };
    let mut places = Vec::new();
    call_at(&unit.ast, context.call_position(), &mut |call| {
        for (_, value) in call
            .args
            .iter()
            .flat_map(entries)
            .filter(|(ident, _)| ident.name == key)
        {
            let items = match value {
                Expr::Array(items, _) => items.iter().collect(),
                one => vec![one],
            };
            places.extend(items.into_iter().filter_map(|item| match item {
                Expr::StringConstant(written, position) if written == text => Some(*position),
                _ => None,
            }));
        }
    });
    places
        .into_iter()
        .filter_map(|position| units.place(&unit.source.name, position))
        .collect()
}

/// The comment lines directly above the line of `place`, without their slashes.
pub(super) fn comment_above(place: &Place) -> String {
    let text = &place.source.text;
    let start_of_line = text[..place.span.start].rfind('\n').map_or(0, |at| at + 1);
    let mut lines: Vec<_> = text[..start_of_line]
        .lines()
        .rev()
        .map_while(|line| line.trim().strip_prefix("//"))
        .map(|line| line.trim_start_matches('/').trim())
        .collect();
    lines.reverse();
    lines.join("\n")
}

/// Calls `visit` with each function call in the script, and where its name stands.
pub(super) fn each_call(ast: &AST, visit: &mut dyn FnMut(&FnCallExpr, Position)) {
    ast.walk(&mut |path: &[ASTNode]| {
        if let Some(
            ASTNode::Expr(Expr::FnCall(call, position) | Expr::MethodCall(call, position))
            | ASTNode::Stmt(Stmt::FnCall(call, position)),
        ) = path.last()
        {
            visit(call, *position);
        }
        true
    });
}

fn call_at(ast: &AST, at: Position, visit: &mut dyn FnMut(&FnCallExpr)) {
    each_call(ast, &mut |call, position| {
        if position == at {
            visit(call);
        }
    });
}

/// The position of the key that `path` leads to in a map literal.
fn find_key(expression: &Expr, path: &str) -> Option<Position> {
    let (first, rest) = path.split_once('.').unwrap_or((path, ""));
    let first = first.split('[').next().unwrap_or(first);
    let (ident, value) = entries(expression).find(|(ident, _)| ident.name == first)?;
    let deeper = (!rest.is_empty()).then(|| find_key(value, rest)).flatten();
    Some(deeper.unwrap_or(ident.pos))
}

fn entries(expression: &Expr) -> impl Iterator<Item = &(Ident, Expr)> {
    let entries = match expression {
        Expr::Map(map, _) => Some(map.0.iter()),
        _ => None,
    };
    entries.into_iter().flatten()
}
