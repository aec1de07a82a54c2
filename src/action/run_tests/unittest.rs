//! unittest and Django's `manage.py test`, read from what they print.

use super::report::{Case, Outcome, Report};
use super::{Options, Runner};
use crate::action::toolchain::{Project, Python, Show, relative};
use crate::action::{ActionError, Context};

pub(super) fn run(
    context: &Context,
    project: &mut Project,
    options: &Options,
    runner: Runner,
) -> Result<Report, ActionError> {
    let python = Python::of(project);
    context.say(format!("python: {}", python.origin));
    let mut words = if runner == Runner::Django {
        let mut words = python.script("manage.py");
        words.extend(["test", "--no-input"].map(str::to_owned));
        words
    } else {
        let mut words = python.module("unittest");
        if options.paths.is_empty() {
            words.push("discover".to_owned());
        }
        words
    };
    words.extend(options.args.iter().cloned());
    words.extend(options.paths.iter().cloned());
    let ran = project.run(context, &words, Show::All)?;
    let Some(summary) = Summary::read(&ran.stderr) else {
        return Err(ran.broke(format!("{} ended without a summary", runner.name())));
    };
    let cases = failures(&ran.stderr, project);
    let mut report = Report::of(runner, cases, ran.finished.took.as_secs_f64(), ran.code());
    report.failed = summary.failures + summary.unexpected;
    report.errors = summary.errors;
    report.skipped = summary.skipped;
    let others = report.failed + report.errors + report.skipped;
    report.passed = summary.ran.saturating_sub(others);
    Ok(report)
}

/// `Ran 5 tests in 0.01s` and `FAILED (failures=1, errors=1, skipped=2)`.
#[derive(Debug, Default, PartialEq, Eq)]
struct Summary {
    ran: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
    unexpected: usize,
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
                .find_map(|(_, count)| count.parse().ok())
                .unwrap_or_default()
        };
        Some(Self {
            ran,
            failures: count("failures"),
            errors: count("errors"),
            skipped: count("skipped"),
            unexpected: count("unexpected successes"),
        })
    }
}

/// The blocks under `FAIL:` and `ERROR:`, each with its traceback.
fn failures(text: &str, project: &Project) -> Vec<Case> {
    let rule = "=".repeat(70);
    text.split(&format!("{rule}\n"))
        .skip(1)
        .filter_map(|block| failure(block, project))
        .collect()
}

fn failure(block: &str, project: &Project) -> Option<Case> {
    let (kind, test) = block.lines().next()?.split_once(": ")?;
    let outcome = if kind == "FAIL" {
        Outcome::Failed
    } else {
        Outcome::Error
    };
    let body = block.split(&"-".repeat(70)).nth(1).unwrap_or_default();
    let place = body.lines().rev().filter_map(frame).find(|(file, _)| {
        std::path::Path::new(file).starts_with(&project.folder) && !file.contains("site-packages")
    });
    let message = body
        .lines()
        .rev()
        .find(|line| !line.trim().is_empty() && !line.starts_with(' '));
    Some(Case {
        name: dotted(test),
        file: place.map(|(file, _)| relative(&project.folder, file)),
        line: place.map(|(_, line)| line),
        outcome,
        message: message.map(str::to_owned),
        seconds: None,
    })
}

/// `test_rent (app.tests.RentTest.test_rent)` as what runs it alone.
fn dotted(test: &str) -> String {
    match test.split_once(" (") {
        Some((method, class)) => {
            let class = class.split(')').next().unwrap_or(class);
            if class.ends_with(&format!(".{method}")) {
                class.to_owned()
            } else {
                // Before Python 3.11 the method was left out.
                format!("{class}.{method}")
            }
        }
        None => test.to_owned(),
    }
}

/// `  File "/app/tests.py", line 7, in test_rent`.
fn frame(line: &str) -> Option<(&str, usize)> {
    let rest = line.trim().strip_prefix("File \"")?;
    let (file, rest) = rest.split_once("\", line ")?;
    let digits = rest.split(|c: char| !c.is_ascii_digit()).next()?;
    Some((file, digits.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::{Summary, dotted, frame};

    #[test]
    fn reads_the_summary() {
        let text = "...\nRan 5 tests in 0.010s\n\nFAILED (failures=1, errors=1, skipped=2)\n";
        let expected = Summary {
            ran: 5,
            failures: 1,
            errors: 1,
            skipped: 2,
            unexpected: 0,
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

    #[test]
    fn names_tests_as_the_runner_takes_them() {
        assert_eq!(
            dotted("test_rent (app.tests.RentTest.test_rent)"),
            "app.tests.RentTest.test_rent"
        );
        assert_eq!(
            dotted("test_rent (app.tests.RentTest)"),
            "app.tests.RentTest.test_rent"
        );
        assert_eq!(
            frame("  File \"/a/b.py\", line 7, in x"),
            Some(("/a/b.py", 7))
        );
    }
}
