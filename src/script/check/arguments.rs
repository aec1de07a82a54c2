//! What is given to actions, where it is written out.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use rhai::{Expr, Position};
use schemars::Schema;
use serde_json::Value;

use super::literal::{constant, entries, literal};
use super::site::Site;
use super::{Finding, Scene, declarations};
use crate::action::options::{LEAVE_OUT, NOTHING};
use crate::action::{self, Descriptor, format, options, schema};
use crate::failure::{Failure, nearest};
use crate::script::call;
use crate::script::span::place_at;

/// Schemas of the actions that occur; deriving one takes longer than all else about a call.
#[derive(Default)]
pub(super) struct Schemas(RefCell<BTreeMap<&'static str, Rc<Schema>>>);

impl Schemas {
    fn of(&self, action: &Descriptor) -> Rc<Schema> {
        let mut known = self.0.borrow_mut();
        let schema = known
            .entry(action.name)
            .or_insert_with(|| Rc::new((action.options)()));
        schema.clone()
    }

    /// Whether `action` has an option called `name`.
    pub(super) fn has(&self, action: &Descriptor, name: &str) -> bool {
        schema::field(&self.of(action), name).is_some()
    }
}

pub(super) type Report<'a> = dyn FnMut(Position, Failure) + 'a;

pub(super) fn check(scene: &Scene, site: &Site, findings: &mut Vec<Finding>) {
    let mut report = |position: Position, failure: Failure| {
        let place = place_at(&scene.unit().source, position);
        findings.push(Finding::error(failure.at_if(place)));
    };
    if scene.calls(site, "stage") {
        declarations::stage(site, &mut report);
    } else if scene.calls(site, "retry") {
        declarations::retry(site, &mut report);
    } else if scene.calls(site, "poll") {
        declarations::poll(site, &mut report);
    } else if let Some(action) = action::find(&site.call.name)
        && scene.calls(site, action.name)
        && !is_plain(action, site)
    {
        action_call(action, &scene.schemas.of(action), site, &mut report);
    }
}

/// A call with nothing but a text, where the natural option takes any and none goes without: the
/// schema need not be asked.
fn is_plain(action: &Descriptor, site: &Site) -> bool {
    matches!(action.natural, Some("command" | "message"))
        && matches!(site.call.args.as_slice(), [Expr::StringConstant(..)])
}

/// The arguments of a call of an action: the natural one, and the options.
pub(super) fn split<'a>(
    scene: &Scene,
    action: &Descriptor,
    site: &Site<'a>,
) -> (Option<&'a Expr>, Option<&'a Expr>) {
    parts(action, &scene.schemas.of(action), site)
}

fn parts<'a>(
    action: &Descriptor,
    schema: &Schema,
    site: &Site<'a>,
) -> (Option<&'a Expr>, Option<&'a Expr>) {
    match site.call.args.as_slice() {
        [map @ Expr::Map(..)] if !is_natural(action, schema, map) => (None, Some(map)),
        [natural] => (Some(natural), None),
        [natural, options] => (Some(natural), Some(options)),
        _ => (None, None),
    }
}

fn action_call(action: &Descriptor, schema: &Schema, site: &Site, report: &mut Report) {
    // More of them are complained about as such.
    if site.call.args.len() > *call::ARGUMENTS.end() {
        return;
    }
    let (natural, options) = parts(action, schema, site);
    if let (Some(value), Some(name)) = (natural, action.natural)
        && let Some(field) = schema::field(schema, name)
    {
        value_fits(action, schema, name, field, value, report);
    }
    if let Some((kind, shown)) = options.and_then(literal)
        && kind != "object"
    {
        let at = options.map_or(site.position, Expr::position);
        let message = format!(
            "the second argument of `{}` must be a map of options, not {shown}",
            action.name
        );
        report(at, Failure::script(message));
        return;
    }
    for (key, value) in options.into_iter().flat_map(entries) {
        if natural.is_some() && action.natural == Some(key.name.as_str()) {
            let message = format!("`{}` is given twice", key.name);
            report(key.pos, Failure::script(message));
        } else if let Some(field) = schema::field(schema, &key.name) {
            value_fits(action, schema, &key.name, field, value, report);
        } else {
            let (message, hint) = options::unknown_option(action, &key.name);
            let mut failure = Failure::script(message);
            failure.hints.extend(hint);
            report(key.pos, failure);
        }
    }
    missing(action, schema, natural, options, site.position, report);
}

/// A map literal that is itself the natural argument, as the action would take it.
fn is_natural(action: &Descriptor, schema: &Schema, map: &Expr) -> bool {
    let takes = action
        .natural
        .and_then(|natural| schema::field(schema, natural))
        .is_some_and(|field| {
            let has = |key: &str| entries(map).any(|(known, _)| known.name == key);
            schema::takes_map(schema, field, has)
        });
    takes && entries(map).all(|(key, _)| schema::field(schema, &key.name).is_none())
}

/// Options that a call cannot do without. A map that is computed may hold them, and so may a single
/// computed argument.
fn missing(
    action: &Descriptor,
    schema: &Schema,
    natural: Option<&Expr>,
    options: Option<&Expr>,
    at: Position,
    report: &mut Report,
) {
    let computed = match (natural, options) {
        (_, Some(options)) => !matches!(options, Expr::Map(..)),
        (Some(natural), None) => literal(natural).is_none(),
        (None, None) => false,
    };
    if computed {
        return;
    }
    let fields = schema::fields(schema).into_iter();
    for field in fields.filter(|field| field.required) {
        let given = options
            .into_iter()
            .flat_map(entries)
            .any(|(key, _)| key.name == field.name)
            || natural.is_some() && action.natural == Some(field.name);
        if !given {
            let message = format!("`{}` needs the option `{}`", action.name, field.name);
            report(at, Failure::script(message));
        }
    }
}

/// Compares what is written with what the option takes; what is computed is let pass.
fn value_fits(
    action: &Descriptor,
    schema: &Schema,
    path: &str,
    field: &Value,
    value: &Expr,
    report: &mut Report,
) {
    if matches!(value, Expr::Unit(_)) {
        let message = format!("option `{path}` of `{}` {NOTHING}", action.name);
        let failure = Failure::script(message).hint(LEAVE_OUT);
        report(value.position(), failure);
        return;
    }
    let Some((kind, shown)) = literal(value) else {
        return;
    };
    let fits = schema::takes(schema, field, kind)
        || kind == "integer" && schema::takes(schema, field, "number")
        || schema::kind(schema, field).is_empty();
    if !fits {
        let message = format!(
            "option `{path}` of `{}` must be {}, not {shown}",
            action.name,
            schema::kind(schema, field)
        );
        report(value.position(), Failure::script(message));
        return;
    }
    if let Expr::StringConstant(text, position) = value {
        one_of(action, schema, path, field, text, *position, report);
    }
    if let Some(format) = schema::format(schema, field) {
        formed(action, format, path, value, report);
    }
    nested(action, schema, path, field, value, report);
}

/// A value for an option that takes only such of one format, or an array of those.
fn formed(action: &Descriptor, format: &str, path: &str, value: &Expr, report: &mut Report) {
    if let Expr::Array(items, _) = value {
        for (index, item) in items.iter().enumerate() {
            formed(action, format, &format!("{path}[{index}]"), item, report);
        }
    } else if let Some(plain) = constant(value)
        && let Some(complaint) = format::complaint(format, &plain)
    {
        let (message, _) = options::explain(action, path, &complaint);
        report(value.position(), Failure::script(message));
    }
}

/// A text for an option that takes only certain ones.
fn one_of(
    action: &Descriptor,
    schema: &Schema,
    path: &str,
    field: &Value,
    text: &str,
    at: Position,
    report: &mut Report,
) {
    let values = schema::constants(schema, field);
    if values.is_empty() || values.contains(&text) {
        return;
    }
    let message = format!("option `{path}` of `{}` cannot be \"{text}\"", action.name);
    let failure = Failure::script(message);
    report(
        at,
        match nearest(text, values.iter().copied()) {
            Some(near) => failure.hint(format!("did you mean \"{near}\"?")),
            None => failure.hint(format!("it is one of: {}", values.join(", "))),
        },
    );
}

/// The items of an array and the entries of a map, where there is only one kind they may be of.
fn nested(
    action: &Descriptor,
    schema: &Schema,
    path: &str,
    field: &Value,
    value: &Expr,
    report: &mut Report,
) {
    match value {
        Expr::Array(items, _) => {
            if let Some(kind) = only(schema, field, "array").and_then(|part| part.get("items")) {
                for (index, item) in items.iter().enumerate() {
                    let path = format!("{path}[{index}]");
                    value_fits(action, schema, &path, kind, item, report);
                }
            }
        }
        Expr::Map(..) => {
            let Some(part) = only(schema, field, "object") else {
                return;
            };
            for (key, value) in entries(value) {
                let path = format!("{path}.{}", key.name);
                let known = part.get("properties").and_then(Value::as_object);
                let field = known.and_then(|known| known.get(key.name.as_str()));
                match (field, part.get("additionalProperties")) {
                    (Some(field), _) => value_fits(action, schema, &path, field, value, report),
                    (None, Some(Value::Bool(false))) => {
                        let message = format!("`{}` has no option `{path}`", action.name);
                        let failure = Failure::script(message);
                        let names = known.into_iter().flat_map(|known| known.keys());
                        let near = nearest(&key.name, names.map(String::as_str));
                        report(key.pos, hinted(failure, near));
                    }
                    (None, Some(any @ Value::Object(_))) => {
                        value_fits(action, schema, &path, any, value, report);
                    }
                    _ => {}
                }
            }
        }
        _ => {}
    }
}

fn hinted(failure: Failure, near: Option<&str>) -> Failure {
    match near {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure,
    }
}

/// The one alternative of `field` that is of the JSON type `kind`; nothing if several are.
fn only<'a>(schema: &'a Schema, field: &'a Value, kind: &str) -> Option<&'a Value> {
    let mut fitting = schema::alternatives(schema, field)
        .into_iter()
        .filter(|part| schema::takes(schema, part, kind));
    let first = fitting.next()?;
    fitting.next().is_none().then_some(first)
}
