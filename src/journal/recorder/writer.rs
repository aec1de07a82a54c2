//! Writes what was queued.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use rusqlite::config::DbConfig;

use super::attempts::Again;
use super::begun::Begun;
use super::groups::Groups;
use super::log::Logs;
use super::prepared::Prepared;
use super::rows::{self, Begin, Rows};
use super::{Message, Number, Origin, What};
use crate::event::Event;
use crate::journal::{Journal, JournalError, unfinished};
use crate::secret::Secrets;
use crate::service::git::Head;
use crate::service::process::Identity;
use crate::service::state;
use crate::words::plain;

/// Pages of the write-ahead log before it is folded into the database: the next run reads it whole.
const FOLD_AFTER: u32 = 100;

/// The same while a run goes on, which the fold would hold up.
const FOLD_IN_RUN_AFTER: u32 = 1000;

type Warn = Box<dyn Fn(String) + Send>;

/// Who writes a run.
pub(super) struct Writer {
    pub(super) root: PathBuf,
    pub(super) secrets: Secrets,
    pub(super) origin: Origin,
    /// Taken by the first trouble.
    pub(super) warn: Option<Warn>,
    pub(super) run: Arc<OnceLock<Number>>,
    /// What was checked out when the run started.
    pub(super) head: Arc<OnceLock<Head>>,
    /// What came before the run.
    pub(super) early: Vec<Message>,
    pub(super) state: State,
}

pub(super) enum State {
    Closed,
    /// All that does not need the run is done; if that failed, only a run has to know.
    Open(Result<Box<Open>, JournalError>),
    Recording(Box<Recording>),
    /// Nothing is recorded any more.
    Over,
}

pub(super) struct Open {
    journal: Journal,
    own: Identity,
}

/// A run that has a number, on its way into the journal.
pub(super) struct Recording {
    journal: Journal,
    record: Record,
}

pub(super) struct Record {
    run: i64,
    secrets: Secrets,
    groups: Groups,
    logs: Logs,
    /// Which attempt of each stage this is, where it is not the first.
    attempts: HashMap<Arc<str>, Again>,
    /// What could not be written.
    troubles: Vec<JournalError>,
}

impl Writer {
    /// Does what does not need the run.
    pub(super) fn open(&mut self) {
        if matches!(self.state, State::Closed) {
            self.state = State::Open(self.opened().map(Box::new));
        }
    }

    /// Writes `messages`, or keeps them for the run that they come before.
    pub(super) fn write(&mut self, messages: Vec<Message>) {
        if matches!(self.state, State::Closed) && self.spool(&messages) {
            let _ = self.run.set(Err(String::new()));
            return self.close();
        }
        self.open();
        match &self.state {
            State::Recording(_) => self.batch(&messages),
            State::Open(_) => {
                let start = messages.iter().position(|message| message.what.begins());
                let start = start.map(|start| self.early.len() + start);
                self.early.extend(messages);
                if let Some(start) = start {
                    let started = self.early.remove(start);
                    self.begin(started);
                }
            }
            State::Closed | State::Over => {}
        }
    }

    pub(super) fn close(&mut self) {
        self.state = State::Over;
    }

    /// Starts to record the run that `started`, and what came before it.
    fn begin(&mut self, started: Message) {
        let Message { at, what } = started;
        let What::Event(Event::RunStarted { stages, rehearsal }) = what else {
            return;
        };
        let State::Open(open) = std::mem::replace(&mut self.state, State::Over) else {
            return;
        };
        let early = std::mem::take(&mut self.early);
        let recording = open.and_then(|open| {
            let Open { journal, own } = *open;
            let begin = Begin {
                origin: &self.origin,
                head: self.head.get().cloned().unwrap_or_default(),
                own,
                at,
            };
            let begin =
                |prepared: &Prepared<'_>| begin.write(&stages, rehearsal, prepared, &self.secrets);
            Recording::begin(journal, &self.secrets, begin, &early)
        });
        match recording {
            Ok(mut recording) => {
                if !end_the_run(&early) {
                    unfinished::mark(&recording.journal.folder);
                }
                let _ = self.run.set(Ok(recording.record.run));
                let troubles = std::mem::take(&mut recording.record.troubles);
                self.state = State::Recording(Box::new(recording));
                self.complain(&troubles);
            }
            Err(error) => self.give_up(&error),
        }
    }

    /// Tells why there is no record.
    fn give_up(&mut self, error: &JournalError) {
        let is_new = self.run.set(Err(plain(error.to_string()))).is_ok();
        // One that continues another does not start then, and says why itself.
        if !is_new || self.origin.resumed.is_none() {
            self.complain([error]);
        }
    }

    fn opened(&mut self) -> Result<Open, JournalError> {
        let journal = Journal::open(&self.root)?;
        let connection = &journal.connection;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        // To fold the log at every end would cost more than a short run.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        connection.pragma_update(None, "wal_autocheckpoint", FOLD_AFTER)?;
        if let (Some(stopped), Some(warn)) = (journal.stop_orphans()?, &self.warn) {
            warn(stopped.to_string());
        }
        Ok(Open {
            own: Identity::own(),
            journal,
        })
    }

    fn batch(&mut self, batch: &[Message]) {
        if let State::Recording(recording) = &mut self.state {
            let troubles = recording.batch(batch);
            self.complain(&troubles);
        }
    }

    /// Once: a full disk is full for the next event too.
    fn complain<'a>(&mut self, troubles: impl IntoIterator<Item = &'a JournalError>) {
        let Some(error) = troubles.into_iter().next() else {
            return;
        };
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

/// How many statements a connection keeps prepared.
const STATEMENTS: usize = 32;

impl Recording {
    /// Of the run that `begin` gives its number; the `early` messages are in the same transaction.
    fn begin(
        journal: Journal,
        secrets: &Secrets,
        begin: impl FnOnce(&Prepared<'_>) -> Result<i64, JournalError>,
        early: &[Message],
    ) -> Result<Self, JournalError> {
        let log_first = end_the_run(early);
        let mut record = Prepared::together(&journal.connection, |prepared| {
            let run = begin(prepared)?;
            let mut record = Record::new(run, &journal.folder, secrets);
            record.note_groups(early);
            if log_first {
                record.log(early);
            }
            record.rows(early, prepared)?;
            Ok::<_, JournalError>(record)
        })?;
        if !log_first {
            record.log(early);
        }
        let mut recording = Self { journal, record };
        // While the first command runs: at its end somebody waits.
        let ready = recording.make_ready();
        recording.record.troubles.extend(ready.err());
        Ok(recording)
    }

    fn make_ready(&self) -> Result<(), JournalError> {
        let connection = &self.journal.connection;
        connection.pragma_update(None, "wal_autocheckpoint", FOLD_IN_RUN_AFTER)?;
        for sql in rows::LAST {
            connection.prepare_cached(sql)?;
        }
        Ok(())
    }

    /// Gives what could not be written.
    fn batch(&mut self, batch: &[Message]) -> Vec<JournalError> {
        let Self { journal, record } = self;
        let log_first = end_the_run(batch);
        if log_first {
            record.log(batch);
        }
        record.note_groups(batch);
        if record.has_rows(batch) {
            let stored =
                Prepared::together(&journal.connection, |prepared| record.rows(batch, prepared));
            if log_first && stored.is_ok() {
                unfinished::clear(journal);
            }
            record.troubles.extend(stored.err());
        }
        if !log_first {
            record.log(batch);
        }
        std::mem::take(&mut record.troubles)
    }
}

/// Whoever reads in a log what a process said finds the process too, so that logs are written last;
/// but whoever finds that the run is over finds all that was said.
pub(super) fn end_the_run(batch: &[Message]) -> bool {
    batch
        .iter()
        .any(|message| matches!(message.what, What::Event(Event::RunFinished { .. })))
}

impl Record {
    pub(super) fn new(run: i64, folder: &Path, secrets: &Secrets) -> Self {
        Self {
            run,
            secrets: secrets.clone(),
            groups: Groups::default(),
            logs: Logs::new(folder.to_owned(), run, secrets.clone()),
            attempts: HashMap::new(),
            troubles: Vec::new(),
        }
    }

    fn log(&mut self, batch: &[Message]) {
        for message in batch {
            let logged = match &message.what {
                What::Event(event) => self.logs.event(event),
                What::End => self.logs.finish(),
                What::Group(_) | What::Parts(..) => Ok(()),
            };
            self.troubles.extend(logged.err().map(JournalError::from));
        }
    }

    fn note_groups(&mut self, batch: &[Message]) {
        for message in batch {
            if let What::Group(change) = message.what {
                self.groups.change(change);
            }
        }
    }

    /// Whether `batch`, whose groups are noted, changes a table.
    fn has_rows(&self, batch: &[Message]) -> bool {
        let wanted = |message: &Message| match &message.what {
            What::Event(event) => rows::are_of(event),
            What::Parts(..) => true,
            What::Group(_) | What::End => false,
        };
        self.groups.have_changed() || batch.iter().any(wanted)
    }

    pub(super) fn rows(
        &mut self,
        batch: &[Message],
        prepared: &Prepared<'_>,
    ) -> Result<(), JournalError> {
        let mut rows = Rows {
            prepared,
            run: self.run,
            secrets: &self.secrets,
            attempts: &mut self.attempts,
            begun: Begun::default(),
        };
        for message in batch {
            match &message.what {
                What::Event(event) => rows.event(event, message.at)?,
                What::Parts(stage, parts) => rows.parts(stage, parts),
                What::Group(_) | What::End => {}
            }
        }
        rows.settle()?;
        Ok(self.groups.write(self.run, prepared)?)
    }
}
