//! Writes what was queued.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use rusqlite::Connection;
use rusqlite::config::DbConfig;

use super::attempts::Again;
use super::begun::Begun;
use super::groups::Groups;
use super::log::Logs;
use super::prepared::Prepared;
use super::rows::{self, Begin, Rows};
use super::{Message, Number, Origin, What};
use crate::cancel::Cancel;
use crate::event::Event;
use crate::journal::{Journal, JournalError};
use crate::secret::Secrets;
use crate::service::git::{Git, Head};
use crate::service::process::{Identity, own_environment};
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
    head: Head,
    own: Identity,
}

/// A run that has a number, on its way into the journal.
pub(super) struct Recording {
    journal: Journal,
    groups: Groups,
    logs: Logs,
    run: i64,
    secrets: Secrets,
    /// Which attempt of each stage this is, where it is not the first.
    attempts: HashMap<Arc<str>, Again>,
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
        self.open();
        match &self.state {
            State::Recording(_) => self.batch(messages),
            State::Open(_) => {
                let starts = |message: &Message| {
                    matches!(message.what, What::Event(Event::RunStarted { .. }))
                };
                let start = messages.iter().position(starts);
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

    /// Starts to record the run that `started`.
    fn begin(&mut self, started: Message) {
        let Message { at, what } = started;
        let What::Event(Event::RunStarted { stages, rehearsal }) = what else {
            return;
        };
        let State::Open(open) = std::mem::replace(&mut self.state, State::Over) else {
            return;
        };
        let begun = open.and_then(|open| {
            let Open { journal, head, own } = *open;
            let begin = Begin {
                origin: &self.origin,
                head,
                own,
                at,
            };
            let prepared = Prepared::new(&journal.connection);
            let run = begin.write(&stages, rehearsal, &prepared, &self.secrets)?;
            Ok((journal, run))
        });
        match begun {
            Ok((journal, run)) => {
                let _ = self.run.set(Ok(run));
                self.state = State::Recording(Box::new(self.recording(journal, run)));
            }
            Err(error) => self.give_up(&error),
        }
        let early = std::mem::take(&mut self.early);
        self.batch(early);
    }

    /// Tells why there is no record.
    fn give_up(&mut self, error: &JournalError) {
        let is_new = self.run.set(Err(plain(error.to_string()))).is_ok();
        // One that continues another does not start then, and says why itself.
        if !is_new || self.origin.resumed.is_none() {
            self.complain(error);
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
        // CI tells there what is checked out.
        let environment = own_environment().clone();
        Ok(Open {
            head: Git::new(self.root.clone(), environment, Cancel::new()).head(),
            own: Identity::own(),
            journal,
        })
    }

    fn recording(&mut self, journal: Journal, run: i64) -> Recording {
        // While the first command runs: at its end somebody waits.
        if let Err(error) = make_ready(&journal.connection) {
            self.complain(&error.into());
        }
        Recording {
            groups: Groups::default(),
            logs: Logs::new(journal.folder.clone(), run, self.secrets.clone()),
            journal,
            run,
            secrets: self.secrets.clone(),
            attempts: HashMap::new(),
        }
    }

    fn batch(&mut self, batch: Vec<Message>) {
        let State::Recording(recording) = &mut self.state else {
            return;
        };
        // Whoever reads in a log what a process said finds the process too; and whoever finds that
        // the run is over finds all that was said.
        let closes =
            |message: &Message| matches!(message.what, What::Event(Event::RunFinished { .. }));
        let mut troubles = Vec::new();
        let log_first = batch.iter().any(closes);
        if log_first {
            recording.log(&batch, &mut troubles);
        }
        troubles.extend(recording.store(&batch).err());
        if !log_first {
            recording.log(&batch, &mut troubles);
        }
        for error in troubles {
            self.complain(&error);
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

/// How many statements a connection keeps prepared.
const STATEMENTS: usize = 32;

fn make_ready(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "wal_autocheckpoint", FOLD_IN_RUN_AFTER)?;
    for sql in rows::USUAL {
        connection.prepare_cached(sql)?;
    }
    Ok(())
}

impl Recording {
    fn log(&mut self, batch: &[Message], troubles: &mut Vec<JournalError>) {
        for message in batch {
            let logged = match &message.what {
                What::Event(event) => self.logs.event(event),
                What::End => self.logs.finish(),
                What::Group(_) | What::Parts(..) => Ok(()),
            };
            troubles.extend(logged.err().map(JournalError::from));
        }
    }

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
            journal,
            groups,
            run,
            secrets,
            attempts,
            ..
        } = self;
        Prepared::new(&journal.connection).together(|prepared| {
            let mut rows = Rows {
                prepared,
                run: *run,
                secrets,
                attempts,
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
            Ok(groups.write(*run, prepared)?)
        })
    }
}
