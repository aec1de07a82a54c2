//! What a stage does as far as the script tells: its text, and what it captured.

use std::collections::BTreeMap;

use rhai::{Array, Dynamic, FnPtr, Map};
use serde_json::Value;

use super::program::{Declared, Program};
use super::text::{self, Texts};
use super::units::Units;
use super::value;
use crate::failure::Place;
use crate::plan::Stage;

/// Two stages of one essence do the same, given the same surroundings.
#[derive(Clone, Debug, PartialEq)]
pub struct Essence {
    /// The statements of the stage and of what it does, the functions it calls, the modules it uses.
    pub texts: Texts,
    /// The values of the variables around it, as they were when it was declared, and of the constants
    /// and modules that it names.
    pub captures: BTreeMap<String, Value>,
}

impl Program {
    pub fn essence(&self, declared: &Declared, stage: &Stage) -> Essence {
        let Some(body) = declared.body(&stage.declared) else {
            return Essence {
                texts: Texts::whole(&self.main().source.text),
                captures: BTreeMap::new(),
            };
        };
        let mut found = Found::default();
        let condition = declared.condition(&stage.declared);
        for body in [Some(body), condition].into_iter().flatten() {
            found.places.extend(body.place());
            found.add("", body.function(), self.units());
        }
        let behind = text::behind(self, &found.places);
        for (path, value) in body.values(&behind.constants, &behind.modules) {
            let value = found.value(&path, &value, self.units());
            found.captures.insert(path, value);
        }
        Essence {
            texts: behind.texts,
            captures: found.captures,
        }
    }
}

/// What belongs to a closure: where it and those that it captured are called and written, and the
/// values of what else it captured.
#[derive(Default)]
struct Found {
    places: Vec<Place>,
    captures: BTreeMap<String, Value>,
}

impl Found {
    fn add(&mut self, path: &str, function: &FnPtr, units: &Units) {
        let name = function.fn_name();
        self.places.extend(units.place_of(name));
        let functions = units.functions(name);
        let names = functions.first().into_iter();
        let names = names.flat_map(|function| function.params.iter());
        for (name, captured) in names.zip(function.iter_curry()) {
            let path = format!("{path}{name}");
            let value = self.value(&path, &captured.flatten_clone(), units);
            self.captures.insert(path, value);
        }
    }

    /// `value` as plain data. A closure in it has none, but may have captured some.
    fn value(&mut self, path: &str, value: &Dynamic, units: &Units) -> Value {
        if let Some(items) = value.read_lock::<Array>() {
            let items = items.iter().enumerate();
            let items = items.map(|(at, item)| self.value(&format!("{path}[{at}]"), item, units));
            return items.collect();
        }
        if let Some(entries) = value.read_lock::<Map>() {
            let entries = entries.iter().map(|(key, item)| {
                let value = self.value(&format!("{path}.{key}"), item, units);
                (key.to_string(), value)
            });
            return Value::Object(entries.collect());
        }
        if let Some(function) = value.read_lock::<FnPtr>() {
            self.add(&format!("{path}."), &function, units);
            return Value::Null;
        }
        value::to_json(value).unwrap_or_default()
    }
}
