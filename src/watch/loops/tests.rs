use super::*;

const fn ms(count: u64) -> Duration {
    Duration::from_millis(count)
}

fn change(stage: &str, path: &str, kind: Changed) -> Change {
    Change {
        path: path.into(),
        kind,
        during: [stage.into()].into(),
        before: BTreeSet::new(),
        script: false,
    }
}

fn round_of(stage: &str, paths: &[&str], offset: u64, kind: Changed) -> Round {
    let mut round = Round::default();
    for path in paths {
        let change = change(stage, path, kind);
        round.add(&stage.into(), &change, ms(offset));
    }
    round
}

fn round(stage: &str, paths: &[&str], offset: u64) -> Round {
    round_of(stage, paths, offset, Changed::Changed)
}

fn found(stage: &str, path: &str) -> Option<Verdict> {
    let paths = [PathBuf::from(path)].into();
    Some(Verdict::Found([(stage.into(), paths)].into()))
}

#[test]
fn a_stage_that_writes_what_starts_it_is_found_when_it_does_so_after_a_pause_too() {
    let mut loops = Loops::default();
    assert_eq!(loops.note(round("gen", &["a", "b"], 20)), None);
    assert_eq!(loops.note(round("gen", &["a"], 300)), None);
    for wait in WAITS {
        let verdict = loops.note(round("gen", &["a", "c"], 25));
        assert_eq!(verdict, Some(Verdict::Suspect(wait)));
    }
    assert_eq!(loops.note(round("gen", &["a", "d"], 25)), found("gen", "a"));
    assert!(loops.is_own("gen", &change("gen", "a", Changed::Changed)));
    assert!(!loops.is_own("gen", &change("gen", "d", Changed::Changed)));
    assert!(!loops.is_own("test", &change("gen", "a", Changed::Changed)));
}

#[test]
fn stages_that_start_each_other_are_found() {
    let mut loops = Loops::default();
    let mut verdicts = Vec::new();
    for _ in 0..4 {
        verdicts.extend(loops.note(round("a", &["y"], 20)));
        verdicts.extend(loops.note(round("b", &["x"], 20)));
    }
    let suspects = WAITS.map(Verdict::Suspect);
    assert_eq!(verdicts[..2], suspects);
    assert_eq!(Some(verdicts[2].clone()), found("a", "y"));
    let own = change("a", "y", Changed::Changed);
    assert!(!loops.starts_nothing(&own), "`b` may have to see it once");
    // It goes on all the same.
    let again: Vec<_> = (0..12)
        .filter_map(|_| loops.note(round("a", &["y"], 20)))
        .collect();
    assert_eq!(Some(again[2].clone()), found("a", "y"));
    assert!(loops.starts_nothing(&own));
}

#[test]
fn a_stage_that_writes_ever_new_names_is_found() {
    let mut loops = Loops::default();
    let names = (0..10).map(|number| format!("out/{number}/log"));
    let verdicts: Vec<_> = names
        .map(|name| loops.note(round_of("gen", &[&name], 30, Changed::Added)))
        .collect();
    assert_eq!(verdicts[..7], [const { None }; 7]);
    assert_eq!(
        verdicts[7..9],
        WAITS.map(|wait| Some(Verdict::Suspect(wait)))
    );
    assert_eq!(verdicts[9], found("gen", "out/9/log"));
    assert!(loops.is_own("gen", &change("gen", "out/x", Changed::Added)));
    assert!(!loops.is_own("gen", &change("gen", "out/x", Changed::Changed)));
    assert!(!loops.is_own("gen", &change("gen", "src/x", Changed::Added)));
}

#[test]
fn what_a_stage_does_not_write_any_more_is_not_its_own() {
    let mut loops = Loops::default();
    let verdicts = (0..5).map(|_| loops.note(round("gen", &["a"], 20)));
    assert_eq!(verdicts.last().flatten(), found("gen", "a"));
    let own = change("gen", "a", Changed::Changed);
    loops.stage_ended("gen");
    // It writes it, and it is stopped before it could.
    loops.stage_started("gen");
    loops.see(&own);
    loops.stage_ended("gen");
    loops.stage_started("gen");
    loops.stage_started("gen");
    assert!(loops.is_own("gen", &own));
    loops.stage_ended("gen");
    loops.stage_started("gen");
    assert!(!loops.is_own("gen", &own), "it ran and did not write it");
}

#[test]
fn a_person_who_saves_during_runs_is_no_loop() {
    let mut loops = Loops::default();
    for offset in [900, 2_300, 1_400, 600, 3_000, 1_800, 700, 2_500] {
        assert_eq!(loops.note(round("test", &["a.py"], offset)), None);
    }
    let mut loops = Loops::default();
    for path in ["a", "b", "c", "d", "e", "f"] {
        let round = round_of("test", &[path], 10, Changed::Added);
        assert_eq!(loops.note(round), None);
    }
}

#[test]
fn a_late_write_is_found_by_its_steady_time() {
    let mut loops = Loops::default();
    for offset in [5_010, 5_090, 5_000, 5_040, 5_120] {
        assert_eq!(loops.note(round("test", &["report.xml"], offset)), None);
    }
    let verdict = loops.note(round("test", &["report.xml"], 5_060));
    assert_eq!(verdict, Some(Verdict::Suspect(WAITS[0])));
}

#[test]
fn a_run_without_a_change_breaks_the_chain() {
    let mut loops = Loops::default();
    for _ in 0..10 {
        assert_eq!(loops.note(round("gen", &["a"], 20)), None);
        assert_eq!(loops.note(round("gen", &["a"], 20)), None);
        loops.break_off();
    }
}
