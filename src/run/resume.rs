//! What earlier runs have done already, so that the one that continues them does not do it again.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::action::{Done, Replay};
use crate::failure::{Failure, Kind};
use crate::journal::{Action, ActionState, Run, RunOutcome, Stage, StageState};
use crate::words;

/// A run as the journal has it.
#[derive(Clone, Debug)]
pub struct Recorded {
    pub run: Run,
    pub stages: Vec<Stage>,
    pub actions: Vec<Action>,
}

/// What stays of the run that is continued, and of those that it continued itself.
#[derive(Clone, Debug)]
pub struct Resumed {
    pub run: i64,
    finished: BTreeMap<String, Finished>,
    /// Calls that left the machine and passed.
    pub replay: Replay,
}

/// A stage that was over.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Finished {
    /// The run that it ran in.
    pub(super) run: i64,
    pub(super) result: Value,
    /// All that its end followed from; nothing where that was not noted.
    pub(super) parts: Option<Value>,
    /// Whether it is over because a person says so.
    pub(super) is_said: bool,
    /// Whether it failed, which it may.
    is_excused: bool,
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
    /// Continues `last`; `before` are the runs that it continued, the newest first. Refuses a run
    /// that passed or is not over yet, and one of which nobody knows whether an effect happened.
    pub fn new(
        last: Recorded,
        before: Vec<Recorded>,
        verdicts: &Verdicts,
    ) -> Result<Self, Failure> {
        refuse_unless_stopped(&last.run)?;
        let (run, rehearsal) = (last.run.id, last.run.rehearsal);
        let mut chain = vec![last];
        chain.extend(before);
        let mut finished = BTreeMap::new();
        for name in chain[0].stages.iter().map(|stage| &stage.name) {
            if let Some(known) = finish(&chain, name) {
                finished.insert(name.clone(), known);
            } else if verdicts.done.contains(name) {
                let known = Finished {
                    run,
                    is_said: true,
                    ..Finished::default()
                };
                finished.insert(name.clone(), known);
            } else if !verdicts.again.contains(name)
                && !rehearsal
                && let Some((doubtful, action)) = in_doubt(&chain, name)
            {
                return Err(doubt(run, doubtful, action));
            }
        }
        Ok(Self {
            run,
            finished,
            replay: replay(&chain, verdicts),
        })
    }

    /// The stage as it ended, if it was over.
    pub(super) fn finished(&self, stage: &str) -> Option<&Finished> {
        self.finished.get(stage)
    }
}

impl Finished {
    /// Completes “skipped: …”.
    pub(super) fn why(&self) -> String {
        let run = self.run;
        if self.is_excused {
            format!("failed in run {run}, which is allowed")
        } else {
            format!("passed in run {run}")
        }
    }
}

impl Recorded {
    /// The stage, if this run came to it.
    fn reached(&self, name: &str) -> Option<&Stage> {
        let stage = self.stages.iter().find(|stage| stage.name == name)?;
        let reached = match stage.state {
            StageState::Waiting | StageState::Held => false,
            StageState::Skipped => stage.result.is_some(),
            _ => true,
        };
        reached.then_some(stage)
    }
}

fn refuse_unless_stopped(run: &Run) -> Result<(), Failure> {
    let number = run.id;
    match run.outcome {
        RunOutcome::Passed => Err(Failure::script(format!(
            "run {number} passed: nothing of it is left to do"
        ))
        .hint("`wharf history` lists the runs")),
        RunOutcome::Running => Err(Failure::new(
            Kind::Refused,
            format!("run {number} is still running"),
        )
        .hint(format!("`wharf logs {number} --follow` shows it"))),
        RunOutcome::Failed | RunOutcome::Interrupted => Ok(()),
    }
}

/// How the stage ended in the newest run that came to it, if it was over then.
fn finish(chain: &[Recorded], name: &str) -> Option<Finished> {
    let mut reached = chain
        .iter()
        .filter_map(|recorded| Some((recorded.run.id, recorded.reached(name)?)));
    let (mut run, mut stage) = reached.next().filter(|(_, stage)| is_over(stage))?;
    // One that was kept ran in an earlier run, unless that run had nothing to do with this one.
    while stage.state == StageState::Skipped
        && stage.parts.is_none()
        && let Some(earlier) = reached.next().filter(|(_, stage)| is_over(stage))
    {
        (run, stage) = earlier;
    }
    Some(Finished {
        run,
        result: stage.result.clone().unwrap_or_default(),
        parts: stage.parts.clone(),
        is_said: false,
        is_excused: stage.state == StageState::Excused,
    })
}

fn is_over(stage: &Stage) -> bool {
    let over = matches!(
        stage.state,
        StageState::Passed | StageState::Excused | StageState::Skipped
    );
    over && !stage.result.iter().any(is_masked)
}

pub(super) fn is_masked(result: &Value) -> bool {
    result.to_string().contains(MASKED)
}

/// An effect in the last attempt at the stage that was stopped before its end, or would not be known
/// again, and its run.
fn in_doubt<'a>(chain: &'a [Recorded], name: &str) -> Option<(i64, &'a Action)> {
    let recorded = chain
        .iter()
        .find(|recorded| recorded.reached(name).is_some())?;
    let actions = recorded.actions.iter();
    let own = actions.filter(|action| action.stage == name);
    let last = own.clone().map(|action| action.attempt).max()?;
    let mut open = own
        .filter(|action| action.attempt == last)
        .filter(|action| {
            let is_open = match action.state {
                ActionState::Started => true,
                ActionState::Passed => action.options.is_empty(),
                ActionState::Failed => false,
            };
            is_open && action.effect.leaves_the_machine()
        });
    open.next().map(|action| (recorded.run.id, action))
}

/// All effects of stages and of `on_success` that passed. What `on_failure` does, such as to take
/// something back, follows from each failure anew. A run that continues another has what was given again in it as well.
fn replay(chain: &[Recorded], verdicts: &Verdicts) -> Replay {
    let replay = Replay::default();
    let mut noted: BTreeMap<_, usize> = BTreeMap::new();
    for recorded in chain.iter().rev() {
        let is_stage = |name: &str| recorded.stages.iter().any(|stage| stage.name == name);
        let counts = |name: &str| name == "on_success" || is_stage(name);
        let passed = recorded.actions.iter().filter(|action| {
            action.state == ActionState::Passed
                && action.effect.leaves_the_machine()
                && counts(&action.stage)
        });
        let mut seen: BTreeMap<_, usize> = BTreeMap::new();
        for action in passed {
            let (stage, name, options) = (&*action.stage, &*action.action, &*action.options);
            let seen = seen.entry((stage, name, options)).or_default();
            *seen += 1;
            let noted = noted.entry((stage, name, options)).or_default();
            if seen > noted {
                *noted = *seen;
                let result = action.result.clone().filter(|result| !is_masked(result));
                if result.is_none() && verdicts.again.iter().any(|again| again == stage) {
                    continue;
                }
                let run = recorded.run.id;
                replay.note(stage, name, options, Done { run, result });
            }
        }
    }
    replay
}

fn doubt(run: i64, doubtful: i64, action: &Action) -> Failure {
    let (stage, name) = (&action.stage, &action.action);
    let message = if action.state == ActionState::Passed {
        format!(
            "what `{name}` in stage `{stage}` has done is not known: run {doubtful} could not read the key in `.wharf`"
        )
    } else {
        format!(
            "whether `{name}` in stage `{stage}` has happened is not known: run {doubtful} ended in the middle of it"
        )
    };
    let word = words::word(stage);
    Failure::new(Kind::Refused, message).hint(format!(
        "look, then say `wharf resume {run} --done {word}`, or `--again {word}` to repeat it"
    ))
}
