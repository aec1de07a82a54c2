//! A script, loaded: compiled, checked by the parser, ready to be declared or run.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use rhai::{Dynamic, Engine};
use serde_json::Value;

use super::body::{Body, Call};
use super::current::{self, Current, Whereabouts};
use super::hook::Hook;
use super::host::Host;
use super::language::condition;
use super::outputs::Outputs;
use super::units::{Unit, Units};
use super::{engine, fault, literal, text, top_level, value};
use crate::action::Context;
use crate::failure::Failure;
use crate::plan::{Plan, Stage};

/// The name of the one stage of a script that declares none.
const FLAT: &str = "script";

/// A compiled script with its host.
#[derive(Debug)]
pub struct Program {
    engine: Engine,
    host: Arc<Host>,
    main: Unit,
    flat: bool,
    cuts: text::Known,
}

/// A program whose top level has been evaluated: the plan, and what its stages do.
#[derive(Debug)]
pub struct Declared {
    pub plan: Plan,
    bodies: BTreeMap<Arc<str>, Body>,
    conditions: BTreeMap<Arc<str>, Body>,
}

impl Program {
    /// Reads and compiles the script at `path`.
    pub fn load(path: &Path, host: Host) -> Result<Self, Failure> {
        let name = path
            .strip_prefix(&host.context.root)
            .unwrap_or(path)
            .display()
            .to_string();
        host.units.will_try(&name);
        let text = std::fs::read(path).map_err(|error| {
            Failure::script(format!("the script `{name}` cannot be read"))
                .because(error.to_string())
        })?;
        let text = String::from_utf8(text)
            .map_err(|_| Failure::script(format!("the script `{name}` is not UTF-8 text")))?;
        let host = Arc::new(host);
        let engine = engine::build(&host);
        let main = host.units.compile(&engine, &name, text)?;
        let flat = !declares_stages(&engine, &host.units, &main);
        Ok(Self {
            engine,
            host,
            main,
            flat,
            cuts: text::Known::default(),
        })
    }

    /// A program of nothing, to type into.
    pub fn bare(host: Host) -> Result<Self, Failure> {
        let host = Arc::new(host);
        let engine = engine::build(&host);
        let main = host.units.compile(&engine, "nothing", String::new())?;
        Ok(Self {
            engine,
            host,
            main,
            flat: true,
            cuts: text::Known::default(),
        })
    }

    pub fn host(&self) -> &Host {
        &self.host
    }

    /// The script's path from the repository's root.
    pub fn name(&self) -> &str {
        &self.main.source.name
    }

    /// The script and all modules that were loaded so far, each behind its name.
    pub fn texts(&self) -> Vec<String> {
        let units = self.host.units.all();
        let mut texts: Vec<_> = units
            .iter()
            .map(|unit| format!("{}\0{}", unit.source.name, unit.source.text))
            .collect();
        texts.sort();
        texts.dedup();
        texts
    }

    pub(super) fn cuts(&self) -> &text::Known {
        &self.cuts
    }

    pub(super) fn main(&self) -> &Unit {
        &self.main
    }

    /// Whether the script declares no stage and so is one itself.
    pub fn is_flat(&self) -> bool {
        self.flat
    }

    pub(super) fn engine(&self) -> &Engine {
        &self.engine
    }

    pub(super) fn engine_mut(&mut self) -> &mut Engine {
        &mut self.engine
    }

    pub(super) fn units(&self) -> &Units {
        &self.host.units
    }

    /// Evaluates the top level of a script that declares stages; a flat one becomes its one stage.
    pub fn declare(&self) -> Result<Declared, Failure> {
        if self.flat {
            return Ok(Declared::flat());
        }
        let context = Arc::new(self.host.context.clone());
        let _ = self.evaluate(context, Arc::default(), Whereabouts::TopLevel)?;
        let mut declared = self.host.declarations();
        let mut plan = std::mem::take(&mut declared.plan);
        plan.spread_needs();
        Ok(Declared {
            plan,
            bodies: std::mem::take(&mut declared.bodies),
            conditions: std::mem::take(&mut declared.conditions),
        })
    }

    /// The hooks to call after a run that failed, or one that did not, in the order of their
    /// declaration.
    pub fn hooks(&self, failed: bool) -> Vec<Hook> {
        let declared = self.host.declarations();
        if failed {
            declared.on_failure.clone()
        } else {
            declared.on_success.clone()
        }
    }

    /// Runs a stage. Its closure's parameters receive the results of its needs; the whole of a
    /// flat script is the body of its one stage.
    pub fn run_stage(
        &self,
        declared: &Declared,
        stage: &Stage,
        context: Arc<Context>,
        outputs: Arc<Outputs>,
    ) -> Result<Value, Failure> {
        let Some(body) = declared.bodies.get(&stage.declared) else {
            let result = self.evaluate(context, outputs, Whereabouts::FlatScript)?;
            return Ok(value::to_json(&result).unwrap_or_default());
        };
        // That it can be given what it takes was seen when it was declared.
        let arguments = {
            let declared = self.host.declarations();
            let needs = declared.needs_of(&stage.declared);
            let needs = &needs[..body.takes(needs.len()).unwrap_or_default()];
            let results = needs
                .iter()
                .map(|need| declared.matrices.result(need, &outputs));
            let results = results.map(Option::unwrap_or_default);
            results.map(value::from_json).collect()
        };
        let call = Call {
            context,
            outputs,
            whereabouts: Whereabouts::Stage,
            calls: Arc::default(),
            arguments,
        };
        let result = body.call(&self.engine, &self.host.units, call)?;
        value::to_json(&result).map_err(|complaint| {
            Failure::script(format!("the stage's result cannot be kept: {complaint}"))
                .at_if(body.place())
                .hint("return text, numbers, arrays or maps; end the closure with `()` to return nothing")
        })
    }

    /// Whether the closure of `stage` has a parameter for the result of `need`.
    pub fn receives(&self, declared: &Declared, stage: &Stage, need: &str) -> bool {
        let Some(body) = declared.bodies.get(&stage.declared) else {
            return false;
        };
        let declared = self.host.declarations();
        let needs = declared.needs_of(&stage.declared);
        let taken = body.takes(needs.len()).unwrap_or_default();
        let matrix = declared.matrices.declared(need);
        let mut received = needs[..taken].iter();
        received.any(|name| **name == *need || **name == *matrix)
    }

    /// Asks the closure that is the `when` of `stage`: why the stage is not to run, if it is not.
    pub fn ask(
        &self,
        declared: &Declared,
        stage: &Stage,
        context: Arc<Context>,
        outputs: Arc<Outputs>,
    ) -> Result<Option<String>, Failure> {
        let Some(body) = declared.conditions.get(&stage.declared) else {
            return Ok(None);
        };
        let call = Call {
            context,
            outputs,
            whereabouts: Whereabouts::Hook,
            calls: Arc::default(),
            arguments: Vec::new(),
        };
        let answer = body.call(&self.engine, &self.host.units, call)?;
        condition::why_not(&answer).map_err(|message| Failure::script(message).at_if(body.place()))
    }

    fn evaluate(
        &self,
        context: Arc<Context>,
        outputs: Arc<Outputs>,
        whereabouts: Whereabouts,
    ) -> Result<Dynamic, Failure> {
        let on_behalf = context.clone();
        let current = Current {
            context,
            outputs,
            whereabouts,
            calls: Arc::default(),
            units: self.host.units.clone(),
        };
        let name = &self.main.source.name;
        current::with(current, || {
            top_level::evaluate(&self.engine, name, &self.main.ast)
        })
        .map_err(|error| fault::runtime(&error, name, &self.engine, &self.host.units, &on_behalf))
    }
}

/// Whether the script, or a module that it imports, calls `stage` anywhere.
fn declares_stages(engine: &Engine, units: &Units, main: &Unit) -> bool {
    let mut waiting = vec![main.clone()];
    let mut seen = BTreeSet::new();
    while let Some(unit) = waiting.pop() {
        if literal::declares_stages(&unit.ast) {
            return true;
        }
        let imported = literal::imports(&unit.ast);
        // One that cannot be loaded is complained about by whoever comes to it.
        let loaded = imported
            .iter()
            .filter_map(|path| units.load_unit(engine, &unit.source.name, path).ok());
        waiting.extend(loaded.filter(|unit| seen.insert(unit.source.name.clone())));
    }
    false
}

impl Declared {
    pub(super) fn body(&self, declared: &str) -> Option<&Body> {
        self.bodies.get(declared)
    }

    pub(super) fn condition(&self, declared: &str) -> Option<&Body> {
        self.conditions.get(declared)
    }

    fn flat() -> Self {
        Self {
            plan: Plan {
                stages: vec![Stage {
                    name: FLAT.into(),
                    declared: FLAT.into(),
                    ..Stage::default()
                }],
            },
            bodies: BTreeMap::new(),
            conditions: BTreeMap::new(),
        }
    }
}
