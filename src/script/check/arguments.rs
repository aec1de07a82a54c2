//! What is given to actions and to `stage`, where it is written out.

use rhai::{Expr, Ident, Position};
use schemars::Schema;
use serde_json::Value;

use super::site::Site;
use super::{Finding, Scene};
use crate::action::{self, Descriptor, options, schema};
use crate::failure::{Failure, nearest};
use crate::script::declare::STAGE_OPTIONS;
use crate::script::span::place_at;

pub(super) fn check(scene: &Scene, site: &Site, findings: &mut Vec<Finding>) {
    if site.method || !site.call.namespace.is_empty() {
        return;
    }
    let mut report = |position: Position, failure: Failure| {
        let place = place_at(&scene.unit.source, position);
        findings.push(Finding::error(failure.at_if(place)));
    };
    if site.call.name == "stage" {
        stage(site, &mut report);
    } else if let Some(action) = action::find(&site.call.name) {
        action_call(action, site, &mut report);
    }
}

type Report<'a> = dyn FnMut(Position, Failure) + 'a;

fn stage(site: &Site, report: &mut Report) {
    let [_, options, _] = site.call.args.as_slice() else {
        return;
    };
    for (key, _) in entries(options) {
        if !STAGE_OPTIONS.contains(&key.name.as_str()) {
            let failure = Failure::script(format!("`stage` has no option `{}`", key.name));
            report(
                key.pos,
                match nearest(&key.name, STAGE_OPTIONS) {
                    Some(near) => failure.hint(format!("did you mean `{near}`?")),
                    None => failure.hint(format!("its options are: {}", STAGE_OPTIONS.join(", "))),
                },
            );
        }
    }
}

fn action_call(action: &Descriptor, site: &Site, report: &mut Report) {
    let schema = (action.options)();
    let (natural, options) = match site.call.args.as_slice() {
        [] => (None, None),
        [map @ Expr::Map(..)] if !is_natural(action, &schema, map) => (None, Some(map)),
        [natural] => (Some(natural), None),
        [natural, options] => (Some(natural), Some(options)),
        _ => return,
    };
    if let (Some(value), Some(name)) = (natural, action.natural)
        && let Some(field) = schema::field(&schema, name)
    {
        value_fits(action, &schema, name, field, value, report);
    }
    let Some(options) = options else {
        return;
    };
    for (key, value) in entries(options) {
        if let Some(field) = schema::field(&schema, &key.name) {
            value_fits(action, &schema, &key.name, field, value, report);
        } else {
            let (message, hint) = options::unknown_option(action, &key.name);
            let mut failure = Failure::script(message);
            failure.hints.extend(hint);
            report(key.pos, failure);
        }
    }
    missing(
        action,
        &schema,
        natural.is_some(),
        options,
        site.position,
        report,
    );
}

/// A map literal that is itself the natural argument, as the action would take it.
fn is_natural(action: &Descriptor, schema: &Schema, map: &Expr) -> bool {
    let takes = action
        .natural
        .and_then(|natural| schema::field(schema, natural))
        .is_some_and(|field| schema::takes(schema, field, "object"));
    takes
        && entries(map).next().is_some()
        && entries(map).all(|(key, _)| schema::field(schema, &key.name).is_none())
}

fn missing(
    action: &Descriptor,
    schema: &Schema,
    natural: bool,
    options: &Expr,
    at: Position,
    report: &mut Report,
) {
    if !matches!(options, Expr::Map(..)) {
        return;
    }
    for field in schema::fields(schema)
        .into_iter()
        .filter(|field| field.required)
    {
        let given = entries(options).any(|(key, _)| key.name == field.name)
            || natural && action.natural == Some(field.name);
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
    nested(action, schema, path, field, value, report);
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
            for part in schema::alternatives(schema, field) {
                if let Some(kind) = part.get("items") {
                    for (index, item) in items.iter().enumerate() {
                        let path = format!("{path}[{index}]");
                        value_fits(action, schema, &path, kind, item, report);
                    }
                }
            }
        }
        Expr::Map(..) => {
            let parts = schema::alternatives(schema, field);
            let [part] = parts.as_slice() else {
                return;
            };
            for (key, value) in entries(value) {
                let path = format!("{path}.{}", key.name);
                let known = part
                    .get("properties")
                    .and_then(|known| known.get(key.name.as_str()));
                match (known, part.get("additionalProperties")) {
                    (Some(field), _) => value_fits(action, schema, &path, field, value, report),
                    (None, Some(Value::Bool(false))) => {
                        let message = format!("`{}` has no option `{path}`", action.name);
                        report(key.pos, Failure::script(message));
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

/// The JSON type of a literal, and how to speak of it.
fn literal(value: &Expr) -> Option<(&'static str, &'static str)> {
    match value {
        Expr::BoolConstant(..) => Some(("boolean", "true or false")),
        Expr::IntegerConstant(..) => Some(("integer", "a whole number")),
        Expr::FloatConstant(..) => Some(("number", "a number")),
        Expr::StringConstant(..) | Expr::InterpolatedString(..) | Expr::CharConstant(..) => {
            Some(("string", "text"))
        }
        Expr::Array(..) => Some(("array", "an array")),
        Expr::Map(..) => Some(("object", "a map")),
        _ => None,
    }
}

fn entries(expression: &Expr) -> impl Iterator<Item = &(Ident, Expr)> {
    let entries = match expression {
        Expr::Map(map, _) => Some(map.0.iter()),
        _ => None,
    };
    entries.into_iter().flatten()
}
