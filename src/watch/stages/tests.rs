use super::*;
use crate::plan::{Need, Stage};

fn stage(name: &str, needs: &[&str], inputs: &[&str], outputs: &[&str]) -> Stage {
    let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    let need = |name: &&str| Need {
        stage: (*name).into(),
        place: None,
    };
    Stage {
        name: name.into(),
        declared: name.into(),
        needs: needs.iter().map(need).collect(),
        inputs: owned(inputs),
        outputs: owned(outputs),
        ..Stage::default()
    }
}

fn stages(list: Vec<Stage>) -> Stages {
    let order: Vec<_> = (0..list.len()).collect();
    Stages::new(&Plan { stages: list }, &order, |_| false).expect("globs")
}

fn pipeline() -> Stages {
    stages(vec![
        stage("test", &[], &["**/*.py"], &[]),
        stage("bundle", &[], &["web/**", "!web/dist/"], &["web/dist/**"]),
        stage("image", &["test", "bundle"], &["Dockerfile"], &[]),
        stage("note", &[], &[], &[]),
    ])
}

fn told(stages: &Stages, path: &str, running: &[&str]) -> Vec<String> {
    let change = Change {
        path: path.into(),
        kind: Changed::Changed,
        during: running.iter().map(|name| (*name).into()).collect(),
        before: BTreeSet::new(),
        script: false,
    };
    let direct = stages.concerned(&change, |_| false);
    let why = direct.into_iter().map(|one| (one, "changed".to_owned()));
    let all = stages.with_dependants(why.collect());
    let names = all
        .keys()
        .map(|position| stages.name(*position).to_string());
    names.collect()
}

#[test]
fn a_change_concerns_what_has_it_as_input_and_what_depends_on_that() {
    let stages = pipeline();
    assert_eq!(told(&stages, "src/a.py", &[]), ["test", "image", "note"]);
    assert_eq!(told(&stages, "Dockerfile", &[]), ["image", "note"]);
    assert_eq!(told(&stages, "README.md", &[]), ["note"]);
}

#[test]
fn what_a_stage_makes_concerns_neither_it_nor_what_has_no_inputs() {
    let stages = pipeline();
    assert_eq!(
        told(&stages, "web/dist/a.js", &["bundle"]),
        [] as [String; 0]
    );
    assert_eq!(
        told(&stages, "web/a.js", &["bundle"]),
        ["bundle", "image", "note"]
    );
    // By somebody else: what has no inputs cannot tell.
    assert_eq!(told(&stages, "web/dist/a.js", &[]), ["note"]);
}

#[test]
fn what_it_made_and_is_gone_has_to_be_made_again() {
    let stages = pipeline();
    let gone = Change {
        path: "web/dist/a.js".into(),
        kind: Changed::Removed,
        during: BTreeSet::new(),
        before: BTreeSet::new(),
        script: false,
    };
    let concerned = stages.concerned(&gone, |_| false);
    assert_eq!(concerned, [1, 3]);
}

#[test]
fn a_stage_whose_turn_has_not_come_will_see_the_change() {
    let stages = pipeline();
    let mut change = Change {
        path: "src/a.py".into(),
        kind: Changed::Added,
        during: BTreeSet::new(),
        before: BTreeSet::new(),
        script: false,
    };
    assert_eq!(stages.concerned(&change, |_| false), [0, 3]);
    change.before.insert("test".into());
    assert_eq!(stages.concerned(&change, |_| false), [3]);
}

#[test]
fn what_is_manual_waits_for_a_person_and_so_does_what_needs_it() {
    let mut list = vec![
        stage("unit", &[], &[], &[]),
        stage("e2e", &[], &[], &[]),
        stage("report", &["unit", "e2e"], &[], &[]),
    ];
    list[1].watch = Watch::Manual;
    let watched = stages(list.clone());
    assert_eq!(watched.automatic(), [0]);
    assert_eq!(told(&watched, "a", &[]), ["unit"]);
    let order = [0, 1, 2];
    let named = Stages::new(&Plan { stages: list }, &order, |index| index == 1);
    assert_eq!(named.expect("globs").automatic(), [0, 1, 2]);
}
