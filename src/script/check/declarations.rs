//! What is given to `stage`, where it is written out.

use rhai::{Expr, Ident};

use super::arguments::Report;
use super::literal::{entries, literal, plain};
use super::site::Site;
use crate::action::Duration;
use crate::failure::{Failure, nearest};
use crate::script::declare::STAGE_OPTIONS;

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
    for (key, value) in entries(options) {
        option(key, value, report);
    }
}

fn option(key: &Ident, value: &Expr, report: &mut Report) {
    match key.name.as_str() {
        "needs" => needs(value, report),
        "env" => environment(value, report),
        "timeout" => timeout(value, report),
        "when" => {
            if let Some((kind, shown)) = literal(value)
                && kind != "boolean"
            {
                let message = format!(
                    "`when` must be true, false, a condition like `on_branch(\"main\")` or a closure, not {shown}"
                );
                report(value.position(), Failure::script(message));
            }
        }
        unknown if !STAGE_OPTIONS.contains(&unknown) => {
            let failure = Failure::script(format!("`stage` has no option `{unknown}`"));
            let hint = match nearest(unknown, STAGE_OPTIONS) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("its options are: {}", STAGE_OPTIONS.join(", ")),
            };
            report(key.pos, failure.hint(hint));
        }
        _ => {}
    }
}

fn needs(value: &Expr, report: &mut Report) {
    let items = match value {
        Expr::Array(items, _) => items.iter().collect(),
        one => vec![one],
    };
    for item in items {
        if let Some((kind, shown)) = literal(item)
            && kind != "string"
        {
            let message = format!("`needs` must be names of stages, not {shown}");
            report(item.position(), Failure::script(message));
        }
    }
}

fn environment(value: &Expr, report: &mut Report) {
    if let Some((kind, shown)) = literal(value)
        && kind != "object"
    {
        let message = format!("`env` must be a map of names and values, not {shown}");
        report(value.position(), Failure::script(message));
    }
    for (key, value) in entries(value) {
        if let Some((kind, shown)) = literal(value)
            && !["string", "integer", "boolean"].contains(&kind)
        {
            let message = format!(
                "the value of `{}` in `env` must be text, not {shown}",
                key.name
            );
            report(value.position(), Failure::script(message));
        }
    }
}

fn timeout(value: &Expr, report: &mut Report) {
    if matches!(value, Expr::InterpolatedString(..)) {
        return;
    }
    if let Some(written) = plain(value)
        && let Err(error) = serde_json::from_value::<Duration>(written)
    {
        let message = format!("`timeout` is no length of time: {error}");
        report(value.position(), Failure::script(message));
    }
}
