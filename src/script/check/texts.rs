//! Times, references and patterns that are given to functions, where they are written out.

use rhai::Expr;
use serde_json::Value;

use super::literal::constant;
use super::site::Site;
use super::{Finding, Scene};
use crate::action::format;
use crate::failure::Failure;
use crate::script::language::{condition, talk};
use crate::script::span::place_at;
use crate::service::files::{FilesError, Globs};

pub(super) fn check(scene: &Scene, site: &Site, findings: &mut Vec<Finding>) {
    let judge: fn(&Value) -> Option<Failure> = match site.call.name.as_str() {
        "sleep" => |time| format::complaint("duration", time).map(|_| talk::no_time(time)),
        "image_ref" => |text| format::complaint("image", text).map(Failure::script),
        "on_branch" | "on_tag" => |text| condition::glob(text.as_str()?).err(),
        name if takes_globs(name) => |text| match Globs::new(&[text.as_str()?]).err()? {
            // Another of the array may include.
            FilesError::OnlyExcludes(_) => None,
            error => Some(error.into()),
        },
        _ => return,
    };
    if !scene.calls(site, &site.call.name) {
        return;
    }
    let mut report = |failure: Failure, position| {
        let place = place_at(&scene.unit().source, position);
        findings.push(Finding::error(failure.at_if(place)));
    };
    let written = written(&site.call.args);
    for value in written {
        if let Some(failure) = constant(value).as_ref().and_then(judge) {
            report(failure, value.position());
        }
    }
    if takes_globs(&site.call.name)
        && let Some(first) = written.first()
        && let Some(failure) = only_excludes(written)
    {
        report(failure, first.position());
    }
}

fn takes_globs(name: &str) -> bool {
    matches!(name, "changed" | "glob" | "hash_files")
}

/// Where the globs are all known, and none of them includes.
fn only_excludes(globs: &[Expr]) -> Option<Failure> {
    let globs: Option<Vec<_>> = globs.iter().map(constant).collect();
    let globs = globs?;
    let globs: Option<Vec<_>> = globs.iter().map(Value::as_str).collect();
    let error = Globs::new(&globs?).err()?;
    matches!(error, FilesError::OnlyExcludes(_)).then(|| error.into())
}

/// The one argument of a call, or the items of the array that it is.
fn written(arguments: &[Expr]) -> &[Expr] {
    match arguments {
        [Expr::Array(items, _)] => items,
        [one] => std::slice::from_ref(one),
        _ => &[],
    }
}
