//! Environment names and secrets that are not set here.

use super::site::Site;
use super::{Finding, Scene};
use crate::failure::Failure;
use crate::script::span::place_at;

pub(super) fn check(scene: &Scene, site: &Site, findings: &mut Vec<Finding>) {
    let required =
        (scene.calls(site, "env") && site.call.args.len() == 1) || scene.calls(site, "secret");
    let Some((name, position)) = site.text(0).filter(|_| required) else {
        return;
    };
    let context = &scene.program.host().context;
    let value = context.env(name);
    if site.is("secret")
        && let Some(value) = value
    {
        // What one stage calls a secret another may print before.
        context.secrets.add(value);
    }
    let reached = scene.reach.reaches(&scene.unit().source.name, position);
    if value.is_none() && reached {
        let failure = Failure::script(format!("the environment has no `{name}`"))
            .at_if(place_at(&scene.unit().source, position))
            .hint("set it where the pipeline runs, or write it into `.env`");
        findings.push(Finding::warning(failure));
    }
}
