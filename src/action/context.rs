//! What an action may see and touch. It is passed in; nothing is ambient.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use url::Position;

use crate::action::{ActionError, Gate, Outlet, Reading, Replay, Trace};
use crate::cancel::Cancel;
use crate::event::{Event, Events, Progress};
use crate::secret::Secrets;
use crate::service::Services;
use crate::service::http::Url;

/// Environment names and values, as a child process will get them.
pub type Environment = BTreeMap<String, String>;

/// The surroundings of one action call.
#[derive(Clone, Debug)]
pub struct Context {
    /// The stage the call is made in.
    pub stage: Arc<str>,
    /// The repository: the folder of `wharf.rhai`, absolute. Relative paths start here.
    pub root: PathBuf,
    /// The process environment, `.env` beneath it and the stage's `env` above it.
    pub environment: Arc<Environment>,
    pub secrets: Secrets,
    pub cancel: Cancel,
    pub events: Events,
    pub services: Arc<Services>,
    /// Set when this call is rehearsed: where its services are played.
    pub standins: Option<Arc<Standins>>,
    /// Whether the whole run is a rehearsal. An action whose effect stays on the machine runs for
    /// real even then, but may say `simulated: …` where a real run would have to fail.
    pub rehearsal: bool,
    /// Who is asked before an effect leaves the machine; nobody if it is not set.
    pub gate: Option<Arc<dyn Gate>>,
    /// Whether tests that failed the last time run before all others: somebody waits for them.
    pub failed_first: bool,
    /// Effects of an earlier run that this one goes on from.
    pub replay: Option<Replay>,
    /// What the attempt touches.
    pub trace: Trace,
    /// The failure that is being told about, when called from `on_failure`.
    pub telling: Option<Arc<crate::failure::Failure>>,
}

/// Addresses of a rehearsal's stand-ins on loopback.
#[derive(Clone, Debug)]
pub struct Standins {
    /// `127.0.0.1:PORT`, an OCI registry over plain HTTP.
    pub registry: String,
    /// `http://127.0.0.1:PORT`, in place of `https://api.render.com`.
    pub render: String,
    /// `http://127.0.0.1:PORT`, in place of the DSN's scheme, host and port.
    pub sentry: String,
    /// `http://127.0.0.1:PORT`, in place of any other origin; the original URL travels in the
    /// `X-Wharf-Original-Url` header.
    pub http: String,
    /// The faults they were told to answer with, as they do.
    pub injected: Injected,
}

/// What `--fault` made stand-ins answer, each fault as it was written.
#[derive(Clone, Debug, Default)]
pub struct Injected(Arc<Mutex<Vec<String>>>);

impl Injected {
    pub fn add(&self, fault: String) {
        self.faults().push(fault);
    }

    pub(super) fn count(&self) -> usize {
        self.faults().len()
    }

    /// Each fault that came after the first `count`, once.
    pub(super) fn since(&self, count: usize) -> BTreeSet<String> {
        let faults = self.faults();
        let new = faults.iter().skip(count);
        new.cloned().collect()
    }

    fn faults(&self) -> MutexGuard<'_, Vec<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Standins {
    /// Where `url` of Render is played.
    pub fn render(&self, url: &Url) -> Result<Url, ActionError> {
        moved(url, &self.render)
    }

    /// Where `url` of any service is played.
    pub fn http(&self, url: &Url) -> Result<Url, ActionError> {
        if url.host_str() == Some(RENDER) {
            return self.render(url);
        }
        moved(url, &self.http)
    }
}

/// The host of Render's API, which a rehearsal plays.
pub(super) const RENDER: &str = "api.render.com";

/// `url` with the scheme, host and port of `origin`.
fn moved(url: &Url, origin: &str) -> Result<Url, ActionError> {
    let path = &url[Position::BeforePath..];
    Url::parse(&format!("{origin}{path}")).map_err(|error| ActionError::new(error.to_string()))
}

impl Context {
    /// A path from the script, taken from the repository's root when it is relative.
    pub fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        self.root.join(path)
    }

    /// An environment value; empty counts as not set.
    pub fn env(&self, name: &str) -> Option<&str> {
        self.trace.read(Reading::Environment(name.to_owned()));
        self.environment
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// Runs `future` on the shared runtime, which is made on first use, until it ends or the run
    /// is stopped. When it is stopped the future is dropped: clean-up belongs in drop guards.
    pub fn block_on<T>(
        &self,
        future: impl Future<Output = Result<T, ActionError>>,
    ) -> Result<T, ActionError> {
        self.services.runtime().block_on(async {
            tokio::select! {
                biased;
                () = self.cancel.cancelled() => Err(ActionError::cancelled()),
                done = future => done,
            }
        })
    }

    /// Tells the person what is being done and why.
    pub fn say(&self, text: impl Into<String>) {
        self.events.emit(Event::Said {
            stage: self.stage.clone(),
            text: text.into(),
        });
    }

    /// Tells that something made up stands in for what a real run would have: what follows from it
    /// is of no use to one.
    pub fn simulate(&self, what: impl Display) {
        self.trace.invent();
        self.say(format!("simulated: {what}"));
    }

    pub fn warn(&self, text: impl Into<String>) {
        self.events.emit(Event::Warned {
            stage: self.stage.clone(),
            text: text.into(),
        });
    }

    /// What passes the output of one command on.
    pub fn outlet(&self) -> Outlet {
        Outlet::new(self)
    }

    pub fn progress(&self, progress: Progress) {
        self.events.emit(Event::Progress {
            stage: self.stage.clone(),
            progress,
        });
    }
}
