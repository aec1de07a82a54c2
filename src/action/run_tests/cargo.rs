//! cargo test, read from what it prints: its JSON is for nightly compilers only.

use std::collections::BTreeMap;

use super::report::{Case, Outcome, Report};
use super::{Options, Runner, panics};
use crate::action::toolchain::{Output, Project};
use crate::action::{ActionError, Context};
use crate::event::Stream;

pub(super) fn run(
    context: &Context,
    project: &Project,
    options: &Options,
) -> Result<Report, ActionError> {
    let mut digest = Digest::default();
    let mut wanted = |stream, line: &str| digest.wants(stream, line);
    let ran = project.run(context, &words(options), Output::Read(&mut wanted))?;
    let mut cases = cases(&ran.stdout);
    cases.extend(crashes(&ran.stderr));
    let totals = Totals::read(&ran.stdout);
    if ![0, 101].contains(&ran.code()) || (ran.code() != 0 && cases.is_empty()) {
        return Err(ran.broke("the tests cannot be built or run"));
    }
    let seconds = ran.finished.took.as_secs_f64();
    let mut report = Report::of(Runner::Cargo, cases, seconds, ran.code());
    // Without names (`--quiet`) there are still counts.
    report.passed = report.passed.max(totals.passed);
    report.failed = report.failed.max(totals.failed);
    report.skipped = report.skipped.max(totals.ignored);
    let complaint = (totals.begun > totals.ended && report.errors == 0)
        .then(|| "a test program ended before its tests did".to_owned());
    Ok(report.complaining(complaint))
}

/// Names of tests follow `--`: before it cargo takes no more than one.
fn words(options: &Options) -> Vec<String> {
    let mut words = ["cargo", "test", "--no-fail-fast"]
        .map(str::to_owned)
        .to_vec();
    words.extend(options.args.iter().cloned());
    let names = options.chosen();
    if !names.is_empty() {
        if !words.iter().any(|word| word == "--") {
            words.push("--".to_owned());
        }
        if !options.only.is_empty() {
            words.push("--exact".to_owned());
        }
        words.extend(names);
    }
    words
}

/// Which lines tell results. Of what a failed test printed, which may be much, these are the first
/// and where it panicked.
#[derive(Debug, Default)]
struct Digest {
    /// How many more lines of a failed test's output are wanted.
    left: usize,
}

impl Digest {
    const FIRST: usize = 20;
    const AFTER_PANIC: usize = 2;

    fn wants(&mut self, stream: Stream, line: &str) -> bool {
        if stream == Stream::Stderr {
            return line.contains(RERUN) || line.contains(DIED);
        }
        let result = ["test ", "running ", "test result: ", "failures:"];
        if line.starts_with("---- ") {
            self.left = Self::FIRST;
        } else if line.contains(" panicked at ") {
            self.left = self.left.max(Self::AFTER_PANIC);
        } else if result.iter().any(|begin| line.starts_with(begin)) {
            return true;
        }
        let wanted = self.left > 0;
        self.left = self.left.saturating_sub(1);
        wanted
    }
}

/// `test tests::rent ... ok`, and below all of a program `---- tests::rent stdout ----`.
fn cases(text: &str) -> Vec<Case> {
    let said = said(text);
    let lines = text.lines().filter_map(|line| {
        let (name, verdict) = line.strip_prefix("test ")?.rsplit_once(" ... ")?;
        let name = name.split(" - should panic").next().unwrap_or(name);
        let outcome = match verdict.split([',', ' ']).next()? {
            "ok" => Outcome::Passed,
            "FAILED" => Outcome::Failed,
            "ignored" => Outcome::Skipped,
            _ => return None,
        };
        let told = said.get(name).filter(|_| outcome == Outcome::Failed);
        let told = told.map(|text| panics::read(text)).unwrap_or_default();
        let reason = verdict
            .strip_prefix("ignored, ")
            .map(|reason| reason.trim().to_owned());
        Some(Case {
            file: told.file,
            line: told.line,
            message: told.message.or(reason),
            ..Case::new(name, outcome)
        })
    });
    lines.collect()
}

/// What each failed test printed.
fn said(text: &str) -> BTreeMap<&str, String> {
    let mut said: BTreeMap<&str, String> = BTreeMap::new();
    let mut current = None;
    for line in text.lines() {
        let heading = line
            .strip_prefix("---- ")
            .and_then(|line| line.strip_suffix(" stdout ----"));
        if heading.is_some() {
            current = heading;
        } else if line == "failures:" {
            current = None;
        } else if let Some(name) = current {
            let text = said.entry(name).or_default();
            text.push_str(line);
            text.push('\n');
        }
    }
    said
}

const RERUN: &str = "to rerun pass `";
const DIED: &str = "process didn't exit successfully: `";

/// Test programs that died, as cargo tells them:
/// ``process didn't exit successfully: `/target/it-1` (signal: 6, SIGABRT: process abort signal)``.
fn crashes(stderr: &str) -> Vec<Case> {
    let mut which = "a test program";
    let mut cases = Vec::new();
    for line in stderr.lines() {
        if let Some((_, rerun)) = line.split_once(RERUN) {
            which = rerun.trim_end_matches('`');
        }
        let died = line
            .trim()
            .strip_prefix(DIED)
            .and_then(|rest| rest.rsplit_once("` ("))
            .map(|(_, how)| how.trim_end_matches(')'));
        // 101 is how a test program tells that tests failed.
        if let Some(how) = died.filter(|how| *how != "exit status: 101") {
            cases.push(Case {
                message: Some(format!("died ({how})")),
                again: false,
                ..Case::new(which, Outcome::Error)
            });
        }
    }
    cases
}

/// The sums over all test programs.
#[derive(Debug, Default, PartialEq, Eq)]
struct Totals {
    begun: usize,
    ended: usize,
    passed: usize,
    failed: usize,
    ignored: usize,
}

impl Totals {
    /// `running 3 tests` and `test result: FAILED. 1 passed; 1 failed; 1 ignored; …`.
    fn read(text: &str) -> Self {
        let mut totals = Self::default();
        for line in text.lines() {
            let running = line
                .strip_prefix("running ")
                .and_then(|rest| rest.split_once(" test"));
            if running.is_some_and(|(count, _)| count.parse::<usize>().is_ok()) {
                totals.begun += 1;
            }
            let Some(result) = line.strip_prefix("test result: ") else {
                continue;
            };
            totals.ended += 1;
            let count = |name: &str| {
                let parts = result.split([';', '.']).map(str::trim);
                parts
                    .filter_map(|part| part.strip_suffix(name))
                    .find_map(|count| count.trim().parse::<usize>().ok())
                    .unwrap_or_default()
            };
            totals.passed += count("passed");
            totals.failed += count("failed");
            totals.ignored += count("ignored");
        }
        totals
    }
}

#[cfg(test)]
mod tests {
    use super::{Outcome, Totals, cases, crashes, words};
    use crate::action::run_tests::{FailedTest, Options};

    /// Of cargo 1.95.
    const STDOUT: &str = r#"
running 5 tests
test tests::ign ... ignored, slow
test tests::ok ... ok
test tests::res ... FAILED
test tests::sp - should panic ... FAILED
test tests::bad ... FAILED

failures:

---- tests::res stdout ----
Error: "no"

---- tests::sp stdout ----
note: test did not panic as expected at src/lib.rs:10:32
---- tests::bad stdout ----

thread 'tests::bad' (18824) panicked at src/lib.rs:8:50:
assertion `left == right` failed: the rent is due
  left: 0
 right: 1


failures:
    tests::bad
    tests::res
    tests::sp

test result: FAILED. 1 passed; 3 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.25s


running 2 tests
"#;

    const STDERR: &str = "     Running tests/it.rs (target/debug/deps/it-f79ac83c53990106)
error: test failed, to rerun pass `--test it`

Caused by:
  process didn't exit successfully: `/app/target/debug/deps/it-f79ac83c53990106` (signal: 6, SIGABRT: process abort signal)
";

    #[test]
    fn reads_what_cargo_prints() {
        let told: Vec<_> = cases(STDOUT)
            .into_iter()
            .map(|case| (case.name, case.outcome, case.line, case.message))
            .collect();
        let told: Vec<_> = told
            .iter()
            .map(|(name, outcome, line, message)| {
                (name.as_str(), *outcome, *line, message.as_deref())
            })
            .collect();
        assert_eq!(
            told,
            [
                ("tests::ign", Outcome::Skipped, None, Some("slow")),
                ("tests::ok", Outcome::Passed, None, None),
                ("tests::res", Outcome::Failed, None, Some("Error: \"no\"")),
                (
                    "tests::sp",
                    Outcome::Failed,
                    Some(10),
                    Some("test did not panic as expected")
                ),
                (
                    "tests::bad",
                    Outcome::Failed,
                    Some(8),
                    Some("assertion `left == right` failed: the rent is due")
                ),
            ]
        );
    }

    #[test]
    fn a_program_that_died_is_an_error() {
        let crashes = crashes(STDERR);
        let [crash] = &crashes[..] else {
            panic!("{crashes:?}");
        };
        assert_eq!(crash.name, "--test it");
        assert_eq!(
            crash.message.as_deref(),
            Some("died (signal: 6, SIGABRT: process abort signal)")
        );
        let totals = Totals {
            begun: 2,
            ended: 1,
            passed: 1,
            failed: 3,
            ignored: 1,
        };
        assert_eq!(Totals::read(STDOUT), totals);
    }

    #[test]
    fn names_follow_the_dashes() {
        let only = |name: &str| FailedTest {
            name: name.to_owned(),
            file: None,
        };
        let mut options = Options {
            args: vec!["--release".to_owned()],
            paths: vec!["rent".to_owned()].into(),
            ..Options::default()
        };
        let joined = |options: &Options| words(options)[3..].join(" ");
        assert_eq!(joined(&options), "--release -- rent");
        options.only = vec![only("a"), only("b")];
        assert_eq!(joined(&options), "--release -- --exact a b");
        options
            .args
            .extend(["--".to_owned(), "--nocapture".to_owned()]);
        assert_eq!(joined(&options), "--release -- --nocapture --exact a b");
    }
}
