//! What can be known to be wrong before anything runs. Nothing is executed.
//!
//! A script that would run must never be refused, so what is computed is let pass, and so is what
//! depends on the way a function is reached.

mod arguments;
mod changes;
mod constants;
mod declarations;
mod defaults;
mod flat;
mod functions;
mod guarded;
mod hooks;
mod imports;
mod literal;
mod lost;
mod matrices;
mod modules;
mod names;
mod needs;
mod params;
mod reach;
mod settings;
mod site;
mod texts;
mod variables;
mod walls;

use super::program::Program;
use super::units::Unit;
use crate::failure::Failure;

use arguments::Schemas;
use imports::Loaded;
use names::Names;
use reach::Reach;
use site::Site;

/// One thing that is wrong, or may be.
#[derive(Clone, Debug)]
pub struct Finding {
    pub severity: Severity,
    /// Message, places and hints; how it would end is not known yet.
    pub failure: Failure,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    Error,
    /// It runs, and hardly does what was meant: also a run tells of it.
    Doubt,
    /// It may still be right where the pipeline will run.
    Warning,
}

impl Finding {
    /// What is certainly wrong.
    pub fn error(failure: Failure) -> Self {
        Self {
            severity: Severity::Error,
            failure,
        }
    }

    fn doubt(failure: Failure) -> Self {
        Self {
            severity: Severity::Doubt,
            failure,
        }
    }

    fn warning(failure: Failure) -> Self {
        Self {
            severity: Severity::Warning,
            failure,
        }
    }
}

/// What one check works on: a unit, and all that is known about the others.
struct Scene<'a> {
    program: &'a Program,
    all: &'a [Loaded],
    at: &'a Loaded,
    names: &'a Names,
    schemas: &'a Schemas,
    reach: &'a Reach,
}

impl Scene<'_> {
    fn unit(&self) -> &Unit {
        &self.at.unit
    }

    /// Whether this is the script itself and not a module.
    fn is_main(&self) -> bool {
        self.unit().source.name == self.program.main().source.name
    }

    /// Whether `site` calls the language's own `name`, and not a function of the script with it.
    fn calls(&self, site: &Site, name: &str) -> bool {
        site.is(name) && !self.defines(site)
    }

    /// Whether the script has a function of its own for this call; such a one goes first.
    fn defines(&self, site: &Site) -> bool {
        let arities = self.names.script(self.is_main(), &site.call.name);
        arities.contains(&site.call.args.len())
    }
}

/// All findings of the program and the modules it imports, in the order of their places.
pub fn check(program: &Program) -> Vec<Finding> {
    let mut findings = Vec::new();
    let all = imports::load(program, &mut findings);
    let names = Names::gather(&all);
    let schemas = Schemas::default();
    let reach = Reach::of(&all);
    let mut stages = needs::Stages::default();
    let mut params = params::Params::default();
    let mut settings = settings::Settings::default();
    for at in &all {
        let scene = Scene {
            program,
            all: &all,
            at,
            names: &names,
            schemas: &schemas,
            reach: &reach,
        };
        site::each(&at.unit, &mut |site| {
            functions::check(&scene, site, &mut findings);
            arguments::check(&scene, site, &mut findings);
            defaults::check(&scene, site, &mut findings);
            walls::check(&scene, site, &mut findings);
            lost::check(&scene, site, &mut findings);
            matrices::check(&scene, site, &mut findings);
            hooks::check(&scene, site, &mut findings);
            settings.add(&scene, site);
            texts::check(&scene, site, &mut findings);
            stages.add(&scene, site);
            params.add(&scene, site);
        });
        variables::check(&scene, &mut findings);
    }
    findings.extend(flat::check(program, &all));
    findings.extend(stages.findings(&all));
    findings.extend(params.findings(program, &all));
    findings.extend(settings.findings());
    findings.sort_by_key(|finding| {
        let place = finding.failure.places.first();
        place.map(|place| (place.source.name.clone(), place.span.start))
    });
    findings.dedup_by_key(|finding| finding.failure.to_string());
    findings
}
