//! The script that a run is of.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::{Asked, Names, Once};
use crate::action::Context;
use crate::cli::load::{Setting, found};
use crate::cli::watch::session::{Good, Message, lock};
use crate::cli::{check, show};
use crate::failure::Failure;
use crate::plan;
use crate::script::Program;

/// What a run is of, and where it takes place.
pub(super) struct Prepared {
    pub(super) good: Good,
    pub(super) context: Context,
    /// The files that the script is made of, from the root.
    pub(super) files: Vec<String>,
}

impl Once {
    /// The script as it is now. While it is wrong, the last one that was right is taken for what
    /// other files start.
    pub(super) fn prepare(
        &self,
        setting: Setting,
        asked: &mut Asked,
    ) -> Result<Prepared, Arc<Failure>> {
        let session = &self.session;
        let (events, standins) = (setting.events.clone(), setting.standins.clone());
        let told = session.checked.load(Ordering::Relaxed);
        let mut files = Vec::new();
        let failure = match self.load(setting, &mut files) {
            Ok(good) => {
                let context = good.program.host().context.clone();
                return Ok(Prepared {
                    good,
                    context,
                    files,
                });
            }
            Err(failure) => failure,
        };
        session.check_no_more();
        session.messages.send(Message::Files(files.clone()));
        let Some(good) = asked.due.fall_back(|| lock(&session.good).take()) else {
            return Err(failure);
        };
        self.fell_back.store(true, Ordering::Relaxed);
        if !told {
            show(&failure, false, &session.secrets);
        }
        files.extend(good.program.host().files()());
        let context = Context {
            events,
            standins,
            cancel: self.cancel.clone(),
            ..good.program.host().context.clone()
        };
        Ok(Prepared {
            good,
            context,
            files,
        })
    }

    fn load(&self, setting: Setting, files: &mut Vec<String>) -> Result<Good, Arc<Failure>> {
        let session = &self.session;
        let (path, host) = found(&session.place, &session.secrets, setting).map_err(Arc::new)?;
        let tried = host.files();
        let good = self.load_from(|| Program::load(&path, host));
        *files = tried();
        good
    }

    fn load_from(
        &self,
        load: impl FnOnce() -> Result<Program, Failure>,
    ) -> Result<Good, Arc<Failure>> {
        let session = &self.session;
        let program = load().map_err(Arc::new)?;
        self.report.set_root(&program.host().context.root);
        self.report.set_jobs(session.jobs);
        // What was found wrong once is told once.
        if !session.checked.swap(true, Ordering::Relaxed) {
            let checked = check::before_run(&program, &session.secrets);
            session.is_wrong.store(checked.is_err(), Ordering::Relaxed);
            checked?;
        } else if session.is_wrong.load(Ordering::Relaxed) {
            let failure = Failure::script("the script is wrong; nothing was run");
            return Err(Arc::new(failure.hint("`wharf check` shows its errors")));
        }
        let declared = program.declare().map_err(Arc::new)?;
        plan::order(&declared.plan).map_err(Arc::new)?;
        Ok(Good { program, declared })
    }
}

impl Names {
    /// The last script that was right, if there is something to run with it, which is all that is
    /// then run.
    fn fall_back(&mut self, last: impl FnOnce() -> Option<Good>) -> Option<Good> {
        match self {
            Self::Stages(_) => last(),
            Self::Everything { rest, .. } if rest.is_empty() => None,
            Self::Everything { rest, .. } => {
                let good = last()?;
                *self = Self::Stages(std::mem::take(rest));
                Some(good)
            }
        }
    }
}
