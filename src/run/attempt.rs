//! One attempt at a stage: what stops it, and whether another follows.

use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::action::{Context, Trace};
use crate::cancel::{Cancel, Reason};
use crate::event::{Event, Events};
use crate::failure::Failure;
use crate::plan::{Retry, Stage};

/// An attempt that runs, as seen by who watches the clock.
#[derive(Clone, Debug)]
pub(super) struct Attempt {
    pub(super) cancel: Cancel,
    pub(super) started: Instant,
    /// When it last said something; only kept where that matters.
    heard: Option<Arc<Mutex<Instant>>>,
}

impl Attempt {
    /// Of `stage`, and the surroundings it runs in.
    pub(super) fn new(stage: &Stage, context: &Context) -> (Self, Context) {
        let started = Instant::now();
        let mut context = context.clone();
        context.cancel = context.cancel.child();
        context.trace = Trace::default();
        let heard = stage.silence.map(|_| Arc::new(Mutex::new(started)));
        if let Some(heard) = &heard {
            context.events = listening(&context.events, heard.clone());
        }
        let attempt = Self {
            cancel: context.cancel.clone(),
            started,
            heard,
        };
        (attempt, context)
    }

    /// When it has to be looked at again, unless it is being stopped already.
    pub(super) fn deadline(&self, stage: &Stage) -> Option<Instant> {
        if self.cancel.is_cancelled() {
            return None;
        }
        let end = stage
            .timeout
            .and_then(|limit| self.started.checked_add(limit));
        let silent = stage
            .silence
            .and_then(|limit| self.last_heard().checked_add(limit));
        [end, silent].into_iter().flatten().min()
    }

    /// Stops it if its time is up.
    pub(super) fn stop_if_overdue(&self, stage: &Stage) {
        let now = Instant::now();
        let written = |limit| humantime::format_duration(limit).to_string();
        if let Some(limit) = stage.timeout
            && now.duration_since(self.started) >= limit
        {
            self.cancel.cancel(Reason::TimedOut(written(limit)));
        } else if let Some(limit) = stage.silence
            && now.duration_since(self.last_heard()) >= limit
        {
            self.cancel.cancel(Reason::Silent(written(limit)));
        }
    }

    fn last_heard(&self) -> Instant {
        self.heard.as_ref().map_or(self.started, |heard| {
            *heard.lock().unwrap_or_else(PoisonError::into_inner)
        })
    }
}

/// `events`, where each sign of life is noted.
fn listening(events: &Events, heard: Arc<Mutex<Instant>>) -> Events {
    let events = events.clone();
    Events::new(move |event| {
        if let Event::Output { .. }
        | Event::Printed { .. }
        | Event::Said { .. }
        | Event::Warned { .. }
        | Event::Progress { .. } = event
        {
            *heard.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        }
        events.emit(event);
    })
}

/// How long to wait before the attempt after `attempt`, which `failure` ended for `reason`; nothing
/// if there is none.
pub(super) fn next(
    retry: Option<&Retry>,
    attempt: u32,
    failure: &Failure,
    reason: Option<&Reason>,
) -> Option<Duration> {
    let timed_out = matches!(reason, Some(Reason::TimedOut(_) | Reason::Silent(_)));
    if reason.is_some() && !timed_out {
        return None;
    }
    let retry = retry.filter(|retry| retry.follows(attempt, failure, timed_out))?;
    Some(retry.wait(attempt, fastrand::f64()))
}

/// Waits; less if the run is stopped.
pub(super) fn pause(cancel: &Cancel, time: Duration) {
    if let Some(interrupts) = cancel.interrupts() {
        interrupts.listen();
    }
    let (stop, stopped) = channel();
    let _registration = cancel.on_cancel(move || {
        // Nobody waits any more once the time is over.
        let _ = stop.send(());
    });
    let _ = stopped.recv_timeout(time);
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::next;
    use crate::cancel::Reason;
    use crate::failure::{Failure, Kind};
    use crate::plan::{Retry, RetryOn};

    #[test]
    fn each_wait_is_twice_the_one_before_and_then_there_is_none() {
        let retry = Retry {
            count: 3,
            backoff: Duration::from_secs(10),
            on: Vec::new(),
        };
        let failure = Failure::new(Kind::Pipeline, "no");
        for (attempt, expected) in [(1, 10), (2, 20), (3, 40)] {
            let wait = next(Some(&retry), attempt, &failure, None).expect("another attempt");
            let expected = Duration::from_secs(expected);
            assert!(wait >= expected / 2 && wait <= expected * 3 / 2, "{wait:?}");
        }
        assert_eq!(next(Some(&retry), 4, &failure, None), None);
        assert_eq!(next(None, 1, &failure, None), None);
    }

    #[test]
    fn only_the_failures_that_are_named_are_tried_again() {
        let mut failure = Failure::new(Kind::Pipeline, "no");
        failure.action = Some("http");
        failure.exit_code = Some(75);
        let timed_out = Reason::TimedOut("1s".to_owned());
        for (on, reason, expected) in [
            (RetryOn::Action("http".to_owned()), None, true),
            (RetryOn::Action("sh".to_owned()), None, false),
            (RetryOn::ExitCode(75), None, true),
            (RetryOn::ExitCode(1), None, false),
            (RetryOn::Timeout, None, false),
            (RetryOn::Timeout, Some(&timed_out), true),
            (RetryOn::ExitCode(75), Some(&Reason::Interrupted), false),
            (RetryOn::ExitCode(75), Some(&Reason::Superseded), false),
        ] {
            let retry = Retry {
                count: 1,
                backoff: Duration::from_secs(1),
                on: vec![on],
            };
            let wait = next(Some(&retry), 1, &failure, reason);
            assert_eq!(wait.is_some(), expected, "{retry:?} {reason:?}");
        }
    }
}
