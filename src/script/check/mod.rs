//! What can be known to be wrong before anything runs. Nothing is executed.

mod arguments;
mod functions;
mod imports;
mod needs;
mod settings;
mod site;
mod walls;

use std::collections::{BTreeMap, BTreeSet};

use super::program::Program;
use super::units::Unit;
use crate::failure::Failure;

use functions::Functions;

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
    /// It may still be right where the pipeline will run.
    Warning,
}

impl Finding {
    fn error(failure: Failure) -> Self {
        Self {
            severity: Severity::Error,
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

/// What one check works on.
struct Scene<'a> {
    program: &'a Program,
    unit: &'a Unit,
    /// Alias and unit of each module this unit imports.
    imports: &'a BTreeMap<String, Unit>,
    functions: &'a Functions,
    /// Keys of map literals: one may hold a closure that is called like a method.
    properties: BTreeSet<String>,
}

/// All findings of the program and the modules it imports, in the order of their places.
pub fn check(program: &Program) -> Vec<Finding> {
    let mut findings = Vec::new();
    let units = imports::load(program, &mut findings);
    let mut names = BTreeSet::new();
    for loaded in &units {
        site::each(&loaded.unit, &mut |site| {
            names.insert(site.call.name.to_string());
        });
    }
    let functions = Functions::gather(program.engine(), &names);
    for loaded in &units {
        let scene = Scene {
            program,
            unit: &loaded.unit,
            imports: &loaded.imports,
            properties: functions::properties(&loaded.unit),
            functions: &functions,
        };
        let mut stages = needs::Stages::default();
        site::each(&loaded.unit, &mut |site| {
            functions::check(&scene, site, &mut findings);
            arguments::check(&scene, site, &mut findings);
            walls::check(&scene, site, &mut findings);
            settings::check(&scene, site, &mut findings);
            stages.add(&scene, site);
        });
        findings.extend(stages.findings(&scene));
    }
    findings.sort_by_key(|finding| {
        let place = finding.failure.places.first();
        place.map(|place| (place.source.name.clone(), place.span.start))
    });
    findings.dedup_by_key(|finding| finding.failure.to_string());
    findings
}
