//! What cannot get through: parameters nothing is given to, effects before any stage runs.

use rhai::{Expr, Stmt};
use serde_json::{Map, Value};

use super::literal::{entries, plain};
use super::site::Site;
use super::{Finding, Scene, arguments};
use crate::action::{self, Descriptor, Effect, options};
use crate::failure::Failure;
use crate::script::declare;
use crate::script::units::Unit;

pub(super) fn check(scene: &Scene, site: &Site, findings: &mut Vec<Finding>) {
    if scene.calls(site, "stage") {
        if let Some(closure) = site.call.args.last().and_then(closure) {
            surplus_parameters(scene, site, &closure, findings);
        }
    } else if site.top_level
        && scene.is_main()
        && !scene.program.is_flat()
        && let Some(action) = action::find(&site.call.name)
        && scene.calls(site, action.name)
        && effect(scene, action, site) > Some(Effect::Read)
    {
        let message = format!(
            "`{}` cannot run while the pipeline is being declared",
            action.name
        );
        let failure = Failure::script(message)
            .at_if(site.place(scene.unit()))
            .hint("move the call into a `stage`");
        findings.push(Finding::error(failure));
    }
}

/// The effect of a call as far as it can be known: nothing where what decides it is computed.
fn effect(scene: &Scene, action: &Descriptor, site: &Site) -> Option<Effect> {
    let deciding = ["effect", "method"].map(|name| scene.schemas.has(action, name));
    if deciding == [false, false] {
        return Some(action.effect);
    }
    let (natural, options) = arguments::split(scene, action, site);
    let given = match options {
        None => Value::Object(Map::new()),
        Some(map @ Expr::Map(..)) => plain(map)?,
        Some(_) => return None,
    };
    let mut written = options.into_iter().flat_map(entries);
    if written.any(|(key, value)| {
        ["effect", "method"].contains(&key.name.as_str()) && plain(value).is_none()
    }) {
        return None;
    }
    let argument = match natural.map(plain) {
        // It may be a whole map of options, but not where others stand beside it.
        Some(None) if options.is_none() => return None,
        Some(None) => Some(Value::from("…")),
        Some(known) => known,
        None => None,
    };
    let gathered = options::gather(action, argument, Some(given)).ok()?;
    (action.effect_of)(&gathered).ok()
}

/// A closure as it stands in the text.
pub(super) struct Closure {
    pub(super) name: String,
    captures: usize,
}

impl Closure {
    /// How many parameters it has, what it captured not counted.
    pub(super) fn parameters(&self, unit: &Unit) -> Option<usize> {
        let function = unit.functions(&self.name).first()?;
        Some(function.params.len().saturating_sub(self.captures))
    }
}

/// A closure that captures is written by the parser as a block: the captured variables are made
/// shared, then given to the function.
pub(super) fn closure(argument: &Expr) -> Option<Closure> {
    let (value, captures) = match argument {
        Expr::DynamicConstant(value, _) => (value, 0),
        Expr::Stmt(block)
            if let [Stmt::Share(captures), Stmt::Expr(last)] = block.statements()
                && let Expr::FnCall(call, _) = last.as_ref()
                && let [Expr::DynamicConstant(value, _), ..] = call.args.as_slice() =>
        {
            (value, captures.len())
        }
        _ => return None,
    };
    let function = value.read_lock::<rhai::FnPtr>()?;
    Some(Closure {
        name: function.fn_name().to_owned(),
        captures,
    })
}

/// Parameters of a stage's closure beyond its needs, where all of those are written out.
fn surplus_parameters(scene: &Scene, site: &Site, closure: &Closure, findings: &mut Vec<Finding>) {
    let (Some((stage, _)), Some(needs)) = (site.text(0), needs(site)) else {
        return;
    };
    let parameters = closure.parameters(scene.unit()).unwrap_or_default();
    if parameters > needs {
        let failure = declare::too_many(stage, parameters, needs);
        findings.push(Finding::error(failure.at_if(site.place(scene.unit()))));
    }
}

/// How many stages a stage needs, unless that is computed.
fn needs(site: &Site) -> Option<usize> {
    let options = match site.call.args.as_slice() {
        [_, _] => return Some(0),
        [_, options @ Expr::Map(..), _] => options,
        _ => return None,
    };
    match entries(options).find(|(key, _)| key.name == "needs") {
        None => Some(0),
        Some((_, Expr::Array(items, _))) => Some(items.len()),
        Some((_, Expr::StringConstant(..))) => Some(1),
        Some(_) => None,
    }
}
