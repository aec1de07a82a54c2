//! From a place on the command line to a loaded program.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::arguments::Place;
use super::environment::environment;
use crate::action::{Context, Replay, Standins, Trace};
use crate::cancel::Cancel;
use crate::event::{Event, Events};
use crate::failure::Failure;
use crate::script::{Host, Missing, Program, locate};
use crate::secret::Secrets;
use crate::service::Services;

/// What differs between looking at a pipeline, running and rehearsing it.
pub(super) struct Setting {
    pub(super) events: Events,
    pub(super) cancel: Cancel,
    pub(super) missing: Missing,
    pub(super) standins: Option<Arc<Standins>>,
    pub(super) replay: Option<Replay>,
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
        }
    }
}

/// The folder of the script: the repository, as far as wharf is concerned.
pub(super) fn root(place: &Place) -> Result<PathBuf, Failure> {
    let mut root = script(place)?;
    root.pop();
    Ok(root)
}

fn script(place: &Place) -> Result<PathBuf, Failure> {
    let directory = place.directory.as_deref().unwrap_or(Path::new("."));
    locate(directory, place.file.as_deref())
}

pub(super) fn load(place: &Place, secrets: &Secrets, setting: Setting) -> Result<Program, Failure> {
    let path = script(place)?;
    let root = path.parent().map(Path::to_path_buf).unwrap_or_default();
    let missing = setting.missing;
    let context = context(root, secrets, setting)?;
    let params = place.params.iter().cloned().collect();
    Program::load(&path, Host::new(context, params, missing))
}

/// The surroundings of what happens in `root`.
pub(super) fn context(
    root: PathBuf,
    secrets: &Secrets,
    setting: Setting,
) -> Result<Context, Failure> {
    let mut short = Vec::new();
    let environment = environment(&root, secrets, &mut short)?;
    if !short.is_empty() {
        setting.events.emit(Event::Warned {
            stage: "script".into(),
            text: format!(
                "values of fewer than four characters cannot be hidden: {} in `.env`",
                short.join(", ")
            ),
        });
    }
    Ok(Context {
        stage: "script".into(),
        environment: Arc::new(environment),
        root,
        secrets: secrets.clone(),
        cancel: setting.cancel,
        events: setting.events,
        services: Arc::new(Services::new()),
        rehearsal: setting.standins.is_some(),
        standins: setting.standins,
        replay: setting.replay,
        trace: Trace::default(),
        telling: None,
    })
}
