//! Waits for files, runs, git, keys and the clock.

mod act;
mod heed;
mod keys;
mod wait;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use super::job::Job;
use super::keyboard::Keyboard;
use super::once::Handle;
use super::screen::Screen;
use super::session::{Message, SETTINGS, Session};
use super::wake::Received;
use crate::cancel::Registration;
use crate::cli::Done;
use crate::cli::arguments::WatchOptions;
use crate::event::Watched;
use crate::failure::{Failure, Kind};
use crate::service::files::Changed;
use crate::service::tree::Tree;
use crate::watch::{Activity, Watcher};

use heed::Pending;

pub(super) struct Driver {
    session: Arc<Session>,
    tree: Tree,
    received: Received<Message>,
    watcher: Watcher,
    screen: Screen,
    keyboard: Option<Keyboard>,
    job: Option<Job>,
    begin: Instant,
    pending: Pending,
    /// Folders of files that were touched since the last run began, and those above them.
    touched: BTreeSet<Box<[u8]>>,
    /// The stages that ran since folders were last looked at that the system does not watch.
    ran: BTreeSet<Arc<str>>,
    looks: u64,
    /// Whether the root is back, and what there is now was not looked at.
    returned: bool,
    /// Files that changed since the run began.
    changed: BTreeMap<PathBuf, Changed>,
    /// The script and what it is made of.
    script: BTreeSet<PathBuf>,
    named: Vec<String>,
    run: Option<Handle>,
    /// What started the last run, in words and as an event.
    trigger: Option<Watched>,
    paths: BTreeSet<PathBuf>,
    /// What stages are told of these.
    told: BTreeSet<String>,
    waiting: Option<Activity>,
    /// Since when git's lock keeps something from starting, if that is not told yet.
    locked: Option<Duration>,
    green: Option<bool>,
    notify: bool,
    quit: bool,
    /// Why there is nothing to watch.
    refused: Option<Arc<Failure>>,
}

/// Where nobody tells of what git does, it is looked at this often while it is busy.
const LOOK: Duration = Duration::from_millis(200);

impl Driver {
    pub(super) fn new(
        session: Arc<Session>,
        tree: Tree,
        received: Received<Message>,
        options: &WatchOptions,
    ) -> Self {
        let screen = Screen::new(&session.report, &session.secrets);
        let settle = options.settle.max(Duration::from_millis(1));
        let mut script: BTreeSet<_> = SETTINGS.iter().map(PathBuf::from).collect();
        let name = |file: &PathBuf| Some(file.strip_prefix(&session.root).ok()?.to_owned());
        script.extend(session.place.file.as_ref().and_then(name));
        Self {
            watcher: Watcher::new(settle, options.on_busy(), session.jobs, "the watch begins"),
            job: Job::listen().ok(),
            keyboard: Keyboard::new(),
            notify: options.notify,
            session,
            tree,
            received,
            screen,
            begin: Instant::now(),
            pending: Pending::default(),
            touched: BTreeSet::new(),
            changed: BTreeMap::new(),
            ran: BTreeSet::new(),
            looks: 0,
            returned: false,
            script,
            named: Vec::new(),
            run: None,
            trigger: None,
            paths: BTreeSet::new(),
            told: BTreeSet::new(),
            waiting: None,
            locked: None,
            green: None,
            quit: false,
            refused: None,
        }
    }

    pub(super) fn drive(mut self) -> Done {
        let _cancelled = self.listen();
        let allowed = self.session.hold.as_ref().map(|hold| hold.allowed.clone());
        self.tell(Watched::Ready {
            folders: self.tree.folders(),
            allowed: allowed.unwrap_or_default(),
            rehearsal: self.session.rehearse,
        });
        self.read_baseline();
        let done = self.go_on();
        self.session.cache().close_watch();
        self.screen.close();
        drop(self.keyboard.take());
        done
    }

    fn go_on(&mut self) -> Done {
        loop {
            self.heed_all();
            if self.run.is_none() {
                if let Some(failure) = self.refused.take() {
                    return Err(failure);
                }
                if self.session.cancel.is_cancelled() {
                    return Err(Arc::new(Failure::new(Kind::Interrupted, "interrupted")));
                }
                if self.quit {
                    return Ok(());
                }
            }
            self.look_at_git();
            if !self.quit && !self.session.cancel.is_cancelled() {
                self.decide()?;
            }
            self.wait();
        }
    }

    fn now(&self) -> Duration {
        self.begin.elapsed()
    }

    /// Lets an interrupt wake the loop.
    fn listen(&self) -> Registration {
        let messages = self.session.messages.clone();
        let cancel = &self.session.cancel;
        cancel.on_cancel(move || messages.send(Message::Cancelled))
    }

    /// Reads what files hold, beside the first run.
    fn read_baseline(&self) {
        let (baseline, messages) = (self.tree.baseline(), self.session.messages.clone());
        thread::spawn(move || messages.send(Message::Baseline(baseline.read())));
    }

    fn tell(&mut self, watched: Watched) {
        let run = self.run.as_ref().map(|run| &run.events);
        self.screen.tell(run, watched);
    }

    fn timeout(&self) -> Option<Duration> {
        let now = Instant::now();
        let quiet = self.watcher.deadline(self.tree.is_unfinished());
        let quiet = quiet.map(|deadline| deadline.saturating_sub(self.now()));
        let look = self.tree.deadline();
        let look = look.map(|deadline| deadline.saturating_duration_since(now));
        let git = self.watcher.activity().is_some() && self.tree.descriptor().is_none();
        let touched = self.tree.is_touched().then_some(Duration::ZERO);
        let locked = self.locked.map(|since| since + heed::PATIENCE);
        let locked = locked.map(|told| told.saturating_sub(self.now()));
        [touched, locked, quiet, look, git.then_some(LOOK)]
            .into_iter()
            .flatten()
            .min()
    }
}
