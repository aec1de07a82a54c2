//! Entries that are evaluated one after the other and know of each other.

mod complete;
mod defined;
mod entry;
mod last;
mod methods;
mod saved;
mod scan;
mod statements;
mod symbols;

use std::sync::Arc;

use rhai::{AST, Dynamic, Module, Scope, Stmt};
use serde_json::Value;

use super::current::{self, Current, Whereabouts};
use super::fault;
use super::program::Program;
use super::value::{name_of, to_json, to_shown};
use crate::action::Context;
use crate::failure::Failure;

pub use complete::Completeness;
pub use entry::Entry;
pub use scan::{Inside, Piece, PieceKind, pieces};
pub use symbols::{Kind, Symbol};

/// The variables, functions and imports that the entries so far have made, on top of those of the
/// script.
#[derive(Debug)]
pub struct Session {
    program: Program,
    scope: Scope<'static>,
    imports: Vec<Stmt>,
    /// How many variables and imports are the script's.
    of_script: (usize, usize),
    /// The entries that did not fail, by the names they are known under.
    own: Vec<(String, Arc<AST>)>,
    /// How many entries there were.
    entries: usize,
}

/// What an entry gave.
#[derive(Clone, Debug, PartialEq)]
pub enum Given {
    /// Nothing, as a `let` does.
    Nothing,
    Data(Value),
    /// A value that is no plain data, by what it is: “a function”; and as it may be shown.
    Other(&'static str, Value),
}

/// An entry that did not fail.
#[derive(Clone, Debug)]
pub struct Kept {
    pub text: String,
    /// Whether it gave a value.
    pub gave: bool,
}

impl Session {
    /// On top of `program`. The top level of a script that declares stages is evaluated, which
    /// declares them; one that declares none is a stage itself, of which the functions are taken,
    /// and the variables up to its first action.
    pub fn new(program: Program) -> Result<Self, Failure> {
        let mut scope = Scope::new();
        scope.push_dynamic(last::NAME, Dynamic::UNIT);
        let mut session = Self {
            program,
            scope,
            imports: Vec::new(),
            of_script: (0, 0),
            own: Vec::new(),
            entries: 0,
        };
        let main = session.program.main().clone();
        let name = &main.source.name;
        session.keep_functions(name, &main.ast);
        if session.program.is_flat() {
            session.begin_flat(name, &main.ast);
        } else {
            let context = Arc::new(session.program.host().context.clone());
            let _ = session.evaluate(name, &main.ast, context, Whereabouts::TopLevel)?;
            session.keep_imports(main.ast.statements());
        }
        session.of_script = (session.scope.len(), session.imports.len());
        Ok(session)
    }

    /// The variables and imports that a script without stages begins with.
    fn begin_flat(&mut self, name: &str, ast: &AST) {
        let context = Arc::new(self.program.host().context.clone());
        for statement in ast.statements() {
            if !matches!(statement, Stmt::Var(..) | Stmt::Import(..)) {
                return;
            }
            let alone = AST::new([statement.clone()], ast.shared_lib().clone());
            let done = self.evaluate(name, &alone, context.clone(), Whereabouts::TopLevel);
            // What acts has its turn when the stage runs.
            if done.is_err() {
                return;
            }
            self.keep_imports(std::slice::from_ref(statement));
        }
    }

    /// On top of `program`, which is the script as it is now. What the entries made stays.
    pub fn reload(&mut self, program: Program) -> Result<(), Failure> {
        let mut next = Self::new(program)?;
        next.entries = self.entries;
        for (name, ast) in &self.own {
            if let Some(unit) = self.program.units().find(name) {
                next.program.units().adopt(unit);
            }
            next.keep_functions(name, ast);
        }
        let (variables, imports) = self.of_script;
        for (name, constant, value) in self.scope.iter().skip(variables) {
            if constant {
                next.scope.push_constant_dynamic(name, value);
            } else {
                next.scope.push_dynamic(name, value);
            }
        }
        if let Some(value) = self.scope.get(last::NAME) {
            next.scope.set_value(last::NAME, value.clone());
        }
        next.imports.extend_from_slice(&self.imports[imports..]);
        next.own = std::mem::take(&mut self.own);
        *self = next;
        Ok(())
    }

    pub fn program(&self) -> &Program {
        &self.program
    }

    /// Evaluates `entry` on behalf of `context`; what it gives is `_` in the next entry. Its name in
    /// error messages is `entry 1` for the first, where it is of no file. One that fails leaves no
    /// variables, functions and imports.
    pub fn enter(&mut self, entry: &Entry<'_>, context: Arc<Context>) -> Result<Given, Failure> {
        self.entries += 1;
        let (name, ast) =
            entry.compile(self.program.engine(), self.program.units(), self.entries)?;
        let variables = self.scope.len();
        let value = self
            .evaluate(&name, &ast, context, Whereabouts::Entry)
            .inspect_err(|_| {
                self.scope.rewind(variables);
            })?;
        self.keep_functions(&name, &ast);
        self.keep_imports(ast.statements());
        self.own.push((name, ast));
        let given = if value.is_unit() {
            Given::Nothing
        } else {
            match to_json(&value) {
                Ok(data) => Given::Data(data),
                Err(_) => Given::Other(name_of(&value), to_shown(&value)),
            }
        };
        if given != Given::Nothing {
            self.scope.set_value(last::NAME, value);
        }
        Ok(given)
    }

    /// Whether `text` is an entry, or the beginning of one.
    pub fn completeness(&self, text: &str) -> Completeness {
        complete::completeness(self.program.engine(), text)
    }

    /// The script's own part and `entries`, as a script that has no stages.
    pub fn as_script(&self, entries: &[Kept]) -> String {
        let (_, imports) = self.of_script;
        let main = self.program.main();
        let begun = if self.program.is_flat() {
            // `_` is there before all.
            self.of_script.0 - 1 + imports
        } else {
            usize::MAX
        };
        saved::script(&main.source.text, begun, entries)
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
    /// one goes first. Closures are among them: a variable may hold one in the next entry.
    fn keep_functions(&mut self, name: &str, ast: &AST) {
        let mut module = Module::new();
        for (_, _, _, _, definition) in ast.shared_lib().iter_script_fn_info() {
            module.set_script_fn(definition.clone());
        }
        if !module.is_empty() {
            module.set_id(name);
            self.program
                .engine_mut()
                .register_global_module(module.into());
        }
    }

    fn keep_imports(&mut self, statements: &[Stmt]) {
        let imports = statements.iter();
        let imports = imports.filter(|statement| matches!(statement, Stmt::Import(..)));
        self.imports.extend(imports.cloned());
    }
}
