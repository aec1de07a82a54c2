//! `wharf run`.

use std::io::{stderr, stdout};
use std::sync::{Arc, Mutex, PoisonError};

use super::Done;
use super::arguments::{Place, RunOptions};
use super::load::{Setting, load};
use super::signals;
use crate::cancel::Cancel;
use crate::event::Events;
use crate::report::{Colour, Plain};
use crate::run;
use crate::script::Missing;
use crate::secret::Secrets;

pub(super) fn run(place: &Place, options: &RunOptions, secrets: &Secrets) -> Done {
    let cancel = Cancel::new();
    signals::listen(cancel.clone());
    let report = Plain::new(
        Box::new(stdout()),
        Box::new(stderr()),
        Colour::of(&stderr()),
        secrets.clone(),
    )
    .quiet(options.quiet);
    let report = Arc::new(Mutex::new(report));
    let events = Events::new(move |event| {
        report
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .event(&event);
    });
    let setting = Setting {
        events,
        cancel,
        missing: if options.rehearse {
            Missing::MadeUp
        } else {
            Missing::Refused
        },
        standins: None,
    };
    let program = load(place, secrets, setting).map_err(Arc::new)?;
    let declared = program.declare().map_err(Arc::new)?;
    let options = run::Options {
        stages: options.stages.clone(),
        jobs: 1,
    };
    run::run(&program, &declared, &options)
}
