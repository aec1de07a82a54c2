use super::*;
use crate::plan::{Need, Plan, Stage, Watch};
use crate::service::files::Changed;
use crate::watch::LOCK;

mod loops;
mod world;

const fn ms(count: u64) -> Duration {
    Duration::from_millis(count)
}

fn stage(name: &str, needs: &[&str], inputs: &[&str]) -> Stage {
    let need = |name: &&str| Need {
        stage: (*name).into(),
        place: None,
    };
    Stage {
        name: name.into(),
        declared: name.into(),
        needs: needs.iter().map(need).collect(),
        inputs: inputs.iter().map(|glob| (*glob).to_owned()).collect(),
        ..Stage::default()
    }
}

fn stages(list: Vec<Stage>) -> Stages {
    let order: Vec<_> = (0..list.len()).collect();
    Stages::new(&Plan { stages: list }, &order, |_| false).expect("globs")
}

/// `test` and `lint` of Python, and an `image` that needs both.
fn pipeline() -> Stages {
    stages(vec![
        stage("test", &[], &["*.py"]),
        stage("lint", &[], &["*.py", "setup.cfg"]),
        stage("image", &["test", "lint"], &["Dockerfile"]),
    ])
}

fn change(path: &str, during: &[&str]) -> Change {
    Change {
        path: path.into(),
        kind: Changed::Changed,
        during: during.iter().map(|name| (*name).into()).collect(),
        before: BTreeSet::new(),
        script: false,
    }
}

/// A watcher whose first run of `pipeline` passed at once.
fn quiet(on_busy: OnBusy, pipeline: Stages) -> Watcher {
    let mut watcher = Watcher::new(ms(3), on_busy, 8, "first run");
    assert!(matches!(
        watcher.next(ms(0), false),
        Some(Next::Start(Start {
            due: Due::Everything { .. },
            ..
        }))
    ));
    let names: Vec<_> = pipeline.names().cloned().collect();
    watcher.loaded(pipeline, &names);
    for name in &names {
        watcher.stage_started(ms(0), name);
        watcher.stage_ended(name, Ended::Passed);
    }
    watcher.run_ended();
    assert_eq!(watcher.next(ms(1), false), None);
    watcher
}

/// Saves a file at `now`, which starts a run of these stages.
#[track_caller]
fn save(watcher: &mut Watcher, now: Duration, path: &str) -> Vec<String> {
    watcher.touch(now);
    assert_eq!(watcher.next(now, false), None);
    let later = watcher.deadline(false).expect("a deadline");
    assert_eq!(watcher.next(later, false), Some(Next::Examine));
    let running: Vec<_> = watcher.running().into_iter().collect();
    let running: Vec<_> = running.iter().map(|name| &**name).collect();
    watcher.examined(later, &[change(path, &running)]);
    match watcher.next(later, false) {
        Some(Next::Start(start)) => started(watcher, start),
        _ => Vec::new(),
    }
}

fn started(watcher: &mut Watcher, start: Start) -> Vec<String> {
    let pipeline = watcher.stages().clone();
    let due: Vec<_> = match start.due {
        Due::Stages(stages) => stages.into_keys().collect(),
        Due::Everything { .. } => pipeline.automatic(),
    };
    let chosen = pipeline.with_needs(due.iter().copied()).into_iter();
    let chosen: Vec<_> = chosen.map(|one| pipeline.name(one).clone()).collect();
    let names = due.iter().map(|one| pipeline.name(*one).to_string());
    let names = names.collect();
    watcher.loaded(pipeline, &chosen);
    names
}

#[test]
fn a_save_starts_what_it_concerns_after_a_few_milliseconds() {
    let mut watcher = quiet(OnBusy::Restart, pipeline());
    watcher.touch(ms(1_000));
    assert_eq!(watcher.deadline(false), Some(ms(1_003)));
    assert_eq!(watcher.deadline(true), Some(ms(1_050)));
    assert_eq!(watcher.next(ms(1_002), false), None);
    assert_eq!(watcher.next(ms(1_003), false), Some(Next::Examine));
    let examined = watcher.examined(ms(1_003), &[change("setup.cfg", &[])]);
    let why = |name: &str, why: &str| (Arc::from(name), why.to_owned());
    assert_eq!(
        examined.concerned,
        [
            why("lint", "setup.cfg changed"),
            why("image", "it needs `lint`")
        ]
    );
    let Some(Next::Start(start)) = watcher.next(ms(1_003), false) else {
        panic!("nothing starts");
    };
    // What is needed and not concerned does not run: it passed.
    assert_eq!(start.settled, [Arc::from("test")]);
    assert_eq!(started(&mut watcher, start), ["lint", "image"]);
}

#[test]
fn a_save_of_the_same_starts_nothing() {
    let mut watcher = quiet(OnBusy::Restart, pipeline());
    watcher.touch(ms(10));
    assert_eq!(watcher.next(ms(20), false), Some(Next::Examine));
    assert_eq!(watcher.examined(ms(20), &[]), Examined::default());
    assert_eq!(watcher.next(ms(20), false), None);
    assert_eq!(watcher.deadline(false), None);
}

#[test]
fn a_need_that_failed_runs_again_with_what_needs_it() {
    let mut watcher = quiet(OnBusy::Restart, pipeline());
    assert_eq!(
        save(&mut watcher, ms(10), "a.py"),
        ["test", "lint", "image"]
    );
    watcher.stage_started(ms(14), "test");
    watcher.stage_ended("test", Ended::Failed);
    watcher.stage_ended("lint", Ended::Passed);
    watcher.stage_ended("image", Ended::Dropped);
    watcher.run_ended();
    assert_eq!(watcher.next(ms(20), false), None, "a failure is no change");
    watcher.touch(ms(30));
    watcher.examined(ms(40), &[change("Dockerfile", &[])]);
    let Some(Next::Start(start)) = watcher.next(ms(40), false) else {
        panic!("nothing starts");
    };
    assert_eq!(start.settled, [Arc::from("lint")], "`test` did not pass");
    watcher.run_ended();
    assert!(watcher.failed());
    let Some(Next::Start(start)) = watcher.next(ms(50), false) else {
        panic!("nothing starts");
    };
    assert!(start.force);
    assert_eq!(started(&mut watcher, start), ["test", "image"]);
}

#[test]
fn nothing_starts_while_git_is_busy_and_then_one_run_does() {
    let mut watcher = quiet(OnBusy::Restart, pipeline());
    let rebase = Activity::now(|name| name == LOCK);
    watcher.set_activity(ms(10), rebase);
    for at in 10..200 {
        watcher.touch(ms(at));
        assert_eq!(watcher.next(ms(at), false), None);
    }
    assert_eq!(watcher.next(ms(100_000), false), None);
    watcher.set_activity(ms(100_000), None);
    assert_eq!(watcher.next(ms(100_000), false), None);
    let deadline = watcher.deadline(false).expect("a deadline");
    assert!(deadline > ms(100_000) && deadline <= ms(100_500));
    assert_eq!(watcher.next(deadline, false), Some(Next::Examine));
    let changes = [change("a.py", &[]), change("Dockerfile", &[])];
    watcher.examined(deadline, &changes);
    assert!(matches!(
        watcher.next(deadline, false),
        Some(Next::Start(_))
    ));
}

#[test]
fn a_pause_holds_everything_but_what_a_person_asks_for() {
    let mut watcher = quiet(OnBusy::Restart, pipeline());
    watcher.set_paused(true);
    watcher.touch(ms(10));
    assert_eq!(watcher.next(ms(1_000), false), None);
    watcher.again();
    assert!(matches!(
        watcher.next(ms(1_000), false),
        Some(Next::Start(Start { force: true, .. }))
    ));
    watcher.run_ended();
    watcher.set_paused(false);
    assert_eq!(watcher.next(ms(1_000), false), Some(Next::Examine));
}

#[test]
fn a_change_during_a_run_is_never_dropped() {
    for (on_busy, expected) in [
        (OnBusy::Restart, Some(Next::Stop)),
        (OnBusy::Wait, Some(Next::Drain)),
        (OnBusy::Queue, Some(Next::Queue)),
    ] {
        let mut watcher = quiet(on_busy, pipeline());
        save(&mut watcher, ms(10), "a.py");
        watcher.stage_started(ms(14), "test");
        watcher.stage_ended("test", Ended::Passed);
        watcher.stage_started(ms(20), "lint");
        watcher.touch(ms(30));
        assert_eq!(watcher.next(ms(40), false), Some(Next::Examine));
        watcher.examined(ms(40), &[change("setup.cfg", &["lint"])]);
        assert_eq!(watcher.next(ms(40), false), expected, "{on_busy:?}");
        assert_eq!(watcher.next(ms(41), false), None, "it is told once");
        watcher.stage_ended("lint", Ended::Dropped);
        watcher.run_ended();
        let Some(Next::Start(start)) = watcher.next(ms(50), false) else {
            panic!("the change is lost");
        };
        // `test` passed, and nothing of it changed.
        assert_eq!(started(&mut watcher, start), ["lint", "image"]);
    }
}

#[test]
fn a_stage_may_choose_what_a_change_does_to_it() {
    let mut list = vec![stage("test", &[], &[]), stage("lint", &[], &[])];
    list[0].watch = Watch::OnBusy(OnBusy::Queue);
    let mut watcher = quiet(OnBusy::Restart, stages(list));
    save(&mut watcher, ms(10), "a");
    watcher.stage_started(ms(14), "test");
    watcher.stage_started(ms(14), "lint");
    watcher.touch(ms(20));
    assert_eq!(watcher.next(ms(30), false), Some(Next::Examine));
    watcher.examined(ms(30), &[change("b", &["test", "lint"])]);
    assert_eq!(watcher.next(ms(30), false), Some(Next::Queue));
    assert_eq!(watcher.next(ms(30), false), None);
    watcher.stage_ended("test", Ended::Passed);
    assert_eq!(watcher.next(ms(31), false), Some(Next::Stop));
}

#[test]
fn a_script_that_changed_makes_everything_due() {
    let mut watcher = quiet(OnBusy::Restart, pipeline());
    watcher.reload("wharf.rhai changed");
    let Some(Next::Start(start)) = watcher.next(ms(10), false) else {
        panic!("nothing starts");
    };
    assert!(!start.force, "what is the same is left out");
    assert!(matches!(start.due, Due::Everything { manual: false, .. }));
}

#[test]
fn a_script_that_is_wrong_does_not_keep_the_stages_from_running_that_changed() {
    let mut watcher = quiet(OnBusy::Restart, pipeline());
    let script = Change {
        script: true,
        ..change("wharf.rhai", &[])
    };
    assert!(
        watcher
            .examined(ms(10), std::slice::from_ref(&script))
            .script
    );
    assert!(matches!(watcher.next(ms(10), false), Some(Next::Start(_))));
    // It is being read when a file changes.
    watcher.examined(ms(20), &[change("a.py", &[])]);
    assert_eq!(watcher.next(ms(20), false), Some(Next::Stop));
    watcher.run_ended();
    let Some(Next::Start(start)) = watcher.next(ms(30), false) else {
        panic!("nothing starts");
    };
    let Due::Everything { rest, .. } = start.due else {
        panic!("the script is not read again");
    };
    assert_eq!(rest.into_keys().collect::<Vec<_>>(), [0, 1, 2]);
}

#[test]
fn what_another_failure_kept_from_running_runs_with_whatever_is_next() {
    let list = vec![
        stage("a", &[], &["a"]),
        stage("b", &["a"], &["b"]),
        stage("c", &[], &["c"]),
        stage("d", &["c"], &["d"]),
    ];
    let mut watcher = quiet(OnBusy::Restart, stages(list));
    watcher.everything();
    let Some(Next::Start(start)) = watcher.next(ms(10), false) else {
        panic!("nothing starts");
    };
    started(&mut watcher, start);
    watcher.stage_started(ms(10), "a");
    watcher.stage_ended("a", Ended::Failed);
    for stage in ["b", "c", "d"] {
        watcher.stage_ended(stage, Ended::Dropped);
    }
    watcher.run_ended();
    assert_eq!(watcher.next(ms(20), false), None);
    // `b` waits for `a` to pass.
    let left: Vec<_> = watcher.left().map(ToString::to_string).collect();
    assert_eq!(left, ["c", "d"]);
    assert_eq!(save(&mut watcher, ms(30), "b"), ["b", "c", "d"]);
    assert_eq!(watcher.left().count(), 0);
}

#[test]
fn what_runs_and_is_not_concerned_may_end() {
    let list = vec![stage("py", &[], &["*.py"]), stage("md", &[], &["*.md"])];
    let mut watcher = quiet(OnBusy::Restart, stages(list));
    assert_eq!(save(&mut watcher, ms(10), "a.py"), ["py"]);
    watcher.stage_started(ms(14), "py");
    watcher.touch(ms(20));
    assert_eq!(watcher.next(ms(30), false), Some(Next::Examine));
    watcher.examined(ms(30), &[change("a.md", &["py"])]);
    assert_eq!(watcher.next(ms(30), false), Some(Next::Drain));
    watcher.examined(ms(40), &[change("a.py", &["py"])]);
    assert_eq!(watcher.next(ms(40), false), Some(Next::Stop));
}

#[test]
fn what_waits_finds_a_change_as_it_is_if_something_runs_until_then() {
    let mut watcher = quiet(OnBusy::Restart, pipeline());
    save(&mut watcher, ms(100), "a.py");
    assert_eq!(watcher.waiting(), BTreeSet::new(), "all may be skipped");
    watcher.stage_started(ms(104), "lint");
    assert_eq!(watcher.waiting(), BTreeSet::from(["image".into()]));
    watcher.stage_ended("lint", Ended::Passed);
    assert_eq!(watcher.waiting(), BTreeSet::new(), "`test` may be skipped");
}

#[test]
fn what_is_touched_before_a_run_starts_is_looked_at_first() {
    let mut watcher = quiet(OnBusy::Restart, pipeline());
    watcher.set_activity(ms(10), Activity::now(|name| name == LOCK));
    watcher.reload("wharf.rhai changed");
    watcher.touch(ms(20));
    watcher.set_activity(ms(30), None);
    assert_eq!(watcher.next(ms(30), false), None);
    assert_eq!(watcher.next(ms(40), false), Some(Next::Examine));
    watcher.examined(ms(40), &[change("a.py", &[])]);
    assert!(matches!(watcher.next(ms(40), false), Some(Next::Start(_))));
    assert_eq!(watcher.next(ms(50), false), None);
}

#[test]
fn nothing_at_all_starts_where_there_is_no_folder() {
    let mut watcher = quiet(OnBusy::Restart, pipeline());
    watcher.set_gone(ms(10), true);
    watcher.everything();
    watcher.touch(ms(10));
    assert_eq!(watcher.next(ms(10_000), false), None);
    assert_eq!(watcher.deadline(false), None);
    watcher.set_gone(ms(10_000), false);
    assert_eq!(watcher.deadline(false), Some(ms(10_003)));
}
