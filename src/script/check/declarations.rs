//! What is given to `stage`, `retry` and `poll`, where it is written out.

use rhai::Expr;

use super::arguments::Report;
use super::literal::{given, given_entries, literal};
use super::site::Site;
use crate::failure::Failure;
use crate::script::fault::QUOTES;
use crate::script::language::poll;
use crate::script::literal::{key_position, value_position};
use crate::script::stage_options::{self, Given, Wrong};

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
    if let Expr::CharConstant(..) = name {
        let failure = Failure::script("the name of a stage must be text, not a character");
        report(name.position(), failure.hint(QUOTES));
        return;
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
    each(site, "stage", wrongs, report);
}

pub(super) fn retry(site: &Site, report: &mut Report) {
    function(site, "retry", |given| stage_options::retry(given).1, report);
}

pub(super) fn poll(site: &Site, report: &mut Report) {
    function(site, "poll", |given| poll::read(given).1, report);
}

/// A call with options and a closure.
fn function(site: &Site, name: &str, read: fn(&Given) -> Vec<Wrong>, report: &mut Report) {
    let (options, body) = match site.call.args.as_slice() {
        [body] => (None, body),
        [options, body] => (Some(options), body),
        _ => return,
    };
    if let Some((_, shown)) = literal(body) {
        let message = format!("what `{name}` calls must be a closure, not {shown}");
        report(body.position(), Failure::script(message));
    }
    let wrongs = options.map(|options| read(&given(options)));
    each(site, name, wrongs.unwrap_or_default(), report);
}

fn each(site: &Site, name: &str, wrongs: Vec<Wrong>, report: &mut Report) {
    let arguments = &site.call.args;
    for wrong in wrongs {
        let path = wrong.path_in(name);
        let position = if path == name {
            arguments.first().map(Expr::start_position)
        } else if wrong.name {
            key_position(arguments, path)
        } else {
            value_position(arguments, path)
        };
        report(position.unwrap_or(site.position), wrong.failure);
    }
}
