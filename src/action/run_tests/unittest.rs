//! unittest and Django's `manage.py test`, told by a recorder around them.

use super::records;
use super::report::Report;
use super::{Options, Runner};
use crate::action::toolchain::{Project, Python};
use crate::action::{ActionError, Context};

const REPORTER: &str = include_str!("report_unittest.py");

pub(super) fn run(
    context: &Context,
    project: &mut Project,
    options: &Options,
    runner: Runner,
) -> Result<Report, ActionError> {
    if runner == Runner::Django && !project.has("manage.py") {
        let message = "is `django`, and there is no `manage.py` in the project's folder";
        return Err(ActionError::option("runner", message)
            .hint("the option `cwd` names the folder that has it"));
    }
    let python = Python::of(project);
    context.say(format!("python: {}", python.origin));
    let chosen = options.chosen();
    let words: &[&str] = match runner {
        Runner::Django => &["manage.py", "test", "--no-input"],
        _ if chosen.is_empty() => &["python -m unittest", "discover"],
        _ => &["python -m unittest"],
    };
    let mut words: Vec<_> = words.iter().map(|word| (*word).to_owned()).collect();
    words.extend(options.args.iter().cloned());
    words.extend(chosen);
    let (ran, records) = records::run(context, project, &python, REPORTER, words)?;
    let name = runner.name();
    let Some(summary) = Summary::read(&ran.stderr) else {
        return Err(ran.broke(match &records.running {
            Some(test) => {
                let code = ran.code();
                format!("{name} died while it ran `{test}`, with exit code {code}")
            }
            None => format!("{name} ended before its tests did"),
        }));
    };
    let told = !records.cases.is_empty();
    let seconds = ran.finished.took.as_secs_f64();
    // 5: there was no test to run, from Python 3.12 on.
    let code = if ran.code() == 5 { 0 } else { ran.code() };
    let mut report = Report::of(runner, records.cases, seconds, code);
    if !told {
        // A project's own runner may tell nobody but the terminal.
        summary.count_in(&mut report);
    }
    Ok(report)
}

/// `Ran 5 tests in 0.01s` and `FAILED (failures=1, errors=1, skipped=2)`.
#[derive(Debug, Default, PartialEq, Eq)]
struct Summary {
    ran: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
}

impl Summary {
    fn read(text: &str) -> Option<Self> {
        let lines: Vec<_> = text.lines().collect();
        let at = lines.iter().rposition(|line| line.starts_with("Ran "))?;
        let ran = lines[at].split_whitespace().nth(1)?.parse().ok()?;
        let verdict = lines[at..].iter().find_map(|line| line.split_once('('));
        let counts = verdict.map_or("", |(_, counts)| counts.trim_end_matches(')'));
        let count = |name: &str| {
            let pairs = counts.split(", ").filter_map(|pair| pair.split_once('='));
            pairs
                .filter(|(key, _)| *key == name)
                .find_map(|(_, count)| count.parse::<usize>().ok())
                .unwrap_or_default()
        };
        Some(Self {
            ran,
            failures: count("failures") + count("unexpected successes"),
            errors: count("errors"),
            skipped: count("skipped"),
        })
    }

    fn count_in(&self, report: &mut Report) {
        report.failed = self.failures;
        report.errors = self.errors;
        report.skipped = self.skipped;
        let others = self.failures + self.errors + self.skipped;
        report.passed = self.ran.saturating_sub(others);
    }
}

#[cfg(test)]
mod tests {
    use super::Summary;

    #[test]
    fn reads_the_summary() {
        let text = "...\nRan 5 tests in 0.010s\n\nFAILED (failures=1, errors=1, skipped=2)\n";
        let expected = Summary {
            ran: 5,
            failures: 1,
            errors: 1,
            skipped: 2,
        };
        assert_eq!(Summary::read(text), Some(expected));
        let text = "Ran 3 tests in 0.002s\n\nOK\n";
        assert_eq!(
            Summary::read(text),
            Some(Summary {
                ran: 3,
                ..Summary::default()
            })
        );
        assert_eq!(Summary::read("ImportError: no module"), None);
    }
}
