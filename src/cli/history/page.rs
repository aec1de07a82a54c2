//! One run in full, as people read it.

use std::time::SystemTime;

use super::whole::{Whole, is_over, own_attempts};
use super::{commit, painted};
use crate::cli::logs::ended;
use crate::event::NO_INPUTS;
use crate::journal::{Action, ActionState, Attempt, Run, RunOutcome, Stage, StageState, ago};
use crate::report::{Colour, elapsed, kept_line};
use crate::words::word;

pub(super) fn page(whole: &Whole, now: SystemTime, colour: Colour) -> String {
    let mut lines = head(whole, now, colour);
    if !whole.stages.is_empty() {
        lines.push(String::new());
    }
    for one in &whole.stages {
        lines.extend(stage(whole, one, colour));
    }
    for name in whole.hooks() {
        let own = whole.actions.iter().filter(|action| action.stage == name);
        lines.push(format!("▸ {}", colour.strong(name)));
        lines.extend(calls(&whole.run, own, "    ", None));
    }
    let shown = |line: String| kept_line(&line.replace('\n', " "), colour.is_on()) + "\n";
    lines.into_iter().map(shown).collect()
}

fn head(whole: &Whole, now: SystemTime, colour: Colour) -> Vec<String> {
    let run = &whole.run;
    let since = now.duration_since(run.started).unwrap_or_default();
    // The stage that failed tells it.
    let failure = run.failure.as_deref().filter(|failure| {
        let mut stages = whole.stages.iter();
        stages.all(|stage| stage.failure.as_deref() != Some(failure))
    });
    let words: Vec<_> = run.arguments.iter().map(|one| word(one)).collect();
    let rows = [
        (
            "started",
            Some(format!("{}, {}", utc(run.started), ago(since))),
        ),
        ("by", Some(run.who.clone())),
        ("commit", commit(run, usize::MAX)),
        ("command", Some(format!("wharf {}", words.join(" ")))),
        ("continues", run.resumed.map(|run| format!("run {run}"))),
        ("failure", failure.map(|failure| first(failure).to_owned())),
    ];
    let rows = rows.into_iter().filter_map(|(name, what)| {
        what.map(|what| format!("  {} {what}", colour.faint(&format!("{name:<10}"))))
    });
    std::iter::once(outcome(run, colour)).chain(rows).collect()
}

fn outcome(run: &Run, colour: Colour) -> String {
    let took = run.took().map(elapsed);
    let what = painted(run.outcome, run.outcome.name(), colour);
    let time = match (run.outcome, took) {
        (_, None) => String::new(),
        (RunOutcome::Passed, Some(took)) => format!(" in {took}"),
        (_, Some(took)) => format!(" after {took}"),
    };
    let rehearsal = if run.rehearsal { " (a rehearsal)" } else { "" };
    let name = colour.strong(&format!("run {}", run.id));
    format!("{name} {what}{time}{rehearsal}")
}

fn stage(whole: &Whole, stage: &Stage, colour: Colour) -> Vec<String> {
    let environment = stage.environment.as_deref();
    let environment = environment.map_or(String::new(), |name| format!(" to {name}"));
    let why = match (stage.state, stage.why.as_deref()) {
        (StageState::Waiting | StageState::Skipped | StageState::Held, _) => None,
        (_, why) => why.filter(|why| *why != NO_INPUTS),
    };
    let why = why.map_or(String::new(), |why| {
        format!("  {}", colour.faint(&format!("ran: {why}")))
    });
    let mut lines = vec![format!(
        "{} {}{environment} {}{why}",
        mark(stage.state, colour),
        colour.strong(&stage.name),
        what(&whole.run, stage)
    )];
    let own = || {
        whole
            .actions
            .iter()
            .filter(|action| action.stage == stage.name)
    };
    let attempts: Vec<_> = own_attempts(&whole.attempts, &stage.name).collect();
    if let [] | [_] = attempts[..] {
        let failure = stage.failure.as_deref();
        lines.extend(failure.map(|failure| format!("    {}", first(failure))));
        lines.extend(calls(&whole.run, own(), "    ", failure));
        return lines;
    }
    for attempt in attempts {
        lines.push(format!("    {}", tried(attempt)));
        let own = own().filter(|action| action.attempt == attempt.number);
        lines.extend(calls(&whole.run, own, "      ", attempt.failure.as_deref()));
    }
    lines
}

fn what(run: &Run, stage: &Stage) -> String {
    match stage.state {
        StageState::Waiting if !is_over(run) && stage.why.is_none() => "waiting".to_owned(),
        _ => ended(stage),
    }
}

fn mark(state: StageState, colour: Colour) -> String {
    match state {
        StageState::Passed => colour.good("✓"),
        StageState::Failed | StageState::Cancelled => colour.bad("✗"),
        StageState::Excused => colour.attention("!"),
        StageState::Held => colour.attention("◇"),
        StageState::Skipped | StageState::Waiting => colour.faint("○"),
        StageState::Running => colour.strong("▸"),
    }
}

/// `attempt 1 failed after 2.0 s: no answer`.
fn tried(attempt: &Attempt) -> String {
    let (number, state) = (attempt.number, attempt.state.name());
    let time = match (attempt.state, attempt.took) {
        (_, None) => String::new(),
        (StageState::Passed, Some(took)) => format!(" in {}", elapsed(took)),
        (_, Some(took)) => format!(" after {}", elapsed(took)),
    };
    let failure = attempt.failure.as_deref().map(first);
    let failure = failure.map_or(String::new(), |failure| format!(": {failure}"));
    format!("attempt {number} {state}{time}{failure}")
}

/// A line for each of `actions`. A message that is part of `failure` is told already.
fn calls<'a>(
    run: &Run,
    actions: impl Iterator<Item = &'a Action>,
    indent: &str,
    failure: Option<&str>,
) -> Vec<String> {
    let actions: Vec<_> = actions.collect();
    let width = |cell: fn(&Action) -> usize| actions.iter().map(|one| cell(one)).max();
    let name = width(|action| action.action.len()).unwrap_or_default();
    let effect = width(|action| action.effect.name().len()).unwrap_or_default();
    let lines = actions.iter().map(|action| {
        let state = match action.state {
            ActionState::Passed => "passed".to_owned(),
            ActionState::Failed => match action.message.as_deref() {
                Some(message) if failure.is_none_or(|failure| !failure.contains(message)) => {
                    format!("failed: {}", first(message))
                }
                _ => "failed".to_owned(),
            },
            ActionState::Started if is_over(run) => "did not end".to_owned(),
            ActionState::Started => "running".to_owned(),
        };
        let took = action.took.map_or("-".to_owned(), elapsed);
        let (called, leaves) = (&action.action, action.effect.name());
        format!("{indent}{called:<name$}  {leaves:<effect$}  {took:>6}  {state}")
    });
    lines.collect()
}

fn first(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

/// `2026-03-14 15:09:26 UTC`.
fn utc(time: SystemTime) -> String {
    let text = humantime::format_rfc3339_seconds(time).to_string();
    text.replace('T', " ").replace('Z', " UTC")
}
