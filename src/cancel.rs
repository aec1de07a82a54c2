//! One flag that stops everything a run started, and who raised it.

use std::fmt;
use std::os::fd::BorrowedFd;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use tokio_util::sync::CancellationToken;

/// A cancellation that threads, processes and futures can all wait on. Cloning shares it; a
/// [`child`](Cancel::child) is stopped with its parent but not the other way round.
#[derive(Clone, Default)]
pub struct Cancel {
    token: CancellationToken,
    reason: Arc<Mutex<Option<Reason>>>,
    hooks: Arc<Mutex<Vec<Hook>>>,
    parent: Option<Box<Cancel>>,
    interrupts: Arc<OnceLock<Box<dyn Interrupts>>>,
    lasting: Arc<Mutex<Option<Told>>>,
}

/// Where interrupts come from. Nobody listens until something waits: a run that only computes
/// looks from time to time whether there was one, and a thread that waits for descriptors can wait
/// for this one too.
pub trait Interrupts: Send + Sync {
    /// Whether there was one.
    fn raised(&self) -> bool;
    /// Readable when there is one to [`take`](Interrupts::take).
    fn arrived(&self) -> BorrowedFd<'_>;
    /// Takes what has arrived and cancels; never waits.
    fn take(&self);
    /// Takes all that will arrive, on a thread of its own; the first call starts it.
    fn listen(&self);
}

type Told = Arc<dyn Fn() + Send + Sync>;

type Hook = (Arc<()>, Told);

/// Keeps a hook of [`Cancel::on_cancel`] alive; dropping it takes the hook away.
#[must_use]
pub struct Registration {
    id: Arc<()>,
    cancel: Cancel,
}

/// Why a run, or one stage of it, was stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Ctrl-C, `SIGTERM` or `SIGHUP`.
    Interrupted,
    /// A stage's `timeout` passed; the text is the limit as the script wrote it.
    TimedOut(String),
    /// What may run after an interrupt had its time; the text is how long that was.
    TimeUp(String),
    /// A stage said nothing for as long as its `silence` allows.
    Silent(String),
    /// Another stage failed and the run stops early.
    Superseded,
}

impl Cancel {
    pub fn new() -> Self {
        Self::default()
    }

    /// A cancellation that follows this one and can also be raised alone.
    #[must_use]
    pub fn child(&self) -> Self {
        Self {
            token: self.token.child_token(),
            reason: Arc::default(),
            hooks: Arc::default(),
            parent: Some(Box::new(self.clone())),
            interrupts: Arc::default(),
            lasting: Arc::default(),
        }
    }

    /// Makes this follow interrupts; only the first source counts.
    pub fn follow(&self, interrupts: impl Interrupts + 'static) {
        self.interrupts.get_or_init(|| Box::new(interrupts));
    }

    /// What this follows, for a thread that will wait for it beside other things.
    pub fn interrupts(&self) -> Option<&dyn Interrupts> {
        let mut levels = self.levels();
        levels.find_map(|level| level.interrupts.get().map(AsRef::as_ref))
    }

    fn is_interrupted(&self) -> bool {
        self.interrupts().is_some_and(Interrupts::raised)
    }

    /// Calls `told` whenever this [`lasts`](Cancel::lasts), in place of whoever was told before.
    pub fn on_lasting(&self, told: impl Fn() + Send + Sync + 'static) {
        *lock(&self.lasting) = Some(Arc::new(told));
    }

    /// Tells that what this may stop is not over at once: it waits, or computes for a while. What a
    /// short run can do without need not be made before.
    pub fn lasts(&self) {
        let mut levels = self.levels();
        if let Some(told) = levels.find_map(|level| lock(&level.lasting).clone()) {
            told();
        }
    }

    /// Stops everything that waits on this. The first reason given is the one that stays.
    pub fn cancel(&self, reason: Reason) {
        lock(&self.reason).get_or_insert(reason);
        self.token.cancel();
        let hooks = lock(&self.hooks).clone();
        for (_, hook) in hooks {
            hook();
        }
    }

    /// Calls `hook` when this or a parent is cancelled, at once if it already was: for threads
    /// that wait on a channel rather than on a future. It may be called more than once.
    pub fn on_cancel(&self, hook: impl Fn() + Send + Sync + 'static) -> Registration {
        let id = Arc::new(());
        let hook: Told = Arc::new(hook);
        for level in self.levels() {
            lock(&level.hooks).push((id.clone(), hook.clone()));
        }
        if self.is_cancelled() {
            hook();
        }
        Registration {
            id,
            cancel: self.clone(),
        }
    }

    fn levels(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |level| level.parent.as_deref())
    }

    pub fn is_cancelled(&self) -> bool {
        self.token.is_cancelled() || self.is_interrupted()
    }

    /// Why this was cancelled, if it was: its own reason, else its parent's.
    pub fn reason(&self) -> Option<Reason> {
        let given = self.levels().find_map(|level| lock(&level.reason).clone());
        given.or_else(|| self.is_interrupted().then_some(Reason::Interrupted))
    }

    /// Completes when this is cancelled. Needs no particular async runtime.
    pub async fn cancelled(&self) {
        self.lasts();
        if let Some(interrupts) = self.interrupts() {
            interrupts.listen();
        }
        self.token.cancelled().await;
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        for level in self.cancel.levels() {
            lock(&level.hooks).retain(|(id, _)| !Arc::ptr_eq(id, &self.id));
        }
    }
}

impl fmt::Debug for Cancel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Cancel").field(&self.reason()).finish()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
