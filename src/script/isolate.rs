//! Modules kept apart.
//!
//! Rhai looks a function up by its name and the number of arguments, and keeps what it found for as
//! long as a closure is evaluated, also across modules: where two have a function of one name, a
//! call inside the one would sooner or later come to that of the other. So the functions of a module
//! call each other by names that no other module has. What is exported keeps its name.

#![expect(
    deprecated,
    reason = "how rhai marks what it may change; its version is pinned"
)]

use std::collections::BTreeSet;

use rhai::{AST, Module, Position, ScriptFuncDef, Token};

use super::{engine, literal};

/// What stands between a function's name and that of its module.
const MARK: &str = "__of_";

/// The name that a function has in the text.
pub(super) fn written(name: &str) -> &str {
    name.split(MARK).next().unwrap_or(name)
}

/// `ast` as it is to be evaluated, for the `index`th module; nothing if it can be as it is. `text` is what
/// it was compiled from.
pub(super) fn isolated(ast: &AST, text: &str, index: usize) -> Option<AST> {
    let own: BTreeSet<_> = ast
        .iter_functions()
        .filter(|function| function.this_type.is_none())
        .map(|function| (function.name.to_owned(), function.params.len()))
        .collect();
    let calls = calls(ast, &own);
    if calls.is_empty() {
        return None;
    }
    let mut parser = engine::parser();
    parser.on_parse_token(move |token, position, _| match token {
        Token::Identifier(name) if calls.contains(&position) => {
            Token::Identifier(Box::new(among(index, &name).into()))
        }
        token => token,
    });
    let exported = parser.compile(text).ok()?;
    let mut inner = Module::new();
    for (_, _, name, parameters, function) in exported.shared_lib().iter_script_fn_info() {
        if own.contains(&(name.to_owned(), parameters)) {
            let mut function = ScriptFuncDef::clone(function);
            function.name = among(index, name).into();
            inner.set_script_fn(function);
        }
    }
    Some(exported.merge(&AST::new_from_module(inner)))
}

/// The name by which the functions of the `index`th module call one of them.
fn among(index: usize, name: &str) -> String {
    format!("{name}{MARK}{index}")
}

/// Where the module calls functions of its own.
fn calls(ast: &AST, own: &BTreeSet<(String, usize)>) -> BTreeSet<Position> {
    let mut calls = BTreeSet::new();
    literal::each_call(ast, &mut |call, position| {
        if call.namespace.is_empty() && own.contains(&(call.name.to_string(), call.args.len())) {
            calls.insert(position);
        }
    });
    calls
}
