//! From a place on the command line to a loaded program.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::arguments::Place;
use super::environment::{Short, environment};
use crate::action::{Context, Gate, Replay, Standins, Trace};
use crate::cancel::Cancel;
use crate::event::{Event, Events};
use crate::failure::Failure;
use crate::script::{Host, Missing, Program, locate};
use crate::secret::{Secrets, hide, is_secret};
use crate::service::Services;

/// What differs between looking at a pipeline, running and rehearsing it.
pub(super) struct Setting {
    pub(super) events: Events,
    pub(super) cancel: Cancel,
    pub(super) missing: Missing,
    pub(super) standins: Option<Arc<Standins>>,
    pub(super) replay: Option<Replay>,
    pub(super) gate: Option<Arc<dyn Gate>>,
    /// Whether tests that failed the last time run before all others.
    pub(super) failed_first: bool,
    /// What earlier runs of this process share with this one.
    pub(super) services: Arc<Services>,
}

impl Setting {
    /// For a pipeline that is only looked at: nothing runs, nothing is said, nothing is missing.
    pub(super) fn looking() -> Self {
        Self {
            events: Events::new(|_| {}),
            cancel: Cancel::new(),
            missing: Missing::Unimportant,
            standins: None,
            replay: None,
            gate: None,
            failed_first: false,
            services: Arc::default(),
        }
    }
}

/// The repository, as far as wharf is concerned: the folder of the script, or the one that was asked for
/// together with a script.
pub(super) fn root(place: &Place) -> Result<PathBuf, Failure> {
    Ok(root_of(place, script(place)?))
}

fn root_of(place: &Place, mut script: PathBuf) -> PathBuf {
    if let (Some(directory), Some(_)) = (&place.directory, &place.file)
        && let Ok(directory) = directory.canonicalize()
    {
        return directory;
    }
    script.pop();
    script
}

pub(super) fn script(place: &Place) -> Result<PathBuf, Failure> {
    let directory = place.directory.as_deref().unwrap_or(Path::new("."));
    locate(directory, place.file.as_deref())
}

pub(super) fn load(place: &Place, secrets: &Secrets, setting: Setting) -> Result<Program, Failure> {
    let (path, host) = found(place, secrets, setting)?;
    Program::load(&path, host)
}

/// The script, and what its program will have.
pub(super) fn found(
    place: &Place,
    secrets: &Secrets,
    setting: Setting,
) -> Result<(PathBuf, Host), Failure> {
    let path = script(place)?;
    let root = root_of(place, path.clone());
    Ok((path, host(place, root, secrets, setting)?))
}

/// The language alone, in the folder that was asked for.
pub(super) fn bare(place: &Place, secrets: &Secrets, setting: Setting) -> Result<Program, Failure> {
    let directory = place.directory.as_deref().unwrap_or(Path::new("."));
    let root = std::path::absolute(directory).map_err(|error| {
        Failure::script(format!("there is no folder `{}`", directory.display()))
            .because(error.to_string())
    })?;
    Program::bare(host(place, root, secrets, setting)?)
}

fn host(
    place: &Place,
    root: PathBuf,
    secrets: &Secrets,
    setting: Setting,
) -> Result<Host, Failure> {
    let missing = setting.missing;
    for (name, value) in &place.params {
        if is_secret(&format!("_{name}"), value) {
            hide(value, secrets);
        }
    }
    let context = context(root, secrets, setting)?;
    let params = place.params.iter().cloned().collect();
    Ok(Host::new(context, params, missing))
}

/// The surroundings of what happens in `root`.
pub(super) fn context(
    root: PathBuf,
    secrets: &Secrets,
    setting: Setting,
) -> Result<Context, Failure> {
    let mut short = Short::default();
    let environment = environment(&root, secrets, &mut short)?;
    if let Some(text) = short.told() {
        setting.events.emit(Event::Warned {
            stage: "script".into(),
            text,
        });
    }
    Ok(Context {
        stage: "script".into(),
        environment,
        root,
        secrets: secrets.clone(),
        cancel: setting.cancel,
        events: setting.events,
        services: setting.services,
        rehearsal: setting.standins.is_some(),
        standins: setting.standins,
        replay: setting.replay,
        gate: setting.gate,
        failed_first: setting.failed_first,
        trace: Trace::default(),
        telling: None,
    })
}
