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
use crate::report;
use crate::run;
use crate::script::Missing;
use crate::secret::Secrets;

pub(super) fn run(place: &Place, options: &RunOptions, secrets: &Secrets) -> Done {
    let cancel = Cancel::new();
    signals::listen(cancel.clone());
    let rehearsal = rehearsal(options)?;
    let events = report::events(options.quiet, secrets);
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
    check::before_run(&program, secrets)?;
    let mut declared = program.declare().map_err(Arc::new)?;
    let wanted = run::Options {
        selection: options.selection.selection(),
        jobs: 1,
    };
    let done = run::run(&program, &mut declared, &wanted);
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
