//! Environment names and secrets that are not set here.

use std::collections::BTreeSet;

use rhai::{Expr, Position};

use super::literal::entries;
use super::site::Site;
use super::{Finding, Scene, arguments, guarded};
use crate::action::{self, Descriptor};
use crate::failure::Failure;
use crate::script::raised::PROPERTIES;
use crate::script::span::place_at;

/// What is read and not set, and what stages set for themselves.
#[derive(Default)]
pub(super) struct Settings {
    lacking: Vec<Lacking>,
    set: BTreeSet<String>,
    /// A stage sets names that are computed, so that they may be any.
    computed: bool,
}

struct Lacking {
    name: String,
    finding: Finding,
    /// No stage's own environment reaches this.
    top_level: bool,
}

impl Settings {
    pub(super) fn add(&mut self, scene: &Scene, site: &Site) {
        if scene.calls(site, "stage") {
            self.add_stage(site);
        } else if let Some(action) = action::find(&site.call.name)
            && scene.calls(site, action.name)
        {
            self.add_action(scene, site, action);
        } else if (scene.calls(site, "env") && site.call.args.len() == 1)
            || scene.calls(site, "secret")
        {
            self.add_read(scene, site);
        }
    }

    pub(super) fn findings(self) -> impl Iterator<Item = Finding> {
        let Self {
            lacking,
            set,
            computed,
        } = self;
        let lacking = lacking.into_iter();
        let certain =
            lacking.filter(move |one| one.top_level || !computed && !set.contains(&one.name));
        certain.map(|one| one.finding)
    }

    fn add_stage(&mut self, site: &Site) {
        let [_, options, _] = site.call.args.as_slice() else {
            return;
        };
        let env = entries(options).find(|(key, _)| key.name == "env");
        match env {
            Some((_, Expr::Map(map, _))) => {
                self.set
                    .extend(map.0.iter().map(|(key, _)| key.name.to_string()));
            }
            None if matches!(options, Expr::Map(..)) => {}
            _ => self.computed = true,
        }
    }

    fn add_read(&mut self, scene: &Scene, site: &Site) {
        let Some((name, position)) = site.text(0) else {
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
        if value.is_none() {
            let failure = Failure::script(format!("the environment has no `{name}`"))
                .hint("set it where the pipeline runs, or write it into `.env`");
            self.lack(scene, site, (name, position), failure);
        }
    }

    /// What an action reads where an option is not given.
    fn add_action(&mut self, scene: &Scene, site: &Site, action: &Descriptor) {
        if action.settings.is_empty() {
            return;
        }
        let (natural, options) = arguments::split(scene, action, site);
        let known = match (natural, options) {
            (_, Some(options)) => matches!(options, Expr::Map(..)),
            (Some(natural), None) => is_text(natural),
            (None, None) => true,
        };
        let given = |name: &str| {
            let mut options = options.into_iter().flat_map(entries);
            options.any(|(key, _)| key.name == name)
        };
        let environment = &scene.program.host().context.environment;
        for setting in action.settings {
            let applies = match setting.beside {
                Some((option, wanted)) => given(option) == wanted,
                None => true,
            };
            let value = environment.get(setting.name);
            let is_set = value.is_some_and(|value| setting.may_be_empty || !value.is_empty());
            if known && applies && !given(setting.option) && !is_set {
                let message = format!(
                    "`{}` reads `{}`, which the environment does not have",
                    action.name, setting.name
                );
                let failure = Failure::script(message).hint(format!(
                    "set it where the pipeline runs, write it into `.env`, or give `{}`",
                    setting.option
                ));
                self.lack(scene, site, (setting.name, site.position), failure);
            }
        }
    }

    fn lack(
        &mut self,
        scene: &Scene,
        site: &Site,
        (name, position): (&str, Position),
        failure: Failure,
    ) {
        let reached = scene.reach.reaches(&scene.unit().source.name, position);
        if !reached || guarded::by(scene.unit(), name, position) {
            return;
        }
        let place = place_at(&scene.unit().source, position);
        self.lacking.push(Lacking {
            name: name.to_owned(),
            finding: Finding::warning(failure.at_if(place)),
            top_level: site.top_level,
        });
    }
}

/// Whether this can be no map of options: text, or what a failure tells of itself.
fn is_text(value: &Expr) -> bool {
    match value {
        Expr::StringConstant(..) | Expr::InterpolatedString(..) => true,
        Expr::Dot(parts, ..) => {
            matches!(&parts.rhs, Expr::Property(name, _) if PROPERTIES.contains(&name.2.as_str()))
        }
        _ => false,
    }
}
