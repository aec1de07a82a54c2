//! Every script and module that was compiled, and how an import finds its module.

mod confined;

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use rhai::{
    AST, Engine, EvalAltResult, FnCallExpr, ImmutableString, Module, ModuleResolver, Position,
    ScriptFuncDef, Shared,
};

use super::raised::throw;
use super::span::place_at;
use super::{isolate, literal, open_comment, stdlib, top_level};
use crate::failure::{Failure, Place, Source};

/// The compiled sources of one program. Also its module resolver: `std/…` comes from the binary,
/// anything else from beside the importing file and never from outside the repository.
#[derive(Clone, Debug)]
pub(super) struct Units(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    root: PathBuf,
    units: Mutex<Vec<Unit>>,
    /// What was looked for in the repository, found or not, by its path from the root.
    tried: Mutex<BTreeSet<String>>,
    /// Modules being loaded now, outermost first: what a cycle is found with.
    loading: Mutex<Vec<String>>,
}

type Calls = HashMap<(Option<usize>, Option<usize>), FnCallExpr>;
type Functions = HashMap<ImmutableString, Vec<Shared<ScriptFuncDef>>>;

/// One compiled file.
#[derive(Clone, Debug)]
pub(super) struct Unit {
    pub source: Arc<Source>,
    pub ast: Arc<AST>,
    /// What is evaluated in its place; only of a module.
    isolated: Option<Arc<AST>>,
    /// The calls in it by line and column, from when they are first asked for.
    calls: Arc<OnceLock<Calls>>,
    /// Its functions and closures by name, from when they are first asked for: the engine would go
    /// through all of them for each, which a thousand stages cannot afford.
    functions: Arc<OnceLock<Functions>>,
    module: Option<Shared<Module>>,
}

impl Unit {
    /// The call whose name stands at `position`.
    pub(super) fn call_at(&self, position: Position) -> Option<&FnCallExpr> {
        let key = |position: Position| (position.line(), position.position());
        let calls = self.calls.get_or_init(|| {
            let mut calls = Calls::new();
            literal::each_call(&self.ast, &mut |call, position| {
                calls.insert(key(position), call.clone());
            });
            calls
        });
        calls.get(&key(position))
    }

    /// The functions called `name`, each with another number of parameters.
    pub(super) fn functions(&self, name: &str) -> &[Shared<ScriptFuncDef>] {
        let functions = self.functions.get_or_init(|| {
            let mut functions = Functions::new();
            for ast in std::iter::once(&self.ast).chain(&self.isolated) {
                let before: Vec<_> = functions.keys().cloned().collect();
                for (_, _, _, _, function) in ast.shared_lib().iter_script_fn_info() {
                    // A closure is named after its text, which is another where it calls its module.
                    if !before.contains(&function.name) {
                        let named = functions.entry(function.name.clone()).or_default();
                        named.push(function.clone());
                    }
                }
            }
            functions
        });
        functions.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether `library` is what a call in this unit finds its functions in.
    fn has(&self, library: &Shared<Module>) -> bool {
        let module = self.module.as_ref();
        let evaluated = self.isolated.as_ref().unwrap_or(&self.ast);
        Shared::ptr_eq(evaluated.shared_lib(), library)
            || module.is_some_and(|module| Shared::ptr_eq(module, library))
    }
}

impl Units {
    pub(super) fn new(root: PathBuf) -> Self {
        Self(Arc::new(Inner {
            root,
            units: Mutex::default(),
            tried: Mutex::default(),
            loading: Mutex::default(),
        }))
    }

    /// Compiles `text` under `name`, which places and error messages will show.
    pub(super) fn compile(
        &self,
        engine: &Engine,
        name: &str,
        text: String,
    ) -> Result<Unit, Failure> {
        // Some editors begin a file with a byte order mark.
        let text = match text.strip_prefix('\u{feff}') {
            Some(text) => text.to_owned(),
            None => text,
        };
        self.compile_part(engine, name, &text, &text)
    }

    /// Compiles `part` of `whole`: it has the same lines, those of it that come before may be empty.
    pub(super) fn compile_part(
        &self,
        engine: &Engine,
        name: &str,
        whole: &str,
        part: &str,
    ) -> Result<Unit, Failure> {
        let source = Arc::new(Source::new(name, whole));
        let mut ast = engine
            .compile(part)
            .map_err(|error| super::fault::syntax(&error, &source))?;
        if let Some(failure) = open_comment::find(engine, &source) {
            return Err(failure);
        }
        ast.set_source(name);
        let unit = Unit {
            source,
            ast: Arc::new(ast),
            isolated: None,
            calls: Arc::default(),
            functions: Arc::default(),
            module: None,
        };
        self.lock().push(unit.clone());
        Ok(unit)
    }

    /// Of the parts of one file the last.
    pub(super) fn find(&self, name: &str) -> Option<Unit> {
        self.lock()
            .iter()
            .rfind(|unit| unit.source.name == name)
            .cloned()
    }

    /// Takes over what was compiled for another program.
    pub(super) fn adopt(&self, unit: Unit) {
        self.lock().push(unit);
    }

    pub(super) fn all(&self) -> Vec<Unit> {
        self.lock().clone()
    }

    /// The functions of the module that defines the closure `name`, for a closure that outlives
    /// the call into its module.
    pub(super) fn library_of(&self, name: &str) -> Option<Shared<Module>> {
        self.lock().iter().find_map(|unit| {
            let evaluated = unit.isolated.as_ref().unwrap_or(&unit.ast);
            let library = evaluated.shared_lib();
            let defines = !unit.functions(name).is_empty();
            // Once evaluated, the module's functions know its constants and imports.
            defines.then(|| unit.module.clone().unwrap_or_else(|| library.clone()))
        })
    }

    /// The functions called `name` of the first unit that has any.
    pub(super) fn functions(&self, name: &str) -> Vec<Shared<ScriptFuncDef>> {
        let units = self.lock();
        let mut named = units.iter().map(|unit| unit.functions(name));
        named
            .find(|functions| !functions.is_empty())
            .unwrap_or_default()
            .to_vec()
    }

    /// Where the body of the function or closure `name` begins.
    pub(super) fn place_of(&self, name: &str) -> Option<Place> {
        self.lock().iter().find_map(|unit| {
            let function = unit.functions(name).first()?;
            place_at(&unit.source, function.body.start_position())
        })
    }

    /// The functions called `name` that `library` has.
    pub(super) fn functions_in(
        &self,
        library: &Shared<Module>,
        name: &str,
    ) -> Vec<Shared<ScriptFuncDef>> {
        if let Some(unit) = self.lock().iter().find(|unit| unit.has(library)) {
            return unit.functions(name).to_vec();
        }
        let all = library.iter_script_fn_info();
        all.filter(|(_, _, known, _, _)| *known == name)
            .map(|(_, _, _, _, function)| function.clone())
            .collect()
    }

    /// A place in the unit called `name`, for the token at `position`.
    pub(super) fn place(&self, name: &str, position: Position) -> Option<Place> {
        let unit = self.find(name)?;
        place_at(&unit.source, position)
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Unit>> {
        self.0.units.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn tried(&self) -> Vec<String> {
        let tried = self.0.tried.lock().unwrap_or_else(PoisonError::into_inner);
        tried.iter().cloned().collect()
    }

    pub(super) fn will_try(&self, name: &str) {
        let mut tried = self.0.tried.lock().unwrap_or_else(PoisonError::into_inner);
        tried.insert(name.to_owned());
    }

    /// The name and text of the module that `path` means in the file `importer`.
    pub(super) fn read(&self, importer: &str, path: &str) -> Result<(String, String), Failure> {
        if let Some(name) = path.strip_prefix("std/") {
            return stdlib::find(name)
                .map(|text| (path.to_owned(), text.to_owned()))
                .ok_or_else(|| confined::unknown_standard(name));
        }
        if path.is_empty() {
            return Err(Failure::script("the path of a module is empty"));
        }
        let name = confined::inside(importer, path)?;
        self.will_try(&name.display().to_string());
        let file = self.0.root.join(&name);
        let real = file.canonicalize().map_err(|_| {
            Failure::script(format!("there is no module `{path}`"))
                .hint(format!("it would be the file `{}`", name.display()))
        })?;
        let root = self
            .0
            .root
            .canonicalize()
            .unwrap_or_else(|_| self.0.root.clone());
        if !real.starts_with(&root) {
            return Err(Failure::script(format!(
                "the module `{path}` is a link that leads out of the repository"
            )));
        }
        let text = std::fs::read_to_string(&real).map_err(|error| {
            Failure::script(format!("the module `{path}` cannot be read"))
                .because(error.to_string())
        })?;
        Ok((name.display().to_string(), text))
    }

    /// The unit of the module that `path` means in the file `importer`, compiled.
    pub(super) fn load_unit(
        &self,
        engine: &Engine,
        importer: &str,
        path: &str,
    ) -> Result<Unit, Failure> {
        let (name, text) = self.read(importer, path)?;
        match self.find(&name) {
            Some(unit) => Ok(unit),
            None => self.compile(engine, &name, text),
        }
    }

    fn load(&self, engine: &Engine, importer: &str, path: &str) -> Result<Shared<Module>, Loading> {
        let unit = self.load_unit(engine, importer, path)?;
        if let Some(module) = unit.module {
            return Ok(module);
        }
        let name = unit.source.name.clone();
        let _loading = self.enter(&name)?;
        let evaluated = self.isolate(&unit);
        let module = top_level::module(engine, &evaluated)
            .map_err(|error| Loading::Evaluated(name.clone(), error))?;
        let module: Shared<Module> = module.into();
        for unit in self.lock().iter_mut() {
            if unit.source.name == name {
                unit.module = Some(module.clone());
            }
        }
        Ok(module)
    }

    /// What of the unit of a module is to be evaluated.
    fn isolate(&self, unit: &Unit) -> Arc<AST> {
        let mut units = self.lock();
        let index = units
            .iter()
            .position(|known| known.source.name == unit.source.name);
        let isolated = isolate::isolated(&unit.ast, &unit.source.text, index.unwrap_or_default());
        let Some(mut isolated) = isolated else {
            return unit.ast.clone();
        };
        isolated.set_source(&unit.source.name);
        let isolated = Arc::new(isolated);
        if let Some(unit) = index.and_then(|index| units.get_mut(index)) {
            unit.isolated = Some(isolated.clone());
            // What was looked up so far did not know of it.
            unit.functions = Arc::default();
        }
        isolated
    }

    fn enter(&self, name: &str) -> Result<Entered<'_>, Failure> {
        let mut loading = self
            .0
            .loading
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(start) = loading.iter().position(|known| known == name) {
            return Err(cycle(loading[start..].to_vec()));
        }
        loading.push(name.to_owned());
        Ok(Entered(&self.0.loading))
    }
}

impl ModuleResolver for Units {
    fn resolve(
        &self,
        engine: &Engine,
        source: Option<&str>,
        path: &str,
        position: Position,
    ) -> Result<Shared<Module>, Box<EvalAltResult>> {
        self.load(engine, source.unwrap_or_default(), path)
            .map_err(|error| match error {
                Loading::Refused(failure) => throw(*failure, position),
                Loading::Evaluated(name, error) => {
                    EvalAltResult::ErrorInModule(name, error, position).into()
                }
            })
    }
}

/// Why a module is not there: it never started, or its own top level failed.
enum Loading {
    Refused(Box<Failure>),
    Evaluated(String, Box<EvalAltResult>),
}

impl From<Failure> for Loading {
    fn from(failure: Failure) -> Self {
        Self::Refused(Box::new(failure))
    }
}

/// Of modules each of which imports the next, and the last the first.
pub(super) fn cycle(mut modules: Vec<String>) -> Failure {
    if let [one] = modules.as_slice() {
        return Failure::script(format!("the module `{one}` imports itself"));
    }
    modules.extend(modules.first().cloned());
    let modules = modules.join(" → ");
    Failure::script(format!("these modules import each other: {modules}"))
}

struct Entered<'a>(&'a Mutex<Vec<String>>);

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
    }
}
