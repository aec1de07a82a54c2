//! `wharf watch`.

mod allow;
mod drive;
mod job;
mod keyboard;
mod log;
mod notification;
mod once;
mod screen;
mod session;
mod wake;

use std::sync::Arc;

use super::arguments::{Place, WatchOptions};
use super::load::{root, script};
use super::{Caller, Done, signals};
use crate::action::Hold;
use crate::failure::{Failure, Kind};
use crate::secret::Secrets;
use crate::service::files::Globs;
use crate::service::tree::Tree;

use drive::Driver;
use session::Session;

pub(super) use keyboard::restore as restore_terminal;

pub(super) fn watch(
    place: &Place,
    options: &WatchOptions,
    secrets: &Secrets,
    caller: &Caller,
) -> Done {
    let options = &WatchOptions {
        rehearse: options.rehearse || caller.rehearse,
        ..options.clone()
    };
    allow::ask(&options.allow, options.yes).map_err(Arc::new)?;
    let cancel = caller.cancel.clone().unwrap_or_else(signals::followed);
    let root = root(place).map_err(Arc::new)?;
    // Where wharf was started may be gone one day, or be called otherwise.
    let place = Place {
        file: Some(script(place).map_err(Arc::new)?),
        directory: Some(root.clone()),
        ..place.clone()
    };
    // Settings count, and are ignored nearly everywhere.
    let named = Globs::new(&session::SETTINGS).ok();
    let tree = Tree::new(&root, named, options.poll).map_err(|error| {
        let failure = Failure::new(Kind::Pipeline, "the files cannot be watched");
        Arc::new(failure.because(error.to_string()))
    })?;
    let hold = (!options.rehearse).then(|| Hold {
        allowed: options.allow.clone(),
    });
    let (messages, receiver) = wake::channel().map_err(|error| {
        let failure = Failure::new(Kind::Pipeline, "wharf cannot open another pipe");
        Arc::new(failure.because(error.to_string()))
    })?;
    let session = Session::new((place, options, secrets), &root, cancel, hold, messages);
    Driver::new(Arc::new(session), tree, receiver, options).drive()
}
