//! Times, references and patterns that are given to functions, where they are written out.

use rhai::{Expr, Position};
use serde_json::Value;

use super::literal::constant;
use super::site::Site;
use super::{Finding, Scene};
use crate::action::format;
use crate::failure::Failure;
use crate::script::language::{condition, talk};
use crate::script::span::place_at;
use crate::service::files::Globs;

pub(super) fn check(scene: &Scene, site: &Site, findings: &mut Vec<Finding>) {
    let judge: fn(&Value) -> Option<Failure> = match site.call.name.as_str() {
        "sleep" => |time| format::complaint("duration", time).map(|_| talk::no_time(time)),
        "image_ref" => |text| format::complaint("image", text).map(Failure::script),
        "on_branch" | "on_tag" => |text| condition::glob(text.as_str()?).err(),
        "changed" | "glob" | "hash_files" => |text| {
            let globs = Globs::new(&[text.as_str()?.to_owned()]);
            globs.err().map(Failure::from)
        },
        _ => return,
    };
    if !scene.calls(site, &site.call.name) {
        return;
    }
    for (value, position) in written(&site.call.args) {
        if let Some(failure) = judge(&value) {
            let place = place_at(&scene.unit().source, position);
            findings.push(Finding::error(failure.at_if(place)));
        }
    }
}

/// The one argument of a call, or the items of the array that it is.
fn written(arguments: &[Expr]) -> Vec<(Value, Position)> {
    let all = match arguments {
        [Expr::Array(items, _)] => items.as_slice(),
        [one] => std::slice::from_ref(one),
        _ => &[],
    };
    let constants = all.iter();
    let constants = constants.filter_map(|value| Some((constant(value)?, value.position())));
    constants.collect()
}
