//! `retry: 2`, `retry: #{ count: 2, backoff: "5s", on: ["http", 7, "timeout"] }`.

use std::time::Duration;

use super::read::{each, time};
use super::{Given, Wrong};
use crate::action::ACTIONS;
use crate::failure::{Failure, nearest};
use crate::plan::{Retry, RetryOn};

/// The wait before the second attempt, where none is given.
const BACKOFF: Duration = Duration::from_secs(1);

/// What `retry` can be told.
const NAMES: [&str; 3] = ["backoff", "count", "on"];

/// More attempts than this are a mistake.
const MOST: u32 = 100;

/// How the stage is tried again; nothing for `0`.
pub(super) fn read(given: &Given, wrong: &mut Vec<Wrong>) -> Option<Retry> {
    let mut retry = Retry {
        count: 0,
        backoff: BACKOFF,
        on: Vec::new(),
    };
    match given {
        Given::Map(entries) => {
            if !entries.iter().any(|(name, _)| name == "count") {
                let message = "`retry` needs a `count`";
                wrong.push(Wrong::value("retry", message).hint("write how often, such as `2`"));
            }
            for (name, value) in entries {
                let path = format!("retry.{name}");
                match name.as_str() {
                    "count" => retry.count = count(value, &path, wrong),
                    "backoff" => {
                        retry.backoff = time(value, &path, wrong).unwrap_or(BACKOFF);
                    }
                    "on" => retry.on = failures(value, wrong),
                    unknown => wrong.push(unknown_name(unknown, path)),
                }
            }
        }
        other => retry.count = count(other, "retry", wrong),
    }
    Some(retry).filter(|retry| retry.count > 0)
}

/// What the function `retry` is told: the same, but that a limit of time ends a stage and not a
/// closure of it.
pub(in crate::script) fn of_function(given: &Given) -> (Retry, Vec<Wrong>) {
    let mut wrong = Vec::new();
    let retry = read(given, &mut wrong).unwrap_or(Retry {
        count: 0,
        backoff: BACKOFF,
        on: Vec::new(),
    });
    if retry.on.contains(&RetryOn::Timeout) {
        let message = "a `timeout` ends the whole stage, and no closure in it is tried again";
        let hint = "give the stage itself a `retry`, or name the action that takes too long";
        wrong.push(Wrong::value("retry.on", message).hint(hint));
    }
    (retry, wrong)
}

fn count(given: &Given, path: &str, wrong: &mut Vec<Wrong>) -> u32 {
    let read = match given {
        Given::Unknown => return 0,
        Given::Whole(number) => u32::try_from(*number).ok().filter(|count| *count <= MOST),
        _ => None,
    };
    read.unwrap_or_else(|| {
        let or_a_map = if path == "retry" { ", or a map" } else { "" };
        let given = given.shown();
        let message = format!("`{path}` must be a number from 0 to {MOST}{or_a_map}, not {given}");
        wrong.push(Wrong::value(path, message));
        0
    })
}

fn failures(given: &Given, wrong: &mut Vec<Wrong>) -> Vec<RetryOn> {
    let mut on = Vec::new();
    for (path, item) in each(given, "retry.on") {
        match item {
            Given::SomeText | Given::Unknown => {}
            Given::Text(text) if text == "timeout" => on.push(RetryOn::Timeout),
            Given::Text(text) if ACTIONS.iter().any(|action| action.name == text) => {
                on.push(RetryOn::Action(text.clone()));
            }
            Given::Text(text) => wrong.push(unknown_failure(text, path)),
            Given::Whole(code @ 1..=255) => {
                on.extend(i32::try_from(*code).ok().map(RetryOn::ExitCode));
            }
            other => {
                let given = other.shown();
                let message = format!(
                    "`retry.on` takes names of actions, exit codes from 1 to 255 and \"timeout\", not {given}"
                );
                wrong.push(Wrong::value(path, message));
            }
        }
    }
    on
}

fn unknown_failure(text: &str, path: String) -> Wrong {
    let wrong = Wrong::value(
        path,
        format!("`retry.on` takes names of actions, exit codes and \"timeout\", not `{text}`"),
    );
    let actions = ACTIONS.iter().map(|action| action.name);
    match nearest(text, actions.chain(["timeout"])) {
        Some(near) => wrong.hint(format!("did you mean `{near}`?")),
        None => wrong.hint("`wharf docs` lists the actions"),
    }
}

fn unknown_name(name: &str, path: String) -> Wrong {
    let failure = Failure::script(format!("`retry` has no option `{name}`"));
    let failure = match nearest(name, NAMES) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure.hint(format!("its options are: {}", NAMES.join(", "))),
    };
    let name = true;
    Wrong {
        path,
        name,
        failure,
    }
}
