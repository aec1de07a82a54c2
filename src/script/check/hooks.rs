//! What is given to `on_failure` and `on_success`, and what can only stand at the top level.

use super::literal::literal;
use super::site::{self, Site};
use super::walls::closure;
use super::{Finding, Scene};
use crate::failure::Failure;
use crate::script::declare;
use crate::script::hook;
use crate::script::span::place_at;

pub(super) fn check(scene: &Scene, site: &Site, findings: &mut Vec<Finding>) {
    for name in ["on_failure", "on_success"] {
        if scene.calls(site, name) {
            given(scene, site, name, findings);
        }
    }
    if scene.calls(site, "stage") {
        declared_inside(scene, site, findings);
    }
}

fn given(scene: &Scene, site: &Site, name: &str, findings: &mut Vec<Finding>) {
    let [body] = site.call.args.as_slice() else {
        return;
    };
    let mut report = |failure: Failure, position| {
        let place = place_at(&scene.unit().source, position);
        findings.push(Finding::error(failure.at_if(place)));
    };
    if let Some((_, shown)) = literal(body) {
        let message = format!("what `{name}` calls must be a closure, not {shown}");
        report(Failure::script(message), body.position());
    }
    let Some(closure) = closure(body) else {
        return;
    };
    let parameters = closure.parameters(scene.unit()).unwrap_or_default();
    if parameters > usize::from(name == "on_failure") {
        report(hook::too_many(name), site.position);
    }
}

/// Stages and hooks that the closure of a stage would declare, when it is too late.
fn declared_inside(scene: &Scene, site: &Site, findings: &mut Vec<Finding>) {
    let Some(closure) = site.call.args.last().and_then(closure) else {
        return;
    };
    let body = site::function(scene.unit(), &closure.name);
    site::each_in(&body, &mut |inner| {
        for name in ["stage", "on_failure", "on_success"] {
            if scene.calls(inner, name) {
                let failure = declare::too_late(name, "a stage or hook");
                let place = inner.place(scene.unit());
                findings.push(Finding::error(failure.at_if(place)));
            }
        }
    });
}
