//! Asks a person before an effect leaves the machine.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::action::{Answer, Descriptor, Effect, Gate, Standins};
use crate::cancel::Cancel;
use crate::event::Received;
use crate::failure::Failure;
use crate::report::Colour;
use crate::secret::Secrets;
use crate::service::keyboard;

/// Stand-ins that are up.
pub struct Played {
    pub standins: Arc<Standins>,
    /// What each of them received so far.
    pub received: Box<dyn Fn() -> Vec<Received> + Send + Sync>,
}

/// Starts the stand-ins of a rehearsal, when they are first wanted.
type Stage = dyn Fn() -> Result<Played, Failure> + Send + Sync;

/// Who answers.
#[derive(Clone)]
pub struct Asking {
    /// A person at the terminal.
    pub person: bool,
    /// `--yes`: every answer.
    pub yes: bool,
    /// Whether there is no other call to come.
    once: bool,
    /// Whether what calls are made of may be made up: then none of them leaves the machine.
    unreal: Arc<AtomicBool>,
    /// Names of actions that were answered for all.
    all: Arc<Mutex<BTreeSet<&'static str>>>,
    played: Arc<OnceLock<Played>>,
    /// How much of what each stand-in received has been told.
    told: Arc<Mutex<BTreeMap<&'static str, usize>>>,
    stage: Arc<Stage>,
    secrets: Secrets,
}

impl Asking {
    pub fn new(
        person: bool,
        yes: bool,
        secrets: &Secrets,
        stage: impl Fn() -> Result<Played, Failure> + Send + Sync + 'static,
    ) -> Self {
        Self {
            person,
            yes,
            once: false,
            unreal: Arc::default(),
            all: Arc::default(),
            played: Arc::default(),
            told: Arc::default(),
            stage: Arc::new(stage),
            secrets: secrets.clone(),
        }
    }

    /// For one call and no more.
    #[must_use]
    pub fn once(mut self) -> Self {
        self.once = true;
        self
    }

    /// Tells whether the script was read with settings that were made up.
    pub(super) fn set_unreal(&self, unreal: bool) {
        self.unreal.store(unreal, Ordering::Relaxed);
    }

    /// The stand-ins, started if they are not.
    pub(super) fn standins(&self) -> Result<Arc<Standins>, Failure> {
        if let Some(played) = self.played.get() {
            return Ok(played.standins.clone());
        }
        let played = (self.stage)()?;
        Ok(self.played.get_or_init(|| played).standins.clone())
    }

    /// What the stand-ins received since this was asked before; services that received nothing left
    /// out.
    pub(super) fn received(&self) -> Vec<Received> {
        let Some(played) = self.played.get() else {
            return Vec::new();
        };
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all = (played.received)();
        for one in &mut all {
            let before = told.insert(one.service, one.lines.len());
            one.lines.drain(..before.unwrap_or_default());
        }
        all.retain(|one| !one.lines.is_empty());
        all
    }

    fn rehearse(&self) -> Answer {
        match self.standins() {
            Ok(standins) => Answer::Rehearse(standins),
            Err(failure) => Answer::No {
                why: failure.message,
                hint: None,
            },
        }
    }
}

impl Gate for Asking {
    fn talks(&self) -> bool {
        self.person && !self.yes
    }

    fn ask(&self, action: &Descriptor, effect: Effect, about: &str, cancel: &Cancel) -> Answer {
        // One question at a time, whoever asks.
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let allowed = self.yes || all.contains(action.name);
        if !allowed && !self.person {
            return Answer::No {
                why: format!(
                    "its effect is `{}` and nobody is there to be asked",
                    effect.name()
                ),
                hint: Some("`--yes` lets it run".to_owned()),
            };
        }
        if self.unreal.load(Ordering::Relaxed) {
            return Answer::No {
                why: "the script was read with settings that are not set, and made up".to_owned(),
                hint: Some(
                    "set them, `:rehearse on`, or leave the script out with `--bare`".to_owned(),
                ),
            };
        }
        if allowed {
            return Answer::Yes;
        }
        let about = self.secrets.mask(about);
        let colour = Colour::of(&io::stderr());
        let what = format!("{} {about}", colour.strong(action.name));
        let more = if self.once {
            String::new()
        } else {
            format!(", [a]ll of `{}`", action.name)
        };
        let question = format!(
            "{} will {}. [y]es, [n]o, [r]ehearse{more}? ",
            what.trim_end(),
            effect.name()
        );
        loop {
            eprint!("{question}");
            let _ = io::stderr().flush();
            // Who leaves or cannot answer has not said yes.
            let line = keyboard::line(cancel).unwrap_or_default();
            match line.trim() {
                "y" | "yes" => return Answer::Yes,
                "r" | "rehearse" => return self.rehearse(),
                "a" | "all" if !self.once => {
                    all.insert(action.name);
                    return Answer::Yes;
                }
                "n" | "no" | "" => {
                    return Answer::No {
                        why: "the answer was no".to_owned(),
                        hint: None,
                    };
                }
                _ => {}
            }
        }
    }
}

impl fmt::Debug for Asking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Asking").finish_non_exhaustive()
    }
}
