//! Calls of functions in modules.

use std::collections::BTreeSet;

use rhai::{ASTFlags, ASTNode, FnAccess, Namespace, Stmt};

use super::Scene;
use super::functions::{suggest, wrong_count};
use super::imports::{Loaded, Meaning, resolve};
use super::site::Site;
use crate::failure::Failure;

/// What is wrong with `a::f(…)`.
pub(super) fn check(scene: &Scene, site: &Site) -> Option<Failure> {
    let path: Vec<_> = site
        .call
        .namespace
        .path
        .iter()
        .map(|part| part.name.as_str())
        .collect();
    match resolve(scene.all, scene.at, &path) {
        Meaning::Modules(modules) => in_modules(&path.join("::"), &modules, site),
        Meaning::Hidden => None,
        Meaning::Nothing => elsewhere(scene, &path, site),
    }
}

fn in_modules(alias: &str, modules: &[&Loaded], site: &Site) -> Option<Failure> {
    let name = site.call.name.as_str();
    let functions: Vec<_> = modules
        .iter()
        .flat_map(|module| module.unit.ast.iter_functions())
        .filter(|function| !function.name.contains('$'))
        .collect();
    let (open, hidden): (Vec<_>, Vec<_>) = functions
        .iter()
        .partition(|function| function.access == FnAccess::Public);
    let arities: BTreeSet<_> = open
        .iter()
        .filter(|function| function.name == name)
        .map(|function| function.params.len())
        .collect();
    let given = site.call.args.len();
    if arities.contains(&given) {
        return None;
    }
    if !arities.is_empty() {
        return Some(wrong_count(&format!("{alias}::{name}"), given, &arities));
    }
    if hidden.iter().any(|function| function.name == name) {
        return Some(
            Failure::script(format!("`{name}` is private to the module `{alias}`"))
                .hint(format!("write `fn {name}` without `private` there")),
        );
    }
    let failure = Failure::script(format!("module `{alias}` has no function `{name}`"));
    let known = open.iter().map(|function| function.name);
    Some(suggest(failure, name, known))
}

/// The engine's own modules, and those that only a caller of this unit has imported.
fn elsewhere(scene: &Scene, path: &[&str], site: &Site) -> Option<Failure> {
    let alias = path.join("::");
    let shown = format!("{alias}::{}", site.call.name);
    let arities: BTreeSet<_> = scene.names.native(scene.program.engine(), &shown).collect();
    let given = site.call.args.len();
    if !arities.is_empty() {
        return (!arities.contains(&given)).then(|| wrong_count(&shown, given, &arities));
    }
    if by_a_caller(scene, path) || alias == "global" {
        return None;
    }
    let every = scene.names.every(scene.program.engine());
    let inside: Vec<_> = every
        .iter()
        .filter_map(|known| known.strip_prefix(&alias)?.strip_prefix("::"))
        .collect();
    if inside.is_empty() {
        return Some(no_module(scene, &alias, every));
    }
    let name = site.call.name.as_str();
    let failure = Failure::script(format!("module `{alias}` has no function `{name}`"));
    Some(suggest(failure, name, inside.into_iter()))
}

/// What is wrong with `a::NAME`.
pub(super) fn of_variable(scene: &Scene, module: &Namespace, name: &str) -> Option<Failure> {
    let path: Vec<_> = module.path.iter().map(|part| part.name.as_str()).collect();
    let alias = path.join("::");
    if alias == "global" {
        return None;
    }
    match resolve(scene.all, scene.at, &path) {
        Meaning::Modules(modules) => return exported(&alias, &modules, name),
        Meaning::Hidden => return None,
        Meaning::Nothing if by_a_caller(scene, &path) => return None,
        Meaning::Nothing => {}
    }
    let every = scene.names.every(scene.program.engine());
    let prefix = format!("{alias}::");
    let inside: Vec<_> = every
        .iter()
        .filter_map(|known| known.strip_prefix(&prefix))
        .collect();
    if inside.contains(&name) {
        Some(uncalled(&alias, name, 0))
    } else if inside.is_empty() {
        Some(no_module(scene, &alias, every))
    } else {
        let failure = Failure::script(format!("module `{alias}` has no constant `{name}`"));
        Some(suggest(failure, name, inside.into_iter()))
    }
}

/// What is wrong with `a::NAME` where the modules that `a` may mean are known.
fn exported(alias: &str, modules: &[&Loaded], name: &str) -> Option<Failure> {
    let mut exports = BTreeSet::new();
    for module in modules {
        module.unit.ast.walk(&mut |path: &[ASTNode]| {
            match path.last() {
                Some(ASTNode::Stmt(Stmt::Export(names, _))) => {
                    let (variable, alias) = &**names;
                    let shown = if alias.name.is_empty() {
                        variable
                    } else {
                        alias
                    };
                    exports.insert(shown.name.to_string());
                }
                Some(ASTNode::Stmt(Stmt::Var(variable, flags, _)))
                    if flags.contains(ASTFlags::EXPORTED) =>
                {
                    exports.insert(variable.0.name.to_string());
                }
                _ => {}
            }
            true
        });
    }
    if exports.contains(name) {
        return None;
    }
    let functions = modules
        .iter()
        .flat_map(|module| module.unit.ast.iter_functions());
    let own = functions.filter(|function| function.name == name);
    if let Some(parameters) = own.map(|function| function.params.len()).min() {
        return Some(uncalled(alias, name, parameters));
    }
    let failure = Failure::script(format!("module `{alias}` exports no `{name}`"));
    Some(suggest(failure, name, exports.iter().map(String::as_str)))
}

/// `parameters` is how many it has at least.
fn uncalled(alias: &str, name: &str, parameters: usize) -> Failure {
    let arguments = if parameters == 0 { "" } else { "…" };
    Failure::script(format!("`{alias}::{name}` is a function"))
        .hint(format!("call it: `{alias}::{name}({arguments})`"))
}

/// Whether `path` may be what a caller of this module has imported.
fn by_a_caller(scene: &Scene, path: &[&str]) -> bool {
    let mut imported = scene.all.iter().flat_map(|loaded| &loaded.imports);
    !scene.is_main() && imported.any(|import| Some(&import.alias.as_str()) == path.first())
}

fn no_module(scene: &Scene, alias: &str, every: &[String]) -> Failure {
    let native = every
        .iter()
        .filter_map(|known| Some(known.split_once("::")?.0));
    let imported = scene.at.imports.iter().map(|import| import.alias.as_str());
    let failure = Failure::script(format!("no module is imported as `{alias}`"));
    suggest(failure, alias, native.chain(imported))
}
