//! Waits for files, runs, git, keys and the clock.

mod act;
mod heed;
mod keys;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

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
use crate::service::tree::Tree;
use crate::watch::{Activity, Watcher};

use heed::Touch;

pub(super) struct Driver {
    session: Arc<Session>,
    tree: Tree,
    received: Received<Message>,
    watcher: Watcher,
    screen: Screen,
    keyboard: Option<Keyboard>,
    begin: Instant,
    /// Files that were touched and not looked at.
    pending: BTreeMap<PathBuf, Touch>,
    /// Folders of files that were touched since the last run began.
    touched: BTreeSet<Box<[u8]>>,
    /// The script and what it is made of.
    script: BTreeSet<PathBuf>,
    named: Vec<String>,
    run: Option<Handle>,
    /// What started the last run, in words and as an event.
    trigger: Option<Watched>,
    paths: Vec<PathBuf>,
    waiting: Option<Activity>,
    green: Option<bool>,
    notify: bool,
    quit: bool,
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
        script.insert("wharf.rhai".into());
        Self {
            watcher: Watcher::new(settle, options.on_busy(), "the watch begins"),
            keyboard: Keyboard::new(),
            notify: options.notify,
            session,
            tree,
            received,
            screen,
            begin: Instant::now(),
            pending: BTreeMap::new(),
            touched: BTreeSet::new(),
            script,
            named: Vec::new(),
            run: None,
            trigger: None,
            paths: Vec::new(),
            waiting: None,
            green: None,
            quit: false,
        }
    }

    pub(super) fn drive(mut self) -> Done {
        let _cancelled = self.listen();
        let allowed = self.session.hold.as_ref().map(|hold| hold.allowed.clone());
        self.tell(Watched::Ready {
            folders: self.tree.folders(),
            allowed: allowed.unwrap_or_default(),
        });
        self.read_baseline();
        let done = self.go_on();
        self.session.cache.close_watch();
        self.screen.close();
        drop(self.keyboard.take());
        done
    }

    fn go_on(&mut self) -> Done {
        loop {
            self.heed_all();
            if self.run.is_none() {
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

    /// Waits until there is something to do.
    fn wait(&mut self) {
        self.screen.stand(&self.watcher);
        let stdin = std::io::stdin();
        let mut watched = vec![PollFd::from_borrowed_fd(
            self.received.descriptor(),
            PollFlags::IN,
        )];
        let keyboard = self.keyboard.as_ref();
        let keys = keyboard.and_then(|keyboard| keyboard.descriptor(&stdin));
        let keys = keys.map(|keys| {
            watched.push(PollFd::from_borrowed_fd(keys, PollFlags::IN));
            watched.len() - 1
        });
        let interrupts = self.session.cancel.interrupts();
        let interrupted = interrupts.map(|interrupts| {
            watched.push(PollFd::from_borrowed_fd(
                interrupts.arrived(),
                PollFlags::IN,
            ));
            watched.len() - 1
        });
        if let Some(tree) = self.tree.descriptor() {
            watched.push(PollFd::from_borrowed_fd(tree, PollFlags::IN));
        }
        let timeout = self.timeout();
        let timespec = timeout.and_then(|time| Timespec::try_from(time).ok());
        // Interrupted or not, what is there is looked at.
        let _ = poll(&mut watched, timespec.as_ref());
        let readable =
            |place: Option<usize>| place.is_some_and(|place| !watched[place].revents().is_empty());
        let (keys, interrupted) = (readable(keys), readable(interrupted));
        drop(watched);
        if let Some(interrupts) = self.session.cancel.interrupts().filter(|_| interrupted) {
            interrupts.take();
        }
        if keys {
            let keys = self.keyboard.as_mut().map(Keyboard::read);
            for key in keys.unwrap_or_default() {
                self.press(key);
            }
        }
    }

    fn timeout(&self) -> Option<Duration> {
        let now = Instant::now();
        let quiet = self.watcher.deadline(self.tree.is_unfinished());
        let quiet = quiet.map(|deadline| deadline.saturating_sub(self.now()));
        let look = self.tree.deadline();
        let look = look.map(|deadline| deadline.saturating_duration_since(now));
        let git = self.watcher.activity().is_some() && self.tree.descriptor().is_none();
        let touched = self.tree.is_touched().then_some(Duration::ZERO);
        [touched, quiet, look, git.then_some(LOOK)]
            .into_iter()
            .flatten()
            .min()
    }
}
