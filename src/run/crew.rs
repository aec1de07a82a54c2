//! Who runs the stages: threads that hand the schedule round. Whoever ends a stage starts what that
//! made ready, and runs the first of it: to wake another thread takes longer than a short stage.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, Scope};
use std::time::Instant;

use super::schedule::{Schedule, Start};
use super::stage::{self, Ended};
use super::workers::Workers;
use crate::failure::{Failure, Kind};

/// Runs until nothing runs and nothing can be started, and watches the clock meanwhile.
pub(super) fn run(schedule: &mut Schedule<'_>) {
    thread::scope(|scope| {
        let crew = Arc::new(Crew {
            scope,
            state: Mutex::new(State {
                schedule,
                workers: Workers::new(),
            }),
            news: Condvar::new(),
        });
        crew.proceed(None);
        crew.watch();
    });
}

struct Crew<'scope, 'env, 'a> {
    scope: &'scope Scope<'scope, 'env>,
    state: Mutex<State<'scope, 'a>>,
    /// Nothing runs any more, or there is another time limit to watch.
    news: Condvar,
}

struct State<'scope, 'a> {
    schedule: &'scope mut Schedule<'a>,
    workers: Workers<'scope>,
}

/// What became of the stage at `position`.
struct News {
    position: usize,
    ended: Ended,
    /// The thread that is free now, if it was not one that goes on here.
    worker: Option<usize>,
}

impl<'scope, 'env, 'a: 'scope> Crew<'scope, 'env, 'a>
where
    'env: 'scope,
{
    /// Takes the news and starts all that is ready. What nothing else can run beside is run right
    /// here.
    fn proceed(self: &Arc<Self>, mut news: Option<News>) {
        while let Some(start) = self.next(news.take()) {
            let position = start.position;
            news = Some(News {
                position,
                ended: self.carry_out(start),
                worker: None,
            });
        }
    }

    /// The next stage to run here, if there is one; others are started elsewhere.
    fn next(self: &Arc<Self>, news: Option<News>) -> Option<Start<'a>> {
        let mut state = self.lock();
        if let Some(news) = news {
            state.workers.free(news.worker);
            state.schedule.end(news.position, news.ended);
        }
        while let Some(start) = state.schedule.next() {
            if start.lone {
                return Some(start);
            }
            self.start(&mut state, start);
        }
        if state.schedule.is_idle() {
            self.news.notify_one();
        }
        None
    }

    fn start(self: &Arc<Self>, state: &mut State<'scope, 'a>, start: Start<'a>) {
        let crew = self.clone();
        let position = start.position;
        let started = state.workers.start(self.scope, move |worker| {
            let ended = crew.carry_out(start);
            crew.proceed(Some(News {
                position,
                ended,
                worker: Some(worker),
            }));
        });
        if let Err(error) = started {
            let failure = Failure::new(Kind::Pipeline, "cannot start another thread")
                .because(error.to_string());
            state
                .schedule
                .end(position, Ended::Failed(Box::new(failure)));
        }
    }

    fn carry_out(&self, start: Start<'a>) -> Ended {
        let Start { position, job, .. } = start;
        stage::run(&job, &|attempt| {
            if self.lock().schedule.attempted(position, attempt) {
                self.news.notify_one();
            }
        })
    }

    /// Waits until nothing runs, and stops what has run for too long.
    fn watch(&self) {
        let mut state = self.lock();
        while !state.schedule.is_idle() {
            state = match state.schedule.next_deadline() {
                None => self
                    .news
                    .wait(state)
                    .unwrap_or_else(PoisonError::into_inner),
                Some(deadline) => {
                    let left = deadline.saturating_duration_since(Instant::now());
                    let waited = self.news.wait_timeout(state, left);
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
            };
            state.schedule.stop_overdue();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<'scope, 'a>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
