//! A run that is over before anything of it was written.

use super::prepared::Prepared;
use super::rows::Begin;
use super::writer::{Record, Writer, end_the_run};
use super::{Message, What};
use crate::event::{Event, Outcome};
use crate::journal::{Journal, JournalError, spool, unfinished};
use crate::service::process::Identity;
use crate::service::state;

impl Writer {
    /// Whether `messages` are a whole run of which there is no more to say than that it passed. It is
    /// spooled then: to open the database would take as long as all the rest.
    pub(super) fn spool(&self, messages: &[Message]) -> bool {
        self.origin.resumed.is_none()
            && end_the_run(messages)
            // Else somebody waits for its number.
            && messages.iter().any(|message| matches!(message.what, What::End))
            && messages.iter().all(is_plain)
            && Journal::is_in(&self.root)
            && !unfinished::is_marked(&self.root.join(state::FOLDER))
            // What cannot be spooled may be recorded all the same.
            && self.spooled(messages).is_ok_and(|spooled| spooled)
    }

    fn spooled(&self, messages: &[Message]) -> Result<bool, JournalError> {
        let started = messages.iter().find_map(|message| match &message.what {
            What::Event(Event::RunStarted { stages, rehearsal }) => {
                Some((message.at, stages, *rehearsal))
            }
            _ => None,
        });
        let Some((at, stages, rehearsal)) = started else {
            return Ok(false);
        };
        let begin = Begin {
            origin: &self.origin,
            head: self.head.get().cloned().unwrap_or_default(),
            // Nobody will ask whether it lives.
            own: Identity::default(),
            at,
        };
        let gathered = Prepared::gathered();
        let run = begin.write(stages, rehearsal, &gathered, &self.secrets)?;
        let folder = self.root.join(state::FOLDER);
        Record::new(run, &folder, &self.secrets).rows(messages, &gathered)?;
        match gathered.into_statements() {
            Some(statements) => Ok(spool::append(&folder, &statements)?),
            None => Ok(false),
        }
    }
}

/// Whether it is all in the tables, and no trouble.
fn is_plain(message: &Message) -> bool {
    match &message.what {
        What::Event(event) => match event {
            Event::StageFinished { outcome, .. } => matches!(outcome, Outcome::Passed),
            Event::ActionFinished { result, .. } => result.is_ok(),
            Event::RunFinished { failure, .. } => failure.is_none(),
            Event::RunStarted { .. }
            | Event::StageStarted { .. }
            | Event::ActionStarted { .. }
            | Event::OutputEnded { .. } => true,
            _ => false,
        },
        What::Group(_) | What::Parts(..) | What::End => true,
    }
}
