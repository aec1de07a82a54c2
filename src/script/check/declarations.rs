//! What is given to `stage`, where it is written out.

use rhai::Expr;

use super::arguments::Report;
use super::literal::{given_entries, literal};
use super::site::Site;
use crate::failure::Failure;
use crate::script::literal::{key_position, value_position};
use crate::script::stage_options;

pub(super) fn stage(site: &Site, report: &mut Report) {
    let (name, options, body) = match site.call.args.as_slice() {
        [name, body] => (name, None, body),
        [name, options, body] => (name, Some(options), body),
        _ => return,
    };
    let mut refuse = |expression: &Expr, wanted: &str, shown: &str| {
        let message = format!("{wanted}, not {shown}");
        report(expression.position(), Failure::script(message));
    };
    if let Some((kind, shown)) = literal(name)
        && kind != "string"
    {
        refuse(name, "the name of a stage must be text", shown);
    }
    if let Some((_, shown)) = literal(body) {
        refuse(body, "what a stage does must be a closure", shown);
    }
    let Some(options) = options else {
        return;
    };
    if let Some((kind, shown)) = literal(options)
        && kind != "object"
    {
        refuse(options, "the options of a stage must be a map", shown);
    }
    let (_, wrongs) = stage_options::read(&given_entries(options));
    for wrong in wrongs {
        let position = if wrong.name {
            key_position(&site.call.args, &wrong.path)
        } else {
            value_position(&site.call.args, &wrong.path)
        };
        report(position.unwrap_or(site.position), wrong.failure);
    }
}
