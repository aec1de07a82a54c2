//! Who runs the stages: threads that hand the schedule round. Whoever ends a stage starts what that
//! made ready, and runs the first of it: to wake another thread takes longer than a short stage.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, Scope};
use std::time::{Duration, Instant};

use super::attempt::Attempt;
use super::schedule::{Schedule, Start};
use super::stage::{self, Ended};
use super::workers::Workers;
use crate::failure::{Failure, Kind, guard};
use crate::plan::Stage;

/// Runs until nothing runs and nothing can be started, and watches the clock meanwhile.
pub(super) fn run(schedule: &mut Schedule<'_>) {
    thread::scope(|scope| {
        let crew = Arc::new(Crew {
            scope,
            work: Mutex::new(Work {
                schedule,
                workers: Workers::new(),
                busy: 0,
            }),
            clock: Mutex::default(),
            news: Condvar::new(),
        });
        crew.proceed(None);
        crew.watch();
    });
}

struct Crew<'scope, 'env, 'a> {
    scope: &'scope Scope<'scope, 'env>,
    /// Held while what became of a stage is told, which may take as long as somebody reads.
    work: Mutex<Work<'scope, 'a>>,
    clock: Mutex<Clock<'a>>,
    /// The clock has another attempt to watch, or none ever again.
    news: Condvar,
}

struct Work<'scope, 'a> {
    schedule: &'scope mut Schedule<'a>,
    workers: Workers<'scope>,
    /// How many stages run now.
    busy: usize,
}

/// What has a time limit, by the position of its stage.
#[derive(Default)]
struct Clock<'a> {
    attempts: BTreeMap<usize, (Attempt, &'a Stage)>,
    over: bool,
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
    fn proceed(self: &Arc<Self>, news: Option<News>) {
        let done = guard("between its stages", || {
            self.go_on(news);
            Ok(())
        });
        let mut work = self.work();
        if let Err(failure) = done {
            work.schedule.broke(failure);
        }
        if work.busy == 0 {
            self.clock().over = true;
            self.news.notify_one();
        }
    }

    fn go_on(self: &Arc<Self>, mut news: Option<News>) {
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
        let mut work = self.work();
        if let Some(news) = news {
            work.busy -= 1;
            work.workers.free(news.worker);
            work.schedule.end(news.position, news.ended);
        }
        while let Some(start) = work.schedule.next() {
            if start.lone {
                work.busy += 1;
                return Some(start);
            }
            self.start(&mut work, start);
        }
        None
    }

    fn start(self: &Arc<Self>, work: &mut Work<'scope, 'a>, start: Start<'a>) {
        let crew = self.clone();
        let position = start.position;
        let started = work.workers.start(self.scope, move |worker| {
            let ended = crew.carry_out(start);
            crew.proceed(Some(News {
                position,
                ended,
                worker: Some(worker),
            }));
        });
        match started {
            Ok(()) => work.busy += 1,
            Err(error) => {
                let failure = Failure::new(Kind::Pipeline, "cannot start another thread")
                    .because(error.to_string());
                let ended = Ended::Failed(Box::new(failure));
                work.schedule.end(position, ended);
            }
        }
    }

    fn carry_out(&self, start: Start<'a>) -> Ended {
        let Start { position, job, .. } = start;
        let ended = stage::run(&job, &|attempt| {
            let started = attempt.started;
            if attempt.deadline(job.stage).is_some() {
                self.clock().attempts.insert(position, (attempt, job.stage));
                self.news.notify_one();
            }
            self.work().schedule.attempted(position, started);
        });
        self.clock().attempts.remove(&position);
        ended
    }

    /// Waits until nothing runs, and stops what has run for too long.
    fn watch(&self) {
        let mut clock = self.clock();
        while !clock.over {
            let left = clock.next().map_or(Duration::MAX, |deadline| {
                deadline.saturating_duration_since(Instant::now())
            });
            let waited = self.news.wait_timeout(clock, left);
            clock = waited.unwrap_or_else(PoisonError::into_inner).0;
            clock.stop_overdue();
        }
    }

    fn work(&self) -> MutexGuard<'_, Work<'scope, 'a>> {
        self.work.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn clock(&self) -> MutexGuard<'_, Clock<'a>> {
        self.clock.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock<'_> {
    /// When the next attempt's time will be up.
    fn next(&self) -> Option<Instant> {
        let attempts = self.attempts.values();
        attempts
            .filter_map(|(attempt, stage)| attempt.deadline(stage))
            .min()
    }

    fn stop_overdue(&self) {
        for (attempt, stage) in self.attempts.values() {
            attempt.stop_if_overdue(stage);
        }
    }
}
