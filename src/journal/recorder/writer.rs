//! The thread that writes.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;

use super::attempts::Again;
use super::groups::Groups;
use super::log::Logs;
use super::prepared::Prepared;
use super::rows::{self, Begin, Rows};
use super::{Message, Number, Origin, What};
use crate::cancel::Cancel;
use crate::event::Event;
use crate::journal::{Journal, JournalError};
use crate::secret::Secrets;
use crate::service::git::Git;
use crate::service::process::Identity;
use crate::service::state;
use crate::words::plain;

/// How many messages are written together at most.
const MOST: usize = 1000;

/// How long what nobody waits for may wait for more: many short stages are one write.
const GATHER: Duration = Duration::from_millis(2);

/// Pages of the write-ahead log before it is folded into the database: the next run reads it whole.
const FOLD_AFTER: u32 = 100;

type Warn = Box<dyn Fn(String) + Send>;

/// What the thread needs.
pub(super) struct Writer {
    pub(super) root: PathBuf,
    pub(super) secrets: Secrets,
    pub(super) origin: Origin,
    /// Taken by the first trouble.
    pub(super) warn: Option<Warn>,
    pub(super) run: Arc<OnceLock<Number>>,
    pub(super) queued: Arc<AtomicUsize>,
}

/// A run that has a number, on its way into the journal.
struct Recording<'a> {
    prepared: Prepared<'a>,
    groups: Groups,
    logs: Logs,
    run: i64,
    secrets: Secrets,
    /// Which attempt of each stage this is, where it is not the first.
    attempts: HashMap<Arc<str>, Again>,
}

impl Writer {
    /// Writes until told to end. Whatever happens, nobody waits here in vain.
    pub(super) fn write(mut self, receiver: &Receiver<Message>) {
        let done = self.record(receiver);
        if let Err(error) = done {
            let is_new = self.run.set(Err(plain(error.to_string()))).is_ok();
            // One that continues another does not start then, and says why itself.
            if !is_new || self.origin.resumed.is_none() {
                self.complain(&error);
            }
        }
        let _ = self.run.set(Err(String::new()));
        // Dropping the receiver frees whoever waits for an answer.
    }

    fn record(&mut self, receiver: &Receiver<Message>) -> Result<(), JournalError> {
        // All that does not need the run is done before it.
        let opened = self.open();
        let environment = std::mem::take(&mut self.origin.environment);
        let head = Git::new(self.root.clone(), Arc::new(environment), Cancel::new()).head();
        let own = Identity::own();
        let mut early = Vec::new();
        let (at, stages, rehearsal) = loop {
            let Ok(message) = receiver.recv() else {
                return Ok(());
            };
            match message.what {
                What::Event(Event::RunStarted { stages, rehearsal }) => {
                    break (message.at, stages, rehearsal);
                }
                What::End => return Ok(()),
                what => early.push(Message { what, ..message }),
            }
        };
        let journal = opened?;
        let mut prepared = Prepared::new(&journal.connection);
        let begin = Begin {
            origin: &self.origin,
            head,
            own,
            at,
        };
        let run = begin.write(&stages, rehearsal, &mut prepared, &self.secrets)?;
        let _ = self.run.set(Ok(run));
        // While the first command runs: at its end somebody waits.
        for sql in rows::USUAL {
            prepared.prepare(sql)?;
        }
        let mut recording = self.recording(prepared, &journal.folder, run);
        self.batch(&mut recording, early);
        while let Ok(first) = receiver.recv() {
            let batch = gather(first, receiver);
            if self.batch(&mut recording, batch) {
                break;
            }
        }
        Ok(())
    }

    fn open(&mut self) -> Result<Journal, JournalError> {
        let journal = Journal::open(&self.root)?;
        // To fold the log at every end would cost more than a short run.
        let connection = &journal.connection;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        connection.pragma_update(None, "wal_autocheckpoint", FOLD_AFTER)?;
        if let (Some(stopped), Some(warn)) = (journal.stop_orphans()?, &self.warn) {
            warn(stopped.to_string());
        }
        Ok(journal)
    }

    fn recording<'a>(&self, prepared: Prepared<'a>, folder: &Path, run: i64) -> Recording<'a> {
        Recording {
            prepared,
            groups: Groups::default(),
            logs: Logs::new(folder.to_owned(), run, self.secrets.clone()),
            run,
            secrets: self.secrets.clone(),
            attempts: HashMap::new(),
        }
    }

    /// Writes all of `batch` and tells those who wait for it. Tells whether it holds the end.
    fn batch(&mut self, recording: &mut Recording<'_>, batch: Vec<Message>) -> bool {
        // Whoever reads in a log what a process said finds the process too; and whoever finds that
        // the run is over finds all that was said.
        let closes =
            |message: &Message| matches!(message.what, What::Event(Event::RunFinished { .. }));
        let log_first = batch.iter().any(closes);
        if log_first {
            self.log(recording, &batch);
        }
        if let Err(error) = recording.store(&batch) {
            self.complain(&error);
        }
        if !log_first {
            self.log(recording, &batch);
        }
        let ends = batch
            .iter()
            .any(|message| matches!(message.what, What::End));
        for done in batch.into_iter().filter_map(|message| message.done) {
            // Whoever waited may have stopped to.
            let _ = done.send(());
        }
        ends
    }

    fn log(&mut self, recording: &mut Recording<'_>, batch: &[Message]) {
        for message in batch {
            let logged = match &message.what {
                What::Event(event) => recording.logs.event(event),
                What::End => recording.logs.finish(),
                What::Group(_) | What::Parts(..) => Ok(()),
            };
            if let Err(error) = logged {
                self.complain(&error.into());
            }
            if let What::Event(Event::Output { bytes, .. }) = &message.what {
                self.queued.fetch_sub(bytes.len(), Ordering::Relaxed);
            }
        }
    }

    /// Once: a full disk is full for the next event too.
    fn complain(&mut self, error: &JournalError) {
        if let Some(warn) = self.warn.take() {
            let hint = error.hint();
            let hint = hint.map_or(String::new(), |hint| format!("; {hint}"));
            let error = plain(error.to_string());
            warn(format!(
                "this run cannot be recorded in `{}`: {error}{hint}",
                state::FOLDER
            ));
        }
    }
}

/// `first` and what comes soon after it, up to what somebody waits for.
fn gather(first: Message, receiver: &Receiver<Message>) -> Vec<Message> {
    let until = Instant::now() + GATHER;
    let mut batch = vec![first];
    while batch.len() < MOST && batch.last().is_some_and(|last| last.done.is_none()) {
        let left = until.saturating_duration_since(Instant::now());
        match receiver.recv_timeout(left) {
            Ok(message) => batch.push(message),
            Err(_) => break,
        }
    }
    batch
}

impl Recording<'_> {
    fn store(&mut self, batch: &[Message]) -> Result<(), JournalError> {
        for message in batch {
            if let What::Group(change) = message.what {
                self.groups.change(change);
            }
        }
        let wanted = |message: &Message| match &message.what {
            What::Event(event) => rows::are_of(event),
            What::Parts(..) => true,
            What::Group(_) | What::End => false,
        };
        if !self.groups.have_changed() && !batch.iter().any(wanted) {
            return Ok(());
        }
        let Self {
            prepared,
            groups,
            run,
            secrets,
            attempts,
            ..
        } = self;
        prepared.together(|prepared| {
            let mut rows = Rows {
                prepared: &mut *prepared,
                run: *run,
                secrets,
                attempts,
            };
            for message in batch {
                match &message.what {
                    What::Event(event) => rows.event(event, message.at)?,
                    What::Parts(stage, parts) => rows.parts(stage, parts)?,
                    What::Group(_) | What::End => {}
                }
            }
            Ok(groups.write(*run, prepared)?)
        })
    }
}
