//! Every name of a function that a script may mean, and with how many arguments.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use rhai::{ASTNode, Engine, Expr, Stmt};

use super::imports::Loaded;
use super::site;
use crate::script::units::Unit;

/// Numbers of parameters by name.
type Arities = BTreeMap<String, BTreeSet<usize>>;

pub(super) struct Names {
    /// What the scripts call.
    called: BTreeSet<String>,
    /// Those of the engine, for the names that the scripts use; `git::sha` with its module.
    native: OnceCell<Arities>,
    /// Functions of the script itself.
    main: Arities,
    /// Functions of the script and all modules.
    everywhere: Arities,
    /// Methods that are defined for one type (`fn int.twice()`).
    typed: Arities,
    /// Keys and properties of maps: one may hold a closure that is called like a method.
    properties: BTreeSet<String>,
    /// Whether some call lends its variables to the function it calls: `f!()`.
    pub(super) lends_variables: bool,
    every: OnceCell<Vec<String>>,
}

impl Names {
    /// The first of `all` is the script itself.
    pub(super) fn gather(all: &[Loaded]) -> Self {
        let mut called = BTreeSet::new();
        let mut lends_variables = false;
        for loaded in all {
            site::each(&loaded.unit, &mut |site| {
                called.insert(site.call.name.to_string());
                lends_variables |= site.call.capture_parent_scope;
            });
        }
        let mut names = Self {
            called,
            native: OnceCell::new(),
            main: Arities::new(),
            everywhere: Arities::new(),
            typed: Arities::new(),
            properties: BTreeSet::new(),
            lends_variables,
            every: OnceCell::new(),
        };
        for (index, loaded) in all.iter().enumerate() {
            names.add(&loaded.unit, index == 0);
        }
        names
    }

    fn add(&mut self, unit: &Unit, is_main: bool) {
        for function in unit.ast.iter_functions() {
            let note = |arities: &mut Arities| {
                let known = arities.entry(function.name.to_owned()).or_default();
                known.insert(function.params.len());
            };
            note(&mut self.everywhere);
            if is_main {
                note(&mut self.main);
            }
            if function.this_type.is_some() {
                note(&mut self.typed);
            }
        }
        unit.ast.walk(&mut |path: &[ASTNode]| {
            self.note_properties(path);
            true
        });
    }

    fn note_properties(&mut self, path: &[ASTNode]) {
        match path.last() {
            Some(ASTNode::Expr(Expr::Map(map, _))) => {
                let keys = map.0.iter().map(|(key, _)| key.name.to_string());
                self.properties.extend(keys);
            }
            Some(ASTNode::Stmt(Stmt::Assignment(assignment))) => {
                self.note_target(&assignment.1.lhs);
            }
            _ => {}
        }
    }

    /// The names in `x.name = …` and `x["name"] = …`.
    fn note_target(&mut self, target: &Expr) {
        match target {
            Expr::Dot(pair, ..) | Expr::Index(pair, ..) => self.note_target(&pair.rhs),
            Expr::Property(property, _) => {
                self.properties.insert(property.2.to_string());
            }
            Expr::StringConstant(text, _) => {
                self.properties.insert(text.to_string());
            }
            _ => {}
        }
    }

    /// Of the engine's functions; those of its modules are asked for as `module::name`. The engine
    /// has well over a thousand: they are gone through once, when one is first asked for, and
    /// only what occurs in the scripts is kept.
    pub(super) fn native(&self, engine: &Engine, name: &str) -> impl Iterator<Item = usize> {
        let native = self.native.get_or_init(|| native(engine, &self.called));
        native.get(name).into_iter().flatten().copied()
    }

    /// Whether any of the scripts calls a function of that name.
    pub(super) fn is_called(&self, name: &str) -> bool {
        self.called.contains(name)
    }

    /// Of the functions in Rhai that a call can reach. Those of whoever calls a module are in its
    /// reach too.
    pub(super) fn script(&self, from_main: bool, name: &str) -> BTreeSet<usize> {
        let own = if from_main {
            &self.main
        } else {
            &self.everywhere
        };
        let found = [own.get(name), self.typed.get(name)];
        found.into_iter().flatten().flatten().copied().collect()
    }

    pub(super) fn is_script(&self, name: &str) -> bool {
        self.everywhere.contains_key(name)
    }

    pub(super) fn is_property(&self, name: &str) -> bool {
        self.properties.contains(name)
    }

    /// Every name there is, those in modules with their module. Only for a suggestion: it takes a
    /// while.
    pub(super) fn every(&self, engine: &Engine) -> &[String] {
        self.every.get_or_init(|| {
            let mut every = engine.collect_fn_metadata(
                None,
                |info| Some(qualified(&info.namespace, &info.metadata.name)),
                true,
            );
            every.extend(self.main.keys().cloned());
            every.retain(|name| {
                name.starts_with(|c: char| c.is_alphabetic()) && !name.contains('$')
            });
            every.sort();
            every.dedup();
            every
        })
    }
}

fn native(engine: &Engine, called: &BTreeSet<String>) -> Arities {
    let found = engine.collect_fn_metadata(
        None,
        |info| {
            let name = info.metadata.name.as_str();
            called
                .contains(name)
                .then(|| (qualified(&info.namespace, name), info.metadata.num_params))
        },
        true,
    );
    let mut arities = Arities::new();
    for (name, arity) in found {
        arities.entry(name).or_default().insert(arity);
    }
    arities
}

fn qualified(namespace: &str, name: &str) -> String {
    if namespace.is_empty() {
        name.to_owned()
    } else {
        format!("{namespace}::{name}")
    }
}
