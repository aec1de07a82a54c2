//! cargo test and cargo-nextest, read from what they print.

use std::collections::BTreeMap;

use super::report::{Case, Outcome, Report};
use super::{Options, Runner};
use crate::action::toolchain::{Project, Show};
use crate::action::{ActionError, Context};

pub(super) fn run(
    context: &Context,
    project: &Project,
    options: &Options,
    runner: Runner,
) -> Result<Report, ActionError> {
    let words: &[&str] = match runner {
        Runner::Nextest => &["cargo", "nextest", "run", "--no-fail-fast", "--color=never"],
        _ => &["cargo", "test", "--no-fail-fast"],
    };
    let mut words: Vec<_> = words.iter().map(|word| (*word).to_owned()).collect();
    words.extend(options.args.iter().cloned());
    words.extend(options.paths.iter().cloned());
    let ran = project.run(context, &words, Show::All)?;
    let (cases, expected) = match runner {
        // 4: there was no test to run. 100: some failed.
        Runner::Nextest => (nextest(&ran.stderr), [0, 4, 100]),
        _ => (libtest(&ran.stdout), [0, 101, 101]),
    };
    if !expected.contains(&ran.code()) || (ran.code() != 0 && cases.is_empty() && ran.code() != 4) {
        return Err(ran.broke("the tests cannot be built or run"));
    }
    let seconds = ran.finished.took.as_secs_f64();
    Ok(Report::of(runner, cases, seconds, ran.code()))
}

/// `test tests::rent ... ok`, and below each binary `---- tests::rent stdout ----`.
fn libtest(text: &str) -> Vec<Case> {
    let panics = panics(text, |line| {
        let name = line.strip_prefix("---- ")?;
        name.strip_suffix(" stdout ----").map(str::to_owned)
    });
    let lines = text.lines().filter_map(|line| {
        let (name, verdict) = line.strip_prefix("test ")?.rsplit_once(" ... ")?;
        let name = name.split(" - should panic").next().unwrap_or(name);
        let outcome = match verdict.split([',', ' ']).next()? {
            "ok" => Outcome::Passed,
            "FAILED" => Outcome::Failed,
            "ignored" => Outcome::Skipped,
            _ => return None,
        };
        Some(case(name, outcome, &panics))
    });
    lines.collect()
}

/// `        PASS [   0.003s] (1/3) crate tests::rent`. Failures are printed twice.
fn nextest(text: &str) -> Vec<Case> {
    let panics = panics(text, |line| {
        let (name, _) = line.trim().strip_prefix("thread '")?.split_once('\'')?;
        Some(name.to_owned())
    });
    let mut cases: BTreeMap<String, Case> = BTreeMap::new();
    for line in text.lines() {
        let Some((status, rest)) = line.trim().split_once(" [") else {
            continue;
        };
        let outcome = match status {
            "PASS" | "LEAK" => Outcome::Passed,
            "FAIL" | "ABORT" | "TIMEOUT" | "LEAK-FAIL" => Outcome::Failed,
            signal if signal.starts_with("SIG") => Outcome::Failed,
            _ => continue,
        };
        let Some(name) = rest.split_whitespace().last() else {
            continue;
        };
        let key = rest.split_once("] ").map_or(name, |(_, key)| key);
        let key = key.split_once(") ").map_or(key, |(_, key)| key);
        cases.insert(key.to_owned(), case(name, outcome, &panics));
    }
    let skipped = text.lines().rev().find_map(|line| {
        let counts = line.trim().strip_prefix("Summary [")?;
        let count = counts
            .split(", ")
            .find_map(|part| part.strip_suffix(" skipped"))?;
        count.trim().parse::<usize>().ok()
    });
    let skipped = (0..skipped.unwrap_or(0)).map(|_| Case {
        name: "not selected".to_owned(),
        file: None,
        line: None,
        outcome: Outcome::Skipped,
        message: None,
        seconds: None,
    });
    cases.into_values().chain(skipped).collect()
}

/// Where and why a test panicked.
struct Panic {
    file: String,
    line: usize,
    message: String,
}

/// The panics under each heading that `name` finds:
/// `thread 'x' (7) panicked at src/lib.rs:5:9:` and the message on the next line.
fn panics(text: &str, name: impl Fn(&str) -> Option<String>) -> BTreeMap<String, Panic> {
    let mut found = BTreeMap::new();
    let mut current = None;
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        current = name(line).or(current);
        let Some((_, place)) = line.split_once(" panicked at ") else {
            continue;
        };
        let mut parts = place.trim_end_matches(':').rsplitn(3, ':');
        let (_, line, file) = (parts.next(), parts.next(), parts.next());
        let (Some(line), Some(file), Some(test)) = (line, file, current.clone()) else {
            continue;
        };
        found.entry(test).or_insert_with(|| Panic {
            file: file.to_owned(),
            line: line.parse().unwrap_or_default(),
            message: lines
                .peek()
                .map(|line| line.trim().to_owned())
                .unwrap_or_default(),
        });
    }
    found
}

fn case(name: &str, outcome: Outcome, panics: &BTreeMap<String, Panic>) -> Case {
    let panic = panics.get(name).filter(|_| outcome == Outcome::Failed);
    Case {
        name: name.to_owned(),
        file: panic.map(|panic| panic.file.clone()),
        line: panic.map(|panic| panic.line),
        outcome,
        message: panic.map(|panic| panic.message.clone()),
        seconds: None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Outcome, libtest, nextest};

    #[test]
    fn reads_what_libtest_prints() {
        let cases = libtest(
            "running 3 tests\ntest tests::rent ... FAILED\ntest tests::keys ... ok\ntest slow ... ignored, by hand\n\n\
             failures:\n\n---- tests::rent stdout ----\n\n\
             thread 'tests::rent' (41) panicked at src/lib.rs:9:5:\nassertion `left == right` failed\n  left: 1\n\n\
             test result: FAILED. 1 passed; 1 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s\n",
        );
        let outcomes: Vec<_> = cases.iter().map(|case| case.outcome).collect();
        assert_eq!(
            outcomes,
            [Outcome::Failed, Outcome::Passed, Outcome::Skipped]
        );
        assert_eq!(cases[0].file.as_deref(), Some("src/lib.rs"));
        assert_eq!(cases[0].line, Some(9));
        assert_eq!(
            cases[0].message.as_deref(),
            Some("assertion `left == right` failed")
        );
    }

    #[test]
    fn reads_what_nextest_prints() {
        let cases = nextest(
            "    Starting 2 tests across 1 binary\n        PASS [   0.003s] (1/2) app tests::keys\n        \
             FAIL [   0.004s] (2/2) app tests::rent\n  stderr ───\n\n    thread 'tests::rent' (41) panicked at src/lib.rs:9:5:\n    \
             assertion failed\n\n     Summary [   0.004s] 2 tests run: 1 passed, 1 failed, 1 skipped\n        \
             FAIL [   0.004s] (2/2) app tests::rent\nerror: test run failed\n",
        );
        let outcomes: Vec<_> = cases.iter().map(|case| case.outcome).collect();
        assert_eq!(
            outcomes,
            [Outcome::Passed, Outcome::Failed, Outcome::Skipped]
        );
        assert_eq!(cases[1].line, Some(9));
    }
}
