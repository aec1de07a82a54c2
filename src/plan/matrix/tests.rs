use serde_json::{Value, json};

use super::{Combination, Matrix, Unfit, instances, name};
use crate::plan::{Need, Plan, Stage};

/// From how a script writes it.
fn matrix(written: &Value) -> Matrix {
    let mut matrix = Matrix::default();
    for (key, value) in written.as_object().expect("a map") {
        let items = value.as_array().expect("an array").clone();
        let entries = || items.iter().map(entry).collect();
        match key.as_str() {
            "exclude" => matrix.exclude = entries(),
            "include" => matrix.include = entries(),
            _ => matrix.axes.push((key.clone(), items)),
        }
    }
    matrix
}

fn entry(written: &Value) -> Combination {
    let entries = written.as_object().expect("a map").iter();
    entries.map(|(k, v)| (k.clone(), v.clone())).collect()
}

fn names(matrix: &Matrix) -> Vec<String> {
    let combinations = matrix.combinations().expect("a matrix without a mistake");
    let named = combinations.iter().map(|one| name("t", one).to_string());
    named.collect()
}

#[test]
fn every_combination_once_in_the_order_written() {
    for (written, expected) in [
        (
            json!({ "python": ["3.11", "3.12"] }),
            &["t (python=3.11)", "t (python=3.12)"][..],
        ),
        (
            json!({ "os": ["linux", "mac"], "n": [1, 2.5], "fast": [true] }),
            &[
                "t (os=linux, n=1, fast=true)",
                "t (os=linux, n=2.5, fast=true)",
                "t (os=mac, n=1, fast=true)",
                "t (os=mac, n=2.5, fast=true)",
            ],
        ),
    ] {
        assert_eq!(names(&matrix(&written)), expected, "{written}");
    }
}

#[test]
fn what_is_excluded_goes_however_little_of_it_is_named() {
    let written = json!({
        "os": ["linux", "mac"],
        "python": ["3.11", "3.12"],
        "exclude": [{ "os": "mac", "python": "3.11" }, { "python": "3.12" }],
    });
    assert_eq!(names(&matrix(&written)), ["t (os=linux, python=3.11)"]);
}

/// The example of GitHub's own documentation.
#[test]
fn what_is_included_extends_combinations_or_is_one_itself() {
    let written = json!({
        "fruit": ["apple", "pear"],
        "animal": ["cat", "dog"],
        "include": [
            { "color": "green" },
            { "color": "pink", "animal": "cat" },
            { "fruit": "apple", "shape": "circle" },
            { "fruit": "banana" },
            { "fruit": "banana", "animal": "cat" },
        ],
    });
    assert_eq!(
        names(&matrix(&written)),
        [
            "t (fruit=apple, animal=cat, color=pink, shape=circle)",
            "t (fruit=apple, animal=dog, color=green, shape=circle)",
            "t (fruit=pear, animal=cat, color=pink)",
            "t (fruit=pear, animal=dog, color=green)",
            "t (fruit=banana)",
            "t (fruit=banana, animal=cat)",
        ]
    );
    let alone = json!({ "include": [{ "a": 1 }, { "a": 2 }, { "a": 1 }] });
    assert_eq!(names(&matrix(&alone)), ["t (a=1)", "t (a=2)"]);
}

#[test]
fn what_is_no_matrix() {
    for (written, path, message) in [
        (json!({}), "", "`matrix` has no values"),
        (json!({ "exclude": [] }), "", "`matrix` has no values"),
        (json!({ "a": [] }), "a", "`a` of `matrix` has no value"),
        (
            json!({ "a": [1, "1"] }),
            "a[1]",
            "`a` of `matrix` has `1` twice",
        ),
        (
            json!({ "a": [1], "exclude": [{ "a": 1 }] }),
            "",
            "`matrix` has no combination of values",
        ),
        (
            json!({ "python": [1], "exclude": [{ "pyhton": 1 }] }),
            "exclude[0].pyhton",
            "`exclude` names `pyhton`, which `matrix` has not",
        ),
        (
            json!({ "a": (0..100).collect::<Vec<_>>(), "b": [1, 2, 3] }),
            "",
            "`matrix` makes 300 stages, and may make 256",
        ),
    ] {
        let found = matrix(&written).combinations().expect_err("a mistake");
        let Unfit {
            path: at,
            message: told,
            ..
        } = found;
        assert_eq!((at.as_str(), told.as_str()), (path, message), "{written}");
    }
}

#[test]
fn names_are_put_in_the_order_of_the_text() {
    let written = json!({ "os": ["linux"], "python": ["3.11"], "include": [{ "extra": 1, "os": "mac", "python": "3.12" }] });
    let mut matrix = matrix(&written);
    matrix.arrange(&["python".to_owned(), "include".to_owned(), "os".to_owned()]);
    assert_eq!(
        names(&matrix),
        [
            "t (python=3.11, os=linux)",
            "t (python=3.12, os=mac, extra=1)"
        ]
    );
}

#[test]
fn whoever_needs_a_matrix_needs_all_of_it_once() {
    let stage = |name: &str, needs: &[&str]| Stage {
        name: name.into(),
        declared: name.into(),
        needs: needs
            .iter()
            .map(|need| Need {
                stage: (*need).into(),
                place: None,
            })
            .collect(),
        ..Stage::default()
    };
    let combinations = matrix(&json!({ "a": [1, 2] })).combinations();
    let mut stages = instances(
        &stage("test", &[]),
        combinations.expect("a matrix without a mistake"),
    );
    stages.push(stage("lint", &[]));
    stages.push(stage("all", &["test", "lint", "test (a=1)", "elsewhere"]));
    stages.push(stage("one", &["test (a=2)"]));
    let mut plan = Plan { stages };
    plan.spread_needs();
    let needs = |name: &str| {
        let stage = plan.find(name).expect("a stage of this test");
        let needs: Vec<_> = stage.needs.iter().map(|need| &*need.stage).collect();
        needs.join(" | ")
    };
    assert_eq!(needs("all"), "test (a=1) | test (a=2) | lint | elsewhere");
    assert_eq!(needs("one"), "test (a=2)");
}
