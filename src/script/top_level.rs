//! Evaluating the top level of a script or module.

#![expect(
    deprecated,
    reason = "how rhai marks what it may change; its version is pinned"
)]

use rhai::{AST, Caches, Dynamic, Engine, EvalAltResult, GlobalRuntimeState, Module, Scope};

/// What the script called `name` gives.
pub(super) fn evaluate(
    engine: &Engine,
    name: &str,
    ast: &AST,
) -> Result<Dynamic, Box<EvalAltResult>> {
    let mut global = global(engine);
    global.source = Some(name.into());
    global.lib.push(ast.shared_lib().clone());
    let scope = &mut Scope::new();
    engine.eval_statements_raw(&mut global, &mut Caches::new(), scope, ast.statements())
}

/// The module that `ast` makes.
pub(super) fn module(engine: &Engine, ast: &AST) -> Result<Module, Box<EvalAltResult>> {
    Module::eval_ast_as_new_raw(engine, &mut Scope::new(), &mut global(engine), ast)
}

/// Rhai takes a closure that the first library has from there without noting which file that is,
/// so that whatever happens in it would seem to happen in the file that calls it. Where that
/// library is an empty one, a closure is looked for by its name, and found with its file.
fn global(engine: &Engine) -> GlobalRuntimeState {
    let mut global = engine.new_global_runtime_state();
    global.lib.push(Module::new().into());
    global
}
