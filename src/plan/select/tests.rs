use super::{Selection, select};
use crate::plan::{Need, Plan, Stage, order};

fn plan() -> Plan {
    let stage = |name: &str, needs: &[&str], labels: &[&str]| {
        let instance = name.split_once(" (");
        Stage {
            name: name.into(),
            declared: instance.map_or(name, |(declared, _)| declared).into(),
            matrix: instance
                .map(|(_, value)| ("n".to_owned(), value.into()))
                .into_iter()
                .collect(),
            needs: needs
                .iter()
                .map(|need| Need {
                    stage: (*need).into(),
                    place: None,
                })
                .collect(),
            labels: labels.iter().map(|label| (*label).to_owned()).collect(),
            always: name == "cleanup",
            ..Stage::default()
        }
    };
    Plan {
        stages: vec![
            stage("deploy", &["image"], &["live"]),
            stage("image", &["test (1)", "test (2)"], &[]),
            stage("lint", &[], &["fast", "code"]),
            stage("test (1)", &[], &["code"]),
            stage("test (2)", &[], &["code"]),
            stage("cleanup", &["image"], &[]),
        ],
    }
}

const ALL: &str = "test (1), test (2), image, deploy, lint, cleanup";

/// From a command line: `image --skip lint`.
fn selection(words: &str) -> Selection {
    let mut selection = Selection::default();
    let mut option = "";
    for word in words.split(", ").filter(|word| !word.is_empty()) {
        if word.starts_with("--") {
            option = word;
            continue;
        }
        let list = match std::mem::take(&mut option) {
            "--only" => &mut selection.only,
            "--from" => &mut selection.from,
            "--skip" => &mut selection.skip,
            _ => &mut selection.stages,
        };
        list.push(word.to_owned());
    }
    selection
}

#[test]
fn what_is_asked_for_runs_in_order() {
    let plan = plan();
    let order = order(&plan).expect("a plan without a mistake");
    for (asked, expected, lacking) in [
        ("", ALL, ""),
        ("lint", "lint", ""),
        ("image", "test (1), test (2), image", ""),
        (
            "lint, deploy",
            "test (1), test (2), image, deploy, lint",
            "",
        ),
        ("lint, lint", "lint", ""),
        ("test", "test (1), test (2)", ""),
        ("test (2)", "test (2)", ""),
        ("t*", "test (1), test (2)", ""),
        ("{lint,test}", "test (1), test (2), lint", ""),
        ("label:code", "test (1), test (2), lint", ""),
        ("label:f*", "lint", ""),
        ("--only, image", "image", ""),
        ("--only, deploy, --only, lint", "deploy, lint", ""),
        ("--from, image", "image, deploy, cleanup", ""),
        ("--from, test (1)", "test (1), image, deploy, cleanup", ""),
        ("lint, --from, deploy", "deploy, lint", ""),
        (
            "--skip, test (1)",
            "test (2), image, deploy, lint, cleanup",
            "image: `test (1)` was left out",
        ),
        (
            "--skip, test",
            "image, deploy, lint, cleanup",
            "image: `test` was left out",
        ),
        (
            "deploy, --skip, image",
            "test (1), test (2), deploy",
            "deploy: `image` was left out",
        ),
        (
            "--skip, image, --skip, lint",
            "test (1), test (2), deploy, cleanup",
            "deploy: `image` was left out",
        ),
        ("--only, image, --skip, lint", "image", ""),
    ] {
        let selected = select(&plan, &order, &selection(asked)).expect(asked);
        let name = |index: &usize| plan.stages[*index].name.to_string();
        let names: Vec<_> = selected.order.iter().map(name).collect();
        let reasons = selected.lacking.iter();
        let reasons: Vec<_> = reasons
            .map(|(index, reason)| format!("{}: {reason}", name(index)))
            .collect();
        assert_eq!(
            (names.join(", ").as_str(), reasons.join(", ").as_str()),
            (expected, lacking),
            "{asked}"
        );
    }
}

#[test]
fn what_is_not_there_is_told_with_the_nearest() {
    let plan = plan();
    let order = order(&plan).expect("a plan without a mistake");
    for (asked, expected) in [
        (
            "depoly",
            "there is no stage `depoly` | did you mean `deploy`?",
        ),
        ("tset", "there is no stage `tset` | did you mean `test`?"),
        (
            "x",
            "there is no stage `x` | the stages are: deploy, image, lint, test, cleanup",
        ),
        (
            "--only, x*",
            "no stage matches `x*` | the stages are: deploy, image, lint, test, cleanup",
        ),
        (
            "--from, [",
            "`[` is no glob | unclosed character class; missing ']'",
        ),
        (
            "label:cod",
            "no stage has the label `cod` | did you mean `label:code`?",
        ),
        (
            "--skip, label:slow",
            "no stage has the label `slow` | the labels are: code, fast, live",
        ),
        ("lint, --skip, l*", "`--skip` leaves nothing to run"),
    ] {
        let failure = select(&plan, &order, &selection(asked)).expect_err(asked);
        let mut told = vec![failure.message];
        told.extend(failure.causes);
        told.extend(failure.hints);
        assert_eq!(told.join(" | "), expected, "{asked}");
    }
}
