//! `wharf run`.

use std::sync::Arc;

use super::arguments::{Place, RunOptions};
use super::load::{Setting, load};
use super::signals;
use super::{Done, check};
use crate::cancel::Cancel;
use crate::event::Event;
use crate::failure::{Failure, Kind};
use crate::rehearsal::Rehearsal;
use crate::report::Report;
use crate::run;
use crate::script::Missing;
use crate::secret::Secrets;

pub(super) fn run(place: &Place, options: &RunOptions, secrets: &Secrets) -> Done {
    let report = Report::new(options.report.report(), secrets)?;
    report.close(stages(place, options, secrets, &report))
}

fn stages(place: &Place, options: &RunOptions, secrets: &Secrets, report: &Report) -> Done {
    let cancel = Cancel::new();
    signals::listen(cancel.clone());
    let rehearsal = rehearsal(options)?;
    let events = report.events();
    let setting = Setting {
        events: events.clone(),
        cancel,
        missing: match rehearsal {
            Some(_) => Missing::MadeUp,
            None => Missing::Refused,
        },
        standins: rehearsal.as_ref().map(Rehearsal::standins),
    };
    let program = load(place, secrets, setting).map_err(Arc::new)?;
    report.set_root(&program.host().context.root);
    check::before_run(&program, secrets)?;
    let declared = program.declare().map_err(Arc::new)?;
    let wanted = run::Options {
        stages: options.stages.clone(),
        jobs: options.jobs,
    };
    let done = run::run(&program, &declared, &wanted);
    if let Some(rehearsal) = rehearsal {
        events.emit(Event::Rehearsed {
            services: rehearsal.received(),
        });
    }
    // The process ends: to take the engine apart would cost a tenth of a short run.
    std::mem::forget(program);
    done
}

fn rehearsal(options: &RunOptions) -> Result<Option<Rehearsal>, Arc<Failure>> {
    if !options.rehearse {
        return Ok(None);
    }
    Rehearsal::start(options.fault.clone())
        .map(Some)
        .map_err(|error| {
            let failure = Failure::new(
                Kind::Pipeline,
                "the stand-ins of the rehearsal cannot start",
            );
            Arc::new(failure.because(error.to_string()))
        })
}
