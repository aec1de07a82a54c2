//! Who starts a run: a person, or a stage itself.

use super::*;

/// Lets `gen` write a file while it runs, and gives what turned out to start itself.
fn write(watcher: &mut Watcher, now: &mut Duration, path: &str) -> Examined {
    watcher.stage_started(*now, "gen");
    watcher.touch(*now + ms(5));
    *now += ms(10);
    assert_eq!(watcher.next(*now, false), Some(Next::Examine));
    watcher.examined(*now, &[change(path, &["gen"])])
}

#[test]
fn a_stage_that_starts_itself_is_stopped_and_named() {
    let list = vec![stage("gen", &[], &[])];
    let mut watcher = quiet(OnBusy::Restart, stages(list));
    save(&mut watcher, ms(1_000), "a");
    let mut starts = 1;
    let mut now = ms(1_000);
    loop {
        let examined = write(&mut watcher, &mut now, "made");
        if let Some((stage, paths)) = examined.repeated.first() {
            assert_eq!((&**stage, paths.len()), ("gen", 1));
            assert_eq!(watcher.next(now, false), None);
            break;
        }
        assert_eq!(watcher.next(now, false), Some(Next::Stop));
        watcher.run_ended();
        let next = watcher.next(now, false).or_else(|| {
            // It waits while nothing runs: whoever else writes the file does so now.
            now = watcher.deadline(false).expect("a deadline");
            watcher.next(now, false)
        });
        let Some(Next::Start(start)) = next else {
            panic!("nothing starts");
        };
        started(&mut watcher, start);
        starts += 1;
    }
    assert_eq!(starts, 5);
    watcher.stage_ended("gen", Ended::Passed);
    watcher.run_ended();
    // A person's own change still starts it.
    assert_eq!(save(&mut watcher, ms(9_000), "made"), ["gen"]);
}

#[test]
fn whoever_saves_again_and_again_is_no_loop() {
    let list = vec![stage("gen", &[], &[])];
    let mut watcher = quiet(OnBusy::Restart, stages(list));
    let mut now = ms(1_000);
    save(&mut watcher, now, "a");
    for _ in 0..40 {
        now += ms(110);
        if watcher.is_running() {
            let examined = write(&mut watcher, &mut now, "a");
            assert_eq!(examined.repeated, []);
            assert_eq!(watcher.next(now, false), Some(Next::Stop));
            watcher.run_ended();
            if let Some(Next::Start(start)) = watcher.next(now, false) {
                started(&mut watcher, start);
            }
        } else {
            // It waits to see who does it, and sees.
            assert_eq!(save(&mut watcher, now, "a"), ["gen"]);
        }
    }
}
