//! How a stage, and a run, ended: a line of each.

use super::record::{Record, Stage, State};
use super::style::{Colour, elapsed};
use crate::event::{NO_INPUTS, Outcome};

/// `✓ test 2.1 s  ran: requirements.txt changed`.
pub(super) fn finished(stage: &Stage, colour: Colour) -> String {
    let (name, took) = (&stage.name, elapsed(stage.took));
    let line = match &stage.state {
        State::Ended(Outcome::Passed) => {
            format!("{} {name} {}", colour.good("✓"), colour.faint(&took))
        }
        State::Ended(Outcome::Excused(failure)) => format!(
            "{} {name} failed after {took}, which is allowed: {}",
            colour.attention("!"),
            failure.message.lines().next().unwrap_or_default()
        ),
        State::Ended(Outcome::Cancelled) => {
            format!("{} {name} cancelled after {took}", colour.bad("✗"))
        }
        _ => format!("{} {name} failed after {took}", colour.bad("✗")),
    };
    if stage.why.is_empty() || stage.why == NO_INPUTS {
        line
    } else {
        format!("{line}  {}", colour.faint(&format!("ran: {}", stage.why)))
    }
}

/// `3 passed, 1 skipped in 4.1 s`.
pub(super) fn counted(record: &Record, took: &str) -> String {
    let counts = record.counts();
    if counts.is_empty() {
        "the script declared no stage".to_owned()
    } else {
        format!("{counts} in {took}")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::finished;
    use crate::event::{Event, Listed, NO_INPUTS, Outcome};
    use crate::report::Colour;
    use crate::report::record::Record;

    fn told(why: &str, outcome: Outcome) -> String {
        let stage: Arc<str> = "test".into();
        let mut record = Record::new(0);
        record.event(&Event::RunStarted {
            stages: vec![Listed {
                name: stage.clone(),
                needs: Vec::new(),
                environment: None,
            }],
            rehearsal: false,
        });
        record.event(&Event::StageStarted {
            stage: stage.clone(),
            why: why.to_owned(),
        });
        record.event(&Event::StageFinished {
            stage: stage.clone(),
            outcome,
            took: Duration::from_millis(2_100),
            result: Arc::default(),
        });
        let stage = record.stage(&stage).expect("the stage");
        finished(stage, Colour::none())
    }

    #[test]
    fn a_reason_stands_behind_what_ran() {
        assert_eq!(
            told("requirements.txt changed", Outcome::Passed),
            "✓ test 2.1 s  ran: requirements.txt changed"
        );
        assert_eq!(
            told("first time", Outcome::Cancelled),
            "✗ test cancelled after 2.1 s  ran: first time"
        );
        // Nothing was decided: nothing is explained.
        assert_eq!(told(NO_INPUTS, Outcome::Passed), "✓ test 2.1 s");
    }
}
