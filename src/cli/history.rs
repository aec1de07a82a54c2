//! `wharf history`: what was run.

mod object;
mod page;
mod whole;

use std::io::Write;
use std::sync::Arc;
use std::time::SystemTime;

use serde_json::Value;

use super::Done;
use super::arguments::{HistoryOptions, HistoryVerb, Place, Which};
use super::journal::{self, find, unusable};
use crate::journal::{Journal, JournalError, Run, RunOutcome, Stage, StageState, ago};
use crate::report::{Colour, elapsed};

use whole::{Whole, is_over};

pub(super) fn history(place: &Place, options: &HistoryOptions) -> Done {
    if let Some(which) = options.run {
        return one(place, which, options.json);
    }
    let mut journal = find(place).map_err(Arc::new)?;
    if let (Some(HistoryVerb::Prune { keep }), Some(journal)) = (&options.verb, &mut journal) {
        return prune(journal, *keep);
    }
    let runs = journal.map_or(Ok(Vec::new()), |journal| read(&journal, options.limit));
    let runs = runs.map_err(|error| Arc::new(unusable(&error)))?;
    if runs.is_empty() && options.limit > 0 {
        // A list without entries is a list, and this is only talk.
        let _ = writeln!(
            std::io::stderr(),
            "nothing was run yet: `wharf run` does, and records it"
        );
    }
    let mut stdout = std::io::stdout().lock();
    let text = if options.json {
        let runs: Vec<_> = runs
            .iter()
            .map(|(run, stages)| object::run(run, stages))
            .collect();
        format!("{:#}\n", Value::from(runs))
    } else {
        table(&runs, SystemTime::now(), Colour::of(&stdout))
    };
    // A closed pipe wants no more lines.
    let _ = stdout.write_all(text.as_bytes());
    Ok(())
}

/// One run in full.
fn one(place: &Place, which: Which, json: bool) -> Done {
    let journal = journal::open(place).map_err(Arc::new)?;
    let run = journal::run(&journal, which).map_err(Arc::new)?;
    let whole = Whole::read(&journal, run).map_err(|error| Arc::new(unusable(&error)))?;
    let mut stdout = std::io::stdout().lock();
    let text = if json {
        format!("{:#}\n", object::whole(&whole))
    } else {
        page::page(&whole, SystemTime::now(), Colour::of(&stdout))
    };
    // A closed pipe wants no more lines.
    let _ = stdout.write_all(text.as_bytes());
    Ok(())
}

fn prune(journal: &mut Journal, keep: usize) -> Done {
    let pruned = journal.prune(keep);
    let pruned = pruned.map_err(|error| Arc::new(unusable(&error)))?;
    // It is done, whether or not anybody reads this.
    let _ = writeln!(
        std::io::stderr(),
        "removed {} and kept {}",
        count(pruned.removed),
        count(pruned.kept)
    );
    Ok(())
}

fn count(runs: usize) -> String {
    match runs {
        1 => "1 run".to_owned(),
        _ => format!("{runs} runs"),
    }
}

type Told = (Run, Vec<Stage>);

fn read(journal: &Journal, limit: usize) -> Result<Vec<Told>, JournalError> {
    let runs = journal.runs(limit)?.into_iter();
    runs.map(|run| Ok((journal.stages(run.id)?, run)))
        .map(|told| told.map(|(stages, run)| (run, stages)))
        .collect()
}

fn table(runs: &[Told], now: SystemTime, colour: Colour) -> String {
    let rows: Vec<_> = runs
        .iter()
        .map(|(run, stages)| Row::of(run, stages, now))
        .collect();
    let width = |cell: fn(&Row) -> &str| {
        let widths = rows.iter().map(|row| cell(row).chars().count());
        widths.max().unwrap_or_default()
    };
    let number = width(|row| &row.number);
    let when = width(|row| &row.when);
    let took = width(|row| &row.took);
    let outcome = width(|row| row.outcome.name());
    let commit = width(|row| &row.commit);
    let line = |row: &Row| {
        let ended = format!("{:outcome$}", row.outcome.name());
        let ended = painted(row.outcome, &ended, colour);
        let line = format!(
            "{}  {}  {:>took$}  {ended}  {:commit$}  {}",
            colour.strong(&format!("{:>number$}", row.number)),
            colour.faint(&format!("{:>when$}", row.when)),
            row.took,
            row.commit,
            row.stages,
        );
        line.trim_end().to_owned() + "\n"
    };
    rows.iter().map(line).collect()
}

fn painted(outcome: RunOutcome, text: &str, colour: Colour) -> String {
    match outcome {
        RunOutcome::Passed => colour.good(text),
        RunOutcome::Failed => colour.bad(text),
        RunOutcome::Running | RunOutcome::Interrupted => colour.attention(text),
    }
}

struct Row {
    number: String,
    when: String,
    took: String,
    outcome: RunOutcome,
    commit: String,
    stages: String,
}

impl Row {
    fn of(run: &Run, stages: &[Stage], now: SystemTime) -> Self {
        let since = now.duration_since(run.started).unwrap_or_default();
        let mut told: Vec<_> = ORDER
            .iter()
            .filter_map(|state| counted(run, stages, *state))
            .collect();
        if run.rehearsal {
            told.push("rehearsal".to_owned());
        }
        told.extend(verb(&run.arguments));
        Self {
            number: run.id.to_string(),
            when: ago(since),
            took: run.took().map_or("-".to_owned(), elapsed),
            outcome: run.outcome,
            commit: commit(run, SHORT).unwrap_or("-".to_owned()),
            stages: told.join(", "),
        }
    }
}

/// What it was, where that is no plain run: `call sh`, `watch`.
fn verb(arguments: &[String]) -> Option<String> {
    let known = ["run", "call", "repl", "resume", "watch"];
    let mut words = arguments.iter().map(String::as_str);
    match words.find(|word| known.contains(word))? {
        "run" => None,
        "call" => {
            let action = words.find(|word| !word.starts_with('-'));
            Some(
                format!("call {}", action.unwrap_or_default())
                    .trim_end()
                    .to_owned(),
            )
        }
        verb => Some(verb.to_owned()),
    }
}

const ORDER: [StageState; 8] = [
    StageState::Passed,
    StageState::Failed,
    StageState::Excused,
    StageState::Cancelled,
    StageState::Skipped,
    StageState::Held,
    StageState::Running,
    StageState::Waiting,
];

fn counted(run: &Run, stages: &[Stage], state: StageState) -> Option<String> {
    let count = stages.iter().filter(|stage| stage.state == state).count();
    let name = match state {
        StageState::Waiting if is_over(run) => "not run",
        state => state.name(),
    };
    (count > 0).then(|| format!("{count} {name}"))
}

/// How much of a commit's id tells it from others.
const SHORT: usize = 7;

/// `main@1a2b3c4`, or as much of it as is known; of the commit's id at most `length`.
fn commit(run: &Run, length: usize) -> Option<String> {
    let commit = run.commit.as_deref().unwrap_or_default();
    let commit = commit.get(..length).unwrap_or(commit);
    match (run.branch.as_deref(), commit) {
        (None, "") => None,
        (None, commit) => Some(commit.to_owned()),
        (Some(branch), "") => Some(branch.to_owned()),
        (Some(branch), commit) => Some(format!("{branch}@{commit}")),
    }
}

#[cfg(test)]
mod tests {
    use super::verb;

    #[test]
    fn what_was_no_plain_run_is_told() {
        let told = |line: &str| {
            let arguments: Vec<_> = line.split(' ').map(str::to_owned).collect();
            verb(&arguments).unwrap_or_default()
        };
        assert_eq!(told("run watch"), "");
        assert_eq!(
            told("-C there call --json docker_push me/app:1"),
            "call docker_push"
        );
        assert_eq!(told("repl -e 1+1"), "repl");
        assert_eq!(told("watch test"), "watch");
    }
}
