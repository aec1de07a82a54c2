//! Runs of random graphs on a clock of their own.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use proptest::collection::vec;
use proptest::prelude::*;

use super::{End, Queue, Turn};
use crate::plan::{Need, Stage};

/// A stage's needs, all of which stand before it, and how long it takes.
#[derive(Clone, Debug)]
struct Task {
    needs: Vec<usize>,
    takes: u64,
}

fn graph() -> impl Strategy<Value = Vec<Task>> {
    let task = (vec(any::<prop::sample::Index>(), 0..4), 1..50_u64);
    vec(task, 1..40).prop_map(|tasks| {
        let tasks = tasks.into_iter().enumerate();
        tasks
            .map(|(position, (needs, takes))| Task {
                needs: match position {
                    0 => Vec::new(),
                    _ => needs.iter().map(|need| need.index(position)).collect(),
                },
                takes,
            })
            .collect()
    })
}

fn stages(tasks: &[Task]) -> Vec<Stage> {
    let name = |position: usize| format!("s{position}").into();
    let need = |position: &usize| Need {
        stage: name(*position),
        place: None,
    };
    let tasks = tasks.iter().enumerate();
    tasks
        .map(|(position, task)| Stage {
            name: name(position),
            needs: task.needs.iter().map(need).collect(),
            ..Stage::default()
        })
        .collect()
}

/// When each stage started and ended, and how it did; `end_of` tells how one that runs ends.
struct Played {
    times: Vec<Option<(u64, u64)>>,
    turns: Vec<Turn>,
    makespan: u64,
    most_at_once: usize,
}

fn play(tasks: &[Task], stages: &[Stage], jobs: usize, fails: &dyn Fn(usize) -> bool) -> Played {
    let mut queue = Queue::new(&stages.iter().collect::<Vec<_>>());
    let mut played = Played {
        times: vec![None; tasks.len()],
        turns: Vec::new(),
        makespan: 0,
        most_at_once: 0,
    };
    let mut ends = BinaryHeap::new();
    let mut now = 0;
    loop {
        while let Some(turn) = queue.next(jobs) {
            played.turns.push(turn);
            if let Turn::Start(stage) = turn {
                played.times[stage] = Some((now, now + tasks[stage].takes));
                ends.push(Reverse((now + tasks[stage].takes, stage)));
            }
            played.most_at_once = played.most_at_once.max(ends.len());
        }
        let Some(Reverse((time, stage))) = ends.pop() else {
            break;
        };
        now = time;
        let end = if fails(stage) {
            End::Failed
        } else {
            End::Passed
        };
        queue.ended(stage, end);
    }
    played.makespan = now;
    played
}

fn critical_path(tasks: &[Task]) -> u64 {
    let mut finish: Vec<u64> = Vec::new();
    for task in tasks {
        let start = task.needs.iter().map(|need| finish[*need]).max();
        finish.push(start.unwrap_or_default() + task.takes);
    }
    finish.into_iter().max().unwrap_or_default()
}

proptest! {
    #[test]
    fn no_stage_starts_before_its_needs_have_ended(tasks in graph(), jobs in 1..5_usize) {
        let played = play(&tasks, &stages(&tasks), jobs, &|_| false);
        prop_assert!(played.most_at_once <= jobs);
        for (task, times) in tasks.iter().zip(&played.times) {
            let (start, _) = times.expect("every stage ran");
            for need in &task.needs {
                prop_assert!(played.times[*need].expect("it ran").1 <= start);
            }
        }
    }

    #[test]
    fn with_jobs_enough_a_run_takes_as_long_as_its_critical_path(tasks in graph()) {
        let played = play(&tasks, &stages(&tasks), tasks.len(), &|_| false);
        prop_assert_eq!(played.makespan, critical_path(&tasks));
    }

    /// Graham's bound: no job is idle while a stage could start.
    #[test]
    fn with_few_jobs_none_is_idle_while_a_stage_could_start(tasks in graph(), jobs in 1..5_u64) {
        let limit = usize::try_from(jobs).expect("a small number");
        let played = play(&tasks, &stages(&tasks), limit, &|_| false);
        let work: u64 = tasks.iter().map(|task| task.takes).sum();
        let path = critical_path(&tasks);
        prop_assert!(played.makespan * jobs <= work + path * (jobs - 1));
    }

    #[test]
    fn what_needs_a_failed_stage_never_starts_and_all_else_does(
        tasks in graph(),
        jobs in 1..5_usize,
        failing in any::<prop::sample::Index>(),
    ) {
        let failing = failing.index(tasks.len());
        let played = play(&tasks, &stages(&tasks), jobs, &|stage| stage == failing);
        let mut behind = vec![false; tasks.len()];
        for (position, task) in tasks.iter().enumerate() {
            behind[position] = task.needs.iter().any(|need| *need == failing || behind[*need]);
            prop_assert_eq!(played.times[position].is_none(), behind[position]);
        }
    }

    #[test]
    fn what_always_runs_does(
        tasks in graph(),
        always in any::<prop::sample::Index>(),
        failing in any::<prop::sample::Index>(),
    ) {
        let (always, failing) = (always.index(tasks.len()), failing.index(tasks.len()));
        let mut stages = stages(&tasks);
        stages[always].always = true;
        let played = play(&tasks, &stages, 2, &|stage| stage == failing);
        prop_assert!(played.times[always].is_some());
    }
}

#[test]
fn stages_start_in_the_order_of_the_run() {
    let tasks: Vec<_> = [&[][..], &[], &[0], &[1], &[2, 3]]
        .into_iter()
        .map(|needs| Task {
            needs: needs.to_vec(),
            takes: 1,
        })
        .collect();
    let played = play(&tasks, &stages(&tasks), 1, &|_| false);
    assert_eq!(played.turns, [0, 1, 2, 3, 4].map(Turn::Start));
}

#[test]
fn once_stopped_only_what_always_runs_is_started() {
    let tasks = vec![
        Task {
            needs: Vec::new(),
            takes: 1,
        };
        3
    ];
    let mut stages = stages(&tasks);
    stages[2].always = true;
    let mut queue = Queue::new(&stages.iter().collect::<Vec<_>>());
    assert_eq!(queue.next(1), Some(Turn::Start(0)));
    queue.stop();
    assert_eq!(
        queue.next(1),
        Some(Turn::Drop {
            stage: 1,
            need: None
        })
    );
    assert_eq!(queue.next(1), None);
    queue.ended(0, End::Failed);
    assert_eq!(queue.next(1), Some(Turn::Start(2)));
    queue.ended(2, End::Passed);
    assert_eq!(queue.next(1), None);
    assert_eq!(queue.count(End::Dropped), 1);
}

#[test]
fn what_needs_a_skipped_stage_is_skipped_with_it() {
    let tasks = [&[][..], &[0], &[1]].map(|needs| Task {
        needs: needs.to_vec(),
        takes: 1,
    });
    let stages = stages(&tasks);
    let mut queue = Queue::new(&stages.iter().collect::<Vec<_>>());
    assert_eq!(queue.next(1), Some(Turn::Start(0)));
    queue.ended(0, End::Skipped);
    assert_eq!(queue.next(1), Some(Turn::Skip { stage: 1, need: 0 }));
    assert_eq!(queue.next(1), Some(Turn::Skip { stage: 2, need: 1 }));
    assert_eq!(queue.next(1), None);
}
