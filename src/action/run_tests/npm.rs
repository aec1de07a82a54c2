//! Whatever else `npm test` runs: its exit code tells, and its counts where it prints them as
//! node's own runner does.

use super::report::{Case, Outcome, Report};
use super::{Options, Runner};
use crate::action::toolchain::{Output, Project, relative};
use crate::action::{ActionError, Context};
use crate::event::Stream;

pub(super) fn run(
    context: &Context,
    project: &Project,
    options: &Options,
) -> Result<Report, ActionError> {
    if !options.only.is_empty() {
        context.warn("`npm test` cannot be told which tests to run: all run");
    }
    let mut words: Vec<_> = ["npm", "test", "--silent"].map(str::to_owned).to_vec();
    if !options.args.is_empty() || !options.paths.is_empty() {
        words.push("--".to_owned());
    }
    words.extend(options.args.iter().cloned());
    words.extend(options.paths.iter().cloned());
    let mut digest = Digest::default();
    let mut wanted = |stream, line: &str| digest.wants(stream, line);
    let ran = project.run(context, &words, Output::Read(&mut wanted))?;
    let seconds = ran.finished.took.as_secs_f64();
    let Some(counts) = Counts::read(&ran.stdout) else {
        if !ran.finished.success() {
            return Err(ran.broke(format!("`npm test` ended with exit code {}", ran.code())));
        }
        // It tells no more than that all is well.
        let all = vec![Case::new("npm test", Outcome::Passed)];
        return Ok(Report::of(Runner::Npm, all, seconds, 0));
    };
    let cases = failures(&ran.stdout, project);
    let mut report = Report::of(Runner::Npm, cases, seconds, ran.code());
    report.passed = counts.passed;
    report.failed = counts.failed;
    report.skipped = counts.skipped;
    report.errors = counts.cancelled;
    Ok(report)
}

/// Which lines tell results: counts, and of failed tests their names and the first details.
#[derive(Debug, Default)]
struct Digest {
    /// How many more lines are wanted.
    left: usize,
}

impl Digest {
    const DETAILS: usize = 40;

    fn wants(&mut self, stream: Stream, line: &str) -> bool {
        if stream == Stream::Stderr {
            return false;
        }
        let line = line.trim();
        if line.starts_with("not ok ") {
            self.left = Self::DETAILS;
        } else if line == "..." {
            self.left = 0;
            return true;
        }
        let wanted = self.left > 0;
        self.left = self.left.saturating_sub(1);
        let result = ["# ", "ℹ ", "✖ "];
        wanted || result.iter().any(|begin| line.starts_with(begin))
    }
}

/// `# pass 3`, or `ℹ pass 3`.
#[derive(Debug, PartialEq, Eq)]
struct Counts {
    passed: usize,
    failed: usize,
    skipped: usize,
    cancelled: usize,
}

impl Counts {
    fn read(text: &str) -> Option<Self> {
        let count = |name: &str| {
            text.lines().rev().find_map(|line| {
                let line = line
                    .strip_prefix("# ")
                    .or_else(|| line.strip_prefix("ℹ "))?;
                line.strip_prefix(name)?.trim().parse::<usize>().ok()
            })
        };
        count("tests")?;
        let all = |names: &[&str]| names.iter().filter_map(|name| count(name)).sum();
        Some(Self {
            passed: all(&["pass"]),
            failed: all(&["fail"]),
            skipped: all(&["skipped", "todo"]),
            cancelled: all(&["cancelled"]),
        })
    }
}

/// `not ok 2 - rent` with its details below, or `✖ rent (0.5ms)`.
fn failures(text: &str, project: &Project) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    let mut lines = text.lines().map(str::trim);
    while let Some(line) = lines.next() {
        if let Some((_, name)) = line
            .strip_prefix("not ok ")
            .and_then(|rest| rest.split_once(" - "))
        {
            let details: Vec<_> = lines.by_ref().take_while(|line| *line != "...").collect();
            cases.extend(tap(name, &details, project));
        } else if let Some(name) = line.strip_prefix("✖ ") {
            let name = name.rsplit_once(" (").map_or(name, |(name, _)| name);
            if name != "failing tests:" && cases.iter().all(|case| case.name != name) {
                cases.push(Case::new(name, Outcome::Failed));
            }
        }
    }
    cases
}

/// A failed test, or nothing where it only holds tests that failed.
fn tap(name: &str, details: &[&str], project: &Project) -> Option<Case> {
    let value = |key: &str| {
        let mut lines = details.iter();
        let value = lines.find_map(|line| line.strip_prefix(key)?.strip_prefix(": "))?;
        // A text of several lines begins on the next.
        let value = if value.starts_with('|') {
            lines.next()?
        } else {
            value
        };
        Some(value.trim_matches('\'').to_owned())
    };
    if value("failureType").as_deref() == Some("subtestsFailed") {
        return None;
    }
    let place = value("location");
    let mut place = place.iter().flat_map(|place| place.rsplitn(3, ':'));
    let (_column, line, file) = (place.next(), place.next(), place.next());
    Some(Case {
        file: file.map(|file| relative(&project.folder, file)),
        line: line.and_then(|line| line.parse().ok()),
        message: value("error"),
        ..Case::new(name, Outcome::Failed)
    })
}

#[cfg(test)]
mod tests {
    use super::{Counts, failures};
    use crate::action::toolchain::Project;

    /// Of node 20.
    const TAP: &str = "TAP version 13
ok 1 - ok
# Subtest: rent
    not ok 1 - is due
      ---
      duration_ms: 1.357531
      location: '/app/rent.test.js:3:26'
      failureType: 'testCodeFailure'
      error: |-
        Expected values to be strictly equal:

        1 !== 2
      code: 'ERR_ASSERTION'
      ...
    1..2
not ok 2 - rent
  ---
  type: 'suite'
  failureType: 'subtestsFailed'
  error: '1 subtest failed'
  ...
# tests 3
# suites 1
# pass 1
# fail 1
# cancelled 0
# skipped 1
# todo 0
";

    #[test]
    fn reads_nodes_own_runner() {
        let counts = Counts {
            passed: 1,
            failed: 1,
            skipped: 1,
            cancelled: 0,
        };
        assert_eq!(Counts::read(TAP), Some(counts));
        assert_eq!(Counts::read("all is well\n"), None);
        let failures = failures(TAP, &Project::in_folder("/app"));
        let [case] = &failures[..] else {
            panic!("{failures:?}");
        };
        assert_eq!(case.name, "is due");
        assert_eq!(case.file.as_deref(), Some("rent.test.js"));
        assert_eq!(case.line, Some(3));
        assert_eq!(
            case.message.as_deref(),
            Some("Expected values to be strictly equal:")
        );
    }
}
