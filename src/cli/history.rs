//! `wharf history`: what was run.

use std::io::Write;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use super::Done;
use super::arguments::{HistoryOptions, HistoryVerb, Place};
use super::journal::{find, unusable};
use crate::journal::{Journal, JournalError, Run, RunOutcome, Stage, StageState, ago};
use crate::report::{Colour, elapsed};

pub(super) fn history(place: &Place, options: &HistoryOptions) -> Done {
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
            .map(|(run, stages)| object(run, stages))
            .collect();
        format!("{:#}\n", Value::from(runs))
    } else {
        table(&runs, SystemTime::now(), Colour::of(&stdout))
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
        let ended = match row.outcome {
            RunOutcome::Passed => colour.good(&ended),
            RunOutcome::Failed => colour.bad(&ended),
            RunOutcome::Running | RunOutcome::Interrupted => colour.attention(&ended),
        };
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
            commit: commit(run),
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

/// `main@1a2b3c4`, or as much of it as is known.
fn commit(run: &Run) -> String {
    let commit = run.commit.as_deref().unwrap_or_default();
    let short = commit.get(..7).unwrap_or(commit);
    match (run.branch.as_deref(), short) {
        (None, "") => "-".to_owned(),
        (None, short) => short.to_owned(),
        (Some(branch), "") => branch.to_owned(),
        (Some(branch), short) => format!("{branch}@{short}"),
    }
}

fn object(run: &Run, stages: &[Stage]) -> Value {
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
        "stages": stages,
    })
}

fn is_over(run: &Run) -> bool {
    run.outcome != RunOutcome::Running
}

fn stage(run: &Run, stage: &Stage) -> Value {
    let state = match stage.state {
        StageState::Waiting if is_over(run) => "not_run",
        state => state.name(),
    };
    json!({
        "name": stage.name,
        "needs": stage.needs,
        "state": state,
        "why": stage.why,
        "started": stage.started.map(date),
        "took_ms": stage.took.map(milliseconds),
        "attempts": stage.attempts,
        "result": stage.result,
        "failure": stage.failure,
    })
}

fn date(time: SystemTime) -> String {
    humantime::format_rfc3339_millis(time).to_string()
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
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
