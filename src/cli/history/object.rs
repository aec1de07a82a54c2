//! Runs as objects of JSON. The guide's chapter `json` tells what is in them.

use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use super::whole::{Whole, is_over, own_attempts};
use crate::journal::{Action, ActionState, Attempt, Run, Stage, StageState};

pub(super) fn run(run: &Run, stages: &[Stage]) -> Value {
    let stages: Vec<_> = stages.iter().map(|one| stage(run, one)).collect();
    json!({
        "run": run.id,
        "started": date(run.started),
        "ended": run.ended.map(date),
        "took_ms": run.took().map(milliseconds),
        "outcome": run.outcome,
        "failure": run.failure,
        "who": run.who,
        "commit": run.commit,
        "branch": run.branch,
        "arguments": run.arguments,
        "rehearsal": run.rehearsal,
        "continues": run.resumed,
        "stages": stages,
    })
}

/// The same, where each stage has its attempts and its calls of actions, and so have the hooks.
pub(super) fn whole(whole: &Whole) -> Value {
    let mut object = run(&whole.run, &whole.stages);
    let calls = |name: &str| {
        let own = whole.actions.iter().filter(|action| action.stage == name);
        own.map(|one| action(&whole.run, one)).collect::<Value>()
    };
    for (position, stage) in whole.stages.iter().enumerate() {
        let tries = own_attempts(&whole.attempts, &stage.name).map(attempt);
        object["stages"][position]["tries"] = tries.collect();
        object["stages"][position]["actions"] = calls(&stage.name);
    }
    let hooks = whole.hooks().into_iter();
    let hooks = hooks.map(|name| json!({ "name": name, "actions": calls(name) }));
    object["hooks"] = hooks.collect();
    object
}

fn stage(run: &Run, stage: &Stage) -> Value {
    let state = match stage.state {
        StageState::Waiting if is_over(run) => "not_run",
        state => state.name(),
    };
    json!({
        "name": stage.name,
        "needs": stage.needs,
        "environment": stage.environment,
        "state": state,
        "why": stage.why,
        "started": stage.started.map(date),
        "took_ms": stage.took.map(milliseconds),
        "attempts": stage.attempts,
        "result": stage.result,
        "failure": stage.failure,
    })
}

fn attempt(attempt: &Attempt) -> Value {
    json!({
        "attempt": attempt.number,
        "state": attempt.state,
        "started": attempt.started.map(date),
        "took_ms": attempt.took.map(milliseconds),
        "failure": attempt.failure,
    })
}

fn action(run: &Run, action: &Action) -> Value {
    let state = match action.state {
        ActionState::Started if is_over(run) => "unfinished",
        ActionState::Started => "running",
        state => state.name(),
    };
    json!({
        "attempt": action.attempt,
        "action": action.action,
        "effect": action.effect,
        "state": state,
        "started": date(action.started),
        "took_ms": action.took.map(milliseconds),
        "result": action.result,
        "failure": action.message,
    })
}

fn date(time: SystemTime) -> String {
    humantime::format_rfc3339_millis(time).to_string()
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
