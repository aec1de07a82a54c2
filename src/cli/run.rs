//! `wharf run`.

use std::sync::Arc;

use super::arguments::{Place, RunOptions};
use super::load::{Setting, load};
use super::signals;
use super::{Done, check};
use crate::cancel::Cancel;
use crate::report;
use crate::run;
use crate::script::Missing;
use crate::secret::Secrets;

pub(super) fn run(place: &Place, options: &RunOptions, secrets: &Secrets) -> Done {
    let cancel = Cancel::new();
    signals::listen(cancel.clone());
    let setting = Setting {
        events: report::events(options.quiet, secrets),
        cancel,
        missing: if options.rehearse {
            Missing::MadeUp
        } else {
            Missing::Refused
        },
        standins: None,
    };
    let program = load(place, secrets, setting).map_err(Arc::new)?;
    check::before_run(&program, secrets)?;
    let declared = program.declare().map_err(Arc::new)?;
    let options = run::Options {
        stages: options.stages.clone(),
        jobs: 1,
    };
    run::run(&program, &declared, &options)
}
