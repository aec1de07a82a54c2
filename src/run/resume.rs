//! What an earlier run has done already, so that the one that goes on does not do it again.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::action::Replay;
use crate::failure::{Failure, Kind};
use crate::journal::{Action, ActionState, Run, RunOutcome, Stage, StageState};

/// What stays of an earlier run.
#[derive(Clone, Debug)]
pub struct Resumed {
    pub run: i64,
    /// Results of the stages that need not run again.
    results: BTreeMap<String, Value>,
    /// Calls of unfinished stages that left the machine and passed.
    pub replay: Replay,
}

/// What a person says of stages that ended in the middle of an effect.
#[derive(Clone, Debug, Default)]
pub struct Verdicts {
    /// It happened: the stage counts as passed, without a result.
    pub done: Vec<String>,
    /// It did not happen, or may happen twice.
    pub again: Vec<String>,
}

/// The mark that masking leaves; what it stands for is not known any more.
const MASKED: &str = "***";

impl Resumed {
    /// Refuses a run that is over or not over yet, and one of which nobody knows whether an effect
    /// happened.
    pub fn new(
        run: &Run,
        stages: &[Stage],
        actions: &[Action],
        verdicts: &Verdicts,
    ) -> Result<Self, Failure> {
        let number = run.id;
        match run.outcome {
            RunOutcome::Passed => {
                return Err(Failure::script(format!(
                    "run {number} passed: nothing of it is left to do"
                ))
                .hint("`wharf history` lists the runs"));
            }
            RunOutcome::Running => {
                return Err(
                    Failure::new(Kind::Refused, format!("run {number} is still running"))
                        .hint(format!("`wharf logs {number} --follow` shows it")),
                );
            }
            RunOutcome::Failed | RunOutcome::Interrupted => {}
        }
        let finished = |stage: &&Stage| {
            let over = match stage.state {
                StageState::Passed | StageState::Excused => true,
                StageState::Skipped => stage.result.is_some(),
                _ => false,
            };
            over && !stage.result.iter().any(is_masked)
        };
        let mut results: BTreeMap<_, _> = stages
            .iter()
            .filter(finished)
            .map(|stage| (stage.name.clone(), stage.result.clone().unwrap_or_default()))
            .collect();
        let unfinished: BTreeSet<_> = stages
            .iter()
            .map(|stage| stage.name.as_str())
            .filter(|name| !results.contains_key(*name))
            .collect();
        let replay = Replay::new(number);
        let open = actions.iter().filter(|action| {
            unfinished.contains(action.stage.as_str()) && action.effect.leaves_the_machine()
        });
        for action in open {
            match action.state {
                ActionState::Passed => {
                    let result = action.result.clone().unwrap_or_default();
                    replay.note(&action.stage, &action.action, &action.options, result);
                }
                ActionState::Started if !is_judged(verdicts, &action.stage) => {
                    return Err(in_doubt(number, action));
                }
                ActionState::Started | ActionState::Failed => {}
            }
        }
        for name in &verdicts.done {
            results.insert(name.clone(), Value::Null);
        }
        Ok(Self {
            run: number,
            results,
            replay,
        })
    }

    /// What the stage gave, if it need not run again.
    pub(super) fn result(&self, stage: &str) -> Option<&Value> {
        self.results.get(stage)
    }
}

fn is_masked(result: &Value) -> bool {
    result.to_string().contains(MASKED)
}

fn is_judged(verdicts: &Verdicts, stage: &str) -> bool {
    verdicts
        .done
        .iter()
        .chain(&verdicts.again)
        .any(|name| name == stage)
}

fn in_doubt(run: i64, action: &Action) -> Failure {
    let (stage, action) = (&action.stage, &action.action);
    Failure::new(
        Kind::Refused,
        format!("whether `{action}` in stage `{stage}` has happened is not known: run {run} ended in the middle of it"),
    )
    .hint(format!(
        "look, then say `wharf resume {run} --done {stage}`, or `--again {stage}` to repeat it"
    ))
}
