//! Entries that are evaluated one after the other and know of each other.

mod complete;
mod last;
mod symbols;

use std::sync::Arc;

use rhai::{AST, Dynamic, Module, Scope, Stmt};
use serde_json::Value;

use super::current::{self, Current, Whereabouts};
use super::program::Program;
use super::value::{name_of, to_json};
use super::{fault, literal};
use crate::action::Context;
use crate::failure::Failure;

pub use complete::Completeness;
pub use symbols::{Kind, Symbol};

/// The variables, functions and imports that the entries so far have made, on top of those of the
/// script.
#[derive(Debug)]
pub struct Session {
    program: Program,
    scope: Scope<'static>,
    imports: Vec<Stmt>,
    /// How many entries there were.
    entries: usize,
}

/// What an entry gave.
#[derive(Clone, Debug, PartialEq)]
pub enum Given {
    /// Nothing, as a `let` does.
    Nothing,
    Data(Value),
    /// A value that is no plain data, by what it is: “a closure”.
    Other(&'static str),
}

impl Session {
    /// On top of `program`. The top level of a script that declares stages is evaluated, which
    /// declares them; one that declares none is a stage itself, of which only the functions are
    /// taken.
    pub fn new(program: Program) -> Result<Self, Failure> {
        let mut session = Self {
            program,
            scope: Scope::new(),
            imports: Vec::new(),
            entries: 0,
        };
        let main = session.program.main().clone();
        session.keep_functions(&main.source.name, &main.ast);
        if !session.program.is_flat() {
            let context = Arc::new(session.program.host().context.clone());
            let name = &main.source.name;
            let _ = session.evaluate(name, &main.ast, context, Whereabouts::TopLevel)?;
        }
        session.keep_imports(&main.ast);
        Ok(session)
    }

    pub fn program(&self) -> &Program {
        &self.program
    }

    /// Evaluates `text` on behalf of `context`; what it gives is `_` in the next entry. Its name in
    /// error messages is `entry 1` for the first.
    pub fn enter(&mut self, text: &str, context: Arc<Context>) -> Result<Given, Failure> {
        self.entries += 1;
        let name = format!("entry {}", self.entries);
        let text = last::replaced(text);
        let unit = self
            .program
            .units()
            .compile(self.program.engine(), &name, text)?;
        let ast = unit.ast.clone();
        self.keep_functions(&name, &ast);
        let done = self.evaluate(&name, &ast, context, Whereabouts::Stage);
        // An import that came before what failed is there.
        self.keep_imports(&ast);
        let value = done?;
        let given = if value.is_unit() {
            Given::Nothing
        } else {
            match to_json(&value) {
                Ok(data) => Given::Data(data),
                Err(_) => Given::Other(name_of(&value)),
            }
        };
        if given != Given::Nothing {
            let _ = self.scope.remove::<Dynamic>(last::NAME);
            self.scope.push_dynamic(last::NAME, value);
        }
        Ok(given)
    }

    /// Whether `text` is an entry, or the beginning of one.
    pub fn completeness(&self, text: &str) -> Completeness {
        complete::completeness(self.program.engine(), text)
    }

    fn evaluate(
        &mut self,
        name: &str,
        ast: &AST,
        context: Arc<Context>,
        whereabouts: Whereabouts,
    ) -> Result<Dynamic, Failure> {
        let (engine, units) = (self.program.engine(), self.program.units());
        // Imports last only as long as the evaluation they are made in.
        let statements = self.imports.iter().chain(ast.statements()).cloned();
        let mut whole = AST::new(statements, ast.shared_lib().clone());
        whole.set_source(name);
        let current = Current {
            context: context.clone(),
            outputs: Arc::default(),
            whereabouts,
            calls: Arc::default(),
            units: units.clone(),
        };
        let scope = &mut self.scope;
        let done = current::with(current, || {
            engine.eval_ast_with_scope::<Dynamic>(scope, &whole)
        });
        done.map_err(|error| fault::runtime(&error, name, engine, units, &context))
    }

    /// A module of their own keeps the name of where they stand, for errors inside them; a later
    /// one goes first.
    fn keep_functions(&mut self, name: &str, ast: &AST) {
        let mut module = Module::new();
        for (_, _, function, _, definition) in ast.shared_lib().iter_script_fn_info() {
            if !literal::is_closure(function) {
                module.set_script_fn(definition.clone());
            }
        }
        if !module.is_empty() {
            module.set_id(name);
            self.program
                .engine_mut()
                .register_global_module(module.into());
        }
    }

    fn keep_imports(&mut self, ast: &AST) {
        let imports = ast.statements().iter();
        let imports = imports.filter(|statement| matches!(statement, Stmt::Import(..)));
        self.imports.extend(imports.cloned());
    }
}
