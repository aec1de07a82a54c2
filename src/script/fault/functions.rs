//! Calls that no function fits: an unknown name, or a known one with other arguments.

use std::any::TypeId;
use std::collections::BTreeSet;

use rhai::{Array, Dynamic, Engine, FnPtr, ImmutableString, Map};

use super::words::counted;
use crate::failure::{Failure, nearest};
use crate::script::units::Units;
use crate::script::value::type_name;

/// Every function that a script can call.
pub(super) struct Functions<'a> {
    engine: &'a Engine,
    units: &'a Units,
}

impl<'a> Functions<'a> {
    pub(super) fn new(engine: &'a Engine, units: &'a Units) -> Self {
        Self { engine, units }
    }

    /// Rhai says “not found” both for a name that does not exist and for one that takes other
    /// things. `signature` is `name (type, type)`.
    pub(super) fn none_fits(&self, signature: &str) -> Failure {
        let (name, given) = signature.split_once(" (").unwrap_or((signature, ""));
        let given: Vec<_> = given
            .strip_suffix(')')
            .unwrap_or(given)
            .split(", ")
            .filter(|kind| !kind.is_empty())
            .map(type_name)
            .collect();
        if name.is_empty() {
            return Failure::script("the name of the function is empty");
        }
        if name.starts_with("anon$") {
            return self.closure(name, given.len());
        }
        if !name.starts_with(|c: char| c.is_alphabetic() || c == '_') {
            let failure =
                Failure::script(format!("`{name}` does not work with {}", listed(&given)));
            return if given.contains(&"nothing") {
                // Only an assignment with an operator reads such a key as nothing.
                failure
                    .hint("`map.get(\"key\") ?? …` gives a default where the map has no such key")
            } else {
                failure
            };
        }
        let arities = self.arities(name);
        if arities.is_empty() {
            return self.unknown(name);
        }
        if arities.contains(&given.len()) {
            return self.other_kinds(name, &given);
        }
        Failure::script(format!(
            "`{name}` takes {}, not {}",
            alternatives(&arities),
            given.len()
        ))
    }

    /// The right number of arguments, but of other kinds.
    fn other_kinds(&self, name: &str, given: &[&str]) -> Failure {
        let failure = Failure::script(format!("`{name}` cannot be called with {}", listed(given)));
        if given.contains(&"a character") {
            return failure.hint(super::QUOTES);
        }
        let takes: BTreeSet<_> = self
            .engine
            .collect_fn_metadata(
                None,
                |info| (info.metadata.name == name).then(|| info.metadata.param_types.to_vec()),
                true,
            )
            .into_iter()
            .filter(|kinds| kinds.len() == given.len())
            .filter_map(|kinds| kinds.into_iter().map(kind).collect::<Option<Vec<_>>>())
            .collect();
        let takes = widest(&takes);
        if (1..=3).contains(&takes.len()) {
            let takes: Vec<_> = takes.into_iter().map(|kinds| listed(kinds)).collect();
            failure.hint(format!("it takes {}", takes.join(", or ")))
        } else {
            failure
        }
    }

    fn unknown(&self, name: &str) -> Failure {
        let failure = Failure::script(format!("unknown function `{name}`"));
        let known = self.names();
        match nearest(name, known.iter().map(String::as_str)) {
            Some(near) => failure.hint(format!("did you mean `{near}`?")),
            None => failure,
        }
    }

    /// What a closure captured counts as a parameter and as an argument, so that only the
    /// difference tells something.
    fn closure(&self, name: &str, given: usize) -> Failure {
        let functions = self.units.functions(name);
        let wanted = functions.first().map(|function| function.params.len());
        let message = match wanted {
            Some(wanted) if wanted > given => format!(
                "the closure has {} more than it is called with",
                counted(wanted - given, "parameter")
            ),
            Some(wanted) if wanted < given => format!(
                "the closure is called with {} more than it has parameters",
                counted(given - wanted, "argument")
            ),
            _ => {
                return Failure::script("a closure of a module cannot be called here")
                    .hint("let the module have a function, and call that");
            }
        };
        Failure::script(message)
    }

    /// How many arguments the functions called `name` take.
    fn arities(&self, name: &str) -> BTreeSet<usize> {
        let mut arities: BTreeSet<_> = self
            .engine
            .collect_fn_metadata(
                None,
                |info| (info.metadata.name == name).then_some(info.metadata.num_params),
                true,
            )
            .into_iter()
            .collect();
        for unit in self.units.all() {
            let own = unit.ast.iter_functions();
            arities.extend(
                own.filter(|function| function.name == name)
                    .map(|function| function.params.len()),
            );
        }
        arities
    }

    fn names(&self) -> BTreeSet<String> {
        let mut names: BTreeSet<String> = self
            .engine
            .collect_fn_metadata(None, |info| Some(info.metadata.name.to_string()), true)
            .into_iter()
            .collect();
        for unit in self.units.all() {
            let own = unit.ast.iter_functions();
            names.extend(own.map(|function| function.name.to_owned()));
        }
        names.retain(|name| name.starts_with(char::is_alphabetic) && !name.contains('$'));
        names
    }
}

const ANY: &str = "any value";

/// What a script's author calls a type that a function is registered with.
fn kind(id: TypeId) -> Option<&'static str> {
    let kinds = [
        (TypeId::of::<Dynamic>(), ANY),
        (TypeId::of::<ImmutableString>(), "text"),
        (TypeId::of::<i64>(), "a whole number"),
        (TypeId::of::<f64>(), "a number"),
        (TypeId::of::<bool>(), "true or false"),
        (TypeId::of::<Array>(), "an array"),
        (TypeId::of::<Map>(), "a map"),
        (TypeId::of::<FnPtr>(), "a function"),
    ];
    kinds
        .into_iter()
        .find_map(|(known, kind)| (known == id).then_some(kind))
}

/// Those that no other contains: what is taken for one kind and for any is taken for any.
fn widest<'a>(takes: &'a BTreeSet<Vec<&'static str>>) -> Vec<&'a Vec<&'static str>> {
    let contains = |wide: &[&str], kinds: &[&str]| {
        let mut pairs = wide.iter().zip(kinds);
        pairs.all(|(wide, kind)| wide == kind || *wide == ANY)
    };
    let is_widest = |kinds: &&Vec<_>| {
        let others = takes.iter().filter(|other| other != kinds);
        !others.into_iter().any(|other| contains(other, kinds))
    };
    takes.iter().filter(is_widest).collect()
}

fn listed(kinds: &[&str]) -> String {
    match kinds {
        [] => "no arguments".to_owned(),
        [one] => (*one).to_owned(),
        [init @ .., last] => format!("{} and {last}", init.join(", ")),
    }
}

/// `no arguments`, `1 argument`, `1 or 2 arguments`.
fn alternatives(arities: &BTreeSet<usize>) -> String {
    let mut arities = arities.iter().copied();
    match (arities.next(), arities.next()) {
        (Some(one), None) => counted(one, "argument"),
        (first, second) => {
            let all: Vec<_> = first
                .into_iter()
                .chain(second)
                .chain(arities)
                .map(|count| count.to_string())
                .collect();
            format!("{} arguments", all.join(" or "))
        }
    }
}
