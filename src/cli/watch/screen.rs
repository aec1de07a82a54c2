//! What a person sees of a watch beside its runs.

use std::sync::Arc;

use super::session::Over;
use crate::event::{Event, Events, Watched};
use crate::report::{Options, Report, Status};
use crate::secret::Secrets;
use crate::watch::Watcher;

pub(super) struct Screen {
    report: Report,
    events: Events,
    status: Status,
    last: Option<Over>,
    /// The line that stands there.
    standing: Option<(Option<bool>, String)>,
}

impl Screen {
    pub(super) fn new(options: &Options, secrets: &Secrets) -> Self {
        let report = Report::of_watch(options, secrets);
        Self {
            events: report.events(),
            report,
            status: Status::new(options, secrets),
            last: None,
            standing: None,
        }
    }

    /// Tells something: among what a run says, where one goes on.
    pub(super) fn tell(&mut self, run: Option<&Events>, watched: Watched) {
        self.give_way();
        run.unwrap_or(&self.events).emit(Event::Watched(watched));
    }

    /// A run is about to write.
    pub(super) fn give_way(&mut self) {
        self.standing = None;
        self.status.clear();
    }

    pub(super) fn ended(&mut self, over: Over) {
        self.last = Some(over);
    }

    /// How things stand, while no run goes on.
    pub(super) fn stand(&mut self, watcher: &Watcher) {
        if watcher.is_running() {
            return;
        }
        let waiting = match (watcher.is_paused(), watcher.activity()) {
            _ if watcher.is_gone() => "waiting until the folder is back".to_owned(),
            (true, _) => "paused: p continues".to_owned(),
            (false, Some(activity)) => {
                format!("waiting until {} is over; enter runs now", activity.what)
            }
            (false, None) => "waiting for changes".to_owned(),
        };
        let failing: Vec<_> = watcher.failing().map(Arc::clone).collect();
        let left: Vec<_> = watcher.left().map(Arc::clone).collect();
        let (good, last) = match self.last {
            None | Some(Over::Superseded | Over::Refused(_)) => (None, String::new()),
            Some(Over::Broken) => (Some(false), "the script is wrong · ".to_owned()),
            _ if !failing.is_empty() => (Some(false), format!("{} failing · ", failing.join(", "))),
            _ if !left.is_empty() => (Some(false), format!("{} not run · ", left.join(", "))),
            Some(Over::Failed) => (Some(false), "failed · ".to_owned()),
            Some(Over::Passed) => (Some(true), "passed · ".to_owned()),
        };
        let count = watcher.stages().names().count();
        let noun = if count == 1 { "stage" } else { "stages" };
        let line = (good, format!("{last}{count} {noun} · {waiting} · ? help"));
        if self.standing.as_ref() != Some(&line) {
            self.status.show(line.0, &line.1);
            self.standing = Some(line);
        }
    }

    pub(super) fn close(mut self) {
        self.status.clear();
        // It has neither files nor a failure.
        let _ = self.report.close(Ok(()));
    }
}
