//! Waits for files, runs, git, keys and the clock, and does what the watcher decides.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::keyboard::{HELP, Key, Keyboard};
use super::notification;
use super::once::{self, Asked, Handle, Names};
use super::screen::Screen;
use super::session::{Message, Over, SETTINGS, Session, lock};
use super::wake::Received;
use crate::cancel::Registration;
use crate::cli::Done;
use crate::cli::arguments::WatchOptions;
use crate::event::Watched;
use crate::failure::{Failure, Kind};
use crate::service::files::{self, Globs};
use crate::service::tree::Tree;
use crate::watch::{Activity, Change, Due, Next, Start, Watcher};

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

/// How a file was touched.
#[derive(Default)]
struct Touch {
    /// The stages that ran meanwhile.
    during: BTreeSet<Arc<str>>,
    /// Those whose turn had not come.
    before: BTreeSet<Arc<str>>,
    /// Whether git wrote it while a stage ran, which may have read what came and went.
    strictly: bool,
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

    /// Takes what stages and files tell, in an order that keeps apart what came before what.
    fn heed_all(&mut self) {
        // A stage that wrote a file counts as running: its end is heard after the file is. One
        // that may have begun before a file was touched does not count as waiting.
        let mut messages = self.received.take();
        let touched = self.tree.read();
        messages.extend(self.received.take());
        let during = self.watcher.running();
        let strictly = self.watcher.activity().is_some() && self.run.is_some();
        if !touched.is_empty() {
            let now = self.now();
            self.watcher.touch(now);
        }
        for message in messages {
            self.heed(message);
        }
        let before = self.watcher.waiting();
        for path in touched {
            self.touched.insert(folder_of(&path));
            let touch = self.pending.entry(path).or_default();
            touch.during.extend(during.iter().cloned());
            touch.before.clone_from(&before);
            touch.strictly |= strictly;
        }
        for text in self.tree.warnings() {
            self.tell(Watched::Warned { text });
        }
    }

    fn heed(&mut self, message: Message) {
        match message {
            Message::Loaded {
                stages,
                chosen,
                files,
                inputs,
            } => {
                self.script = SETTINGS.iter().map(PathBuf::from).collect();
                self.script.extend(files.into_iter().map(PathBuf::from));
                self.watcher.loaded(stages, &chosen);
                self.name(inputs);
            }
            Message::Started(stage) => {
                let now = self.now();
                self.watcher.stage_started(now, &stage);
            }
            Message::Ended(stage, ended) => self.watcher.stage_ended(&stage, ended),
            Message::Over(over) => self.end(over),
            Message::Cancelled => {}
            Message::Baseline(read) => self.tree.learn(read),
        }
    }

    /// Lets files count that are ignored and named all the same.
    fn name(&mut self, mut inputs: Vec<String>) {
        inputs.extend(SETTINGS.map(str::to_owned));
        if self.named == inputs {
            return;
        }
        if let Ok(globs) = Globs::new(&inputs) {
            self.tree.name(globs);
        }
        self.named = inputs;
    }

    fn end(&mut self, over: Over) {
        self.run = None;
        self.watcher.run_ended();
        self.screen.ended(over);
        if over == Over::Superseded {
            return;
        }
        let green = over == Over::Passed && self.watcher.failing().next().is_none();
        if self.notify && self.green.is_some_and(|was| was != green) || self.notify && !green {
            self.show_notification(green);
        }
        self.green = Some(green);
    }

    fn show_notification(&self, green: bool) {
        if self.green == Some(green) {
            return;
        }
        let failing: Vec<_> = self.watcher.failing().map(Arc::clone).collect();
        let text = match (green, failing.is_empty()) {
            (true, _) => "everything passes".to_owned(),
            (false, true) => "the script is wrong".to_owned(),
            (false, false) => format!("failing: {}", failing.join(", ")),
        };
        let root = self.session.root.clone();
        notification::show(root, once::environment(), green, text);
    }

    fn look_at_git(&mut self) {
        // Its word that something changed is but a reason to look.
        let _ = self.tree.git_changed();
        let activity = Activity::now(|name| self.tree.git_has(name));
        let now = self.now();
        self.watcher.set_activity(now, activity);
        if activity.is_none() {
            self.waiting = None;
        } else if self.waiting != activity && !self.pending.is_empty() {
            // A command's own lock comes and goes too fast to be told of.
            if let Some(activity) = activity.filter(|activity| activity.what != "a git command") {
                self.tell(Watched::Waiting {
                    what: activity.what.to_owned(),
                });
            }
            self.waiting = activity;
        }
    }

    fn decide(&mut self) -> Done {
        while let Some(next) = self.watcher.next(self.now(), self.tree.is_unfinished()) {
            match next {
                Next::Examine => self.examine(),
                Next::Start(start) => self.start(start)?,
                Next::Stop => {
                    self.tell_superseded();
                    if let Some(run) = &self.run {
                        run.brake.pull();
                    }
                }
                Next::Drain => {
                    self.tell_superseded();
                    if let Some(run) = &self.run {
                        run.drain.store(true, Ordering::Relaxed);
                    }
                }
            }
        }
        Ok(())
    }

    fn examine(&mut self) {
        let pending = std::mem::take(&mut self.pending);
        let looked = pending
            .iter()
            .map(|(path, touch)| (&**path, touch.strictly));
        let changed = self.tree.examine(looked);
        let script: Vec<_> = changed
            .iter()
            .filter(|(path, _)| self.script.contains(path))
            .map(|(path, kind)| files::Change {
                path: path.clone(),
                kind: *kind,
            })
            .collect();
        let mut pending = pending;
        let changes = changed.into_iter().map(|(path, kind)| {
            let Touch { during, before, .. } = pending.remove(&path).unwrap_or_default();
            Change {
                path,
                kind,
                during,
                before,
            }
        });
        let changes: Vec<_> = changes.collect();
        self.paths
            .extend(changes.iter().map(|change| change.path.clone()));
        let now = self.now();
        let examined = self.watcher.examined(now, &changes);
        if let Some((stage, paths)) = examined.repeated {
            let paths = paths.into_iter().collect();
            self.tell(Watched::Loop { stage, paths });
        }
        if !script.is_empty() {
            self.session.check_again();
            self.watcher.reload(&files::describe(&script));
        }
    }

    fn start(&mut self, start: Start) -> Done {
        let (trigger, names) = match &start.due {
            Due::Everything { why, manual } => {
                let trigger = match why.as_str() {
                    _ if start.force => "asked",
                    _ if self.trigger.is_none() => "start",
                    _ => "script",
                };
                let script = ("script".into(), why.clone());
                let told = self.triggered(trigger, vec![script]);
                (told, Names::Everything { manual: *manual })
            }
            Due::Stages(stages) => {
                let name = |position: &usize| self.watcher.stages().name(*position).clone();
                let why = stages.iter().map(|(one, why)| (name(one), why.clone()));
                let why: Vec<_> = why.collect();
                let names = why.iter().map(|(name, _)| name.clone()).collect();
                let trigger = if start.force { "asked" } else { "changed" };
                (self.triggered(trigger, why), Names::Stages(names))
            }
        };
        let first = self.trigger.is_none();
        self.trigger = Some(trigger.clone());
        if !first {
            self.tell(trigger);
        }
        self.screen.give_way();
        let touched = std::mem::take(&mut self.touched);
        let tree = &self.tree;
        self.session
            .cache
            .forget_but(|folder| tree.is_watched(folder) && !touched.contains(folder));
        let settled = lock(&self.session.settled);
        let settled = start
            .settled
            .iter()
            .filter_map(|name| Some((name.clone(), settled.get(name)?.clone())))
            .collect();
        let asked = Asked {
            due: names,
            force: start.force,
            settled,
        };
        self.run = Some(once::start(&self.session, asked)?);
        Ok(())
    }

    fn triggered(&mut self, trigger: &'static str, stages: Vec<(Arc<str>, String)>) -> Watched {
        let mut paths = std::mem::take(&mut self.paths);
        paths.sort();
        paths.dedup();
        Watched::Triggered {
            trigger,
            paths,
            stages,
        }
    }

    fn tell_superseded(&mut self) {
        let what = match self.watcher.due() {
            Due::Everything { why, .. } => why.clone(),
            Due::Stages(stages) => stages.values().next().cloned().unwrap_or_default(),
        };
        self.tell(Watched::Superseded { what });
    }

    fn tell(&mut self, watched: Watched) {
        let run = self.run.as_ref().map(|run| &run.events);
        self.screen.tell(run, watched);
    }

    fn press(&mut self, key: Key) {
        match key {
            Key::Again => self.watcher.again(),
            Key::Everything => self.watcher.everything(),
            Key::Failed => {
                if !self.watcher.failed() {
                    self.say("nothing failed");
                }
            }
            Key::Explain => self.explain(),
            Key::Pause => {
                let paused = !self.watcher.is_paused();
                self.watcher.set_paused(paused);
                self.say(if paused { "paused" } else { "goes on" });
            }
            Key::Log => self.show_log(),
            Key::Quit => {
                self.quit = true;
                if let Some(run) = &self.run {
                    run.brake.pull();
                }
            }
            Key::Help => self.say(HELP),
        }
    }

    fn say(&mut self, text: &str) {
        self.tell(Watched::Told {
            text: text.to_owned(),
        });
    }

    fn explain(&mut self) {
        let Some(Watched::Triggered { paths, stages, .. }) = &self.trigger else {
            return self.say("nothing has started yet");
        };
        let mut lines: Vec<_> = stages
            .iter()
            .map(|(stage, why)| format!("  {stage}: {why}"))
            .collect();
        let shown = paths.iter().take(20);
        lines.extend(shown.map(|path| format!("  changed: {}", path.display())));
        if paths.len() > 20 {
            lines.push(format!("  and {} more", paths.len() - 20));
        }
        let text = format!("the last run was started by\n{}", lines.join("\n"));
        self.say(&text);
    }

    fn show_log(&mut self) {
        let failing = self.watcher.failing().next().cloned();
        let Some(stage) = failing else {
            return self.say("nothing failed");
        };
        let text = super::log::last(&self.session.root, &stage);
        self.say(&text.unwrap_or_else(|| format!("`{stage}` printed nothing")));
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

fn folder_of(path: &Path) -> Box<[u8]> {
    match path.parent().map(|folder| folder.as_os_str().as_bytes()) {
        None | Some([]) => Box::default(),
        Some(folder) => [folder, b"/"].concat().into(),
    }
}
