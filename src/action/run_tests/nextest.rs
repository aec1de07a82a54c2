//! cargo-nextest, read from the JUnit file it writes.

use super::report::{Case, Outcome, Report};
use super::{Options, Runner, junit, panics};
use crate::action::toolchain::{Output, Project};
use crate::action::{ActionError, Context};
use crate::event::Stream;

pub(super) fn run(
    context: &Context,
    project: &Project,
    options: &Options,
) -> Result<Report, ActionError> {
    let no_room = |error| ActionError::caused("there is no room for the results", &error);
    let folder = tempfile::TempDir::with_prefix("wharf-").map_err(no_room)?;
    let results = folder.path().join("junit.xml");
    let config = folder.path().join("nextest.toml");
    // A tool's settings lie beneath the project's: https://nexte.st/docs/configuration/#tool-specific-configuration
    let wanted = toml::Value::from(results.display().to_string());
    let settings = format!("[profile.default]\njunit = {{ path = {wanted} }}\n");
    std::fs::write(&config, settings).map_err(no_room)?;
    let mut words = [
        "cargo",
        "nextest",
        "run",
        "--no-fail-fast",
        "--color=never",
        "--tool-config-file",
    ]
    .map(str::to_owned)
    .to_vec();
    words.push(format!("wharf:{}", config.display()));
    words.extend(options.args.iter().cloned());
    words.extend(selection(options));
    // `PASS [`, `Summary [`
    let mut wanted = |stream, line: &str| stream == Stream::Stderr && line.contains(" [");
    let ran = project.run(context, &words, Output::Read(&mut wanted))?;
    let cases = match std::fs::read_to_string(&results) {
        Ok(xml) => junit::read(&xml)?.into_iter().map(located).collect(),
        // The project writes its own file elsewhere.
        Err(_) => printed(&ran.stderr),
    };
    // 4: there was no test to run. 100: some failed.
    let known = [0, 4, 100].contains(&ran.code());
    if !known || (ran.code() == 100 && cases.is_empty()) {
        return Err(ran.broke("the tests cannot be built or run"));
    }
    let seconds = ran.finished.took.as_secs_f64();
    let code = if ran.code() == 4 { 0 } else { ran.code() };
    let mut report = Report::of(Runner::Nextest, cases, seconds, code);
    if options.chosen().is_empty() {
        // What was not chosen is skipped too, to nextest.
        report.skipped = report.skipped.max(skipped(&ran.stderr));
    }
    Ok(report)
}

fn selection(options: &Options) -> Vec<String> {
    if options.only.is_empty() {
        return options.chosen();
    }
    let exact = options
        .only
        .iter()
        .map(|test| format!("test(={})", test.name));
    let all: Vec<_> = exact.collect();
    vec!["-E".to_owned(), all.join(" | ")]
}

/// A case of the JUnit file, whose message is all that the test said.
fn located(case: Case) -> Case {
    let told = panics::read(case.message.as_deref().unwrap_or_default());
    Case {
        file: told.file,
        line: told.line,
        message: told.message,
        ..case
    }
}

/// `        PASS [   0.003s] (1/3) crate tests::rent`. Failures are printed twice.
fn printed(text: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    for line in text.lines() {
        let Some((status, rest)) = line.trim().split_once(" [") else {
            continue;
        };
        let outcome = match status.rsplit(' ').next().unwrap_or(status) {
            "PASS" | "LEAK" => Outcome::Passed,
            "FAIL" | "ABORT" | "TIMEOUT" | "LEAK-FAIL" => Outcome::Failed,
            signal if signal.starts_with("SIG") => Outcome::Failed,
            _ => continue,
        };
        let Some(name) = rest.split_whitespace().last() else {
            continue;
        };
        // Only the last try of a test counts.
        cases.retain(|case| case.name != name);
        cases.push(Case::new(name, outcome));
    }
    cases
}

/// `     Summary [   0.194s] 6 tests run: 2 passed, 4 failed, 1 skipped`.
fn skipped(text: &str) -> usize {
    let counts = text
        .lines()
        .rev()
        .find_map(|line| line.trim().strip_prefix("Summary ["));
    counts
        .into_iter()
        .flat_map(|counts| counts.split(", "))
        .find_map(|part| part.strip_suffix(" skipped")?.parse().ok())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{Outcome, junit, located, printed, skipped};

    #[test]
    fn reads_its_junit_file() {
        let cases = junit::read(
            r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="nextest-run" tests="2" skipped="0" failures="2" errors="0" time="0.196">
    <testsuite name="rs" tests="1" skipped="0" errors="0" failures="1">
        <testcase name="tests::bad" classname="rs" timestamp="2026-11-23T04:24:19.397+00:00" time="0.195">
            <failure message="thread &apos;tests::bad&apos; (15354) panicked at src/lib.rs:8:50" type="test failure with exit code 101">thread &apos;tests::bad&apos; (15354) panicked at src/lib.rs:8:50:
assertion `left == right` failed: the rent is due
  left: 0</failure>
        </testcase>
    </testsuite>
    <testsuite name="rs::it" tests="1" skipped="0" errors="0" failures="1">
        <testcase name="aborts" classname="rs::it" time="0.032">
            <failure message="process aborted with signal 6 (SIGABRT)" type="test abort">process aborted with signal 6 (SIGABRT)</failure>
        </testcase>
    </testsuite>
</testsuites>
"#,
        )
        .expect("results");
        let cases: Vec<_> = cases.into_iter().map(located).collect();
        assert_eq!(cases[0].file.as_deref(), Some("src/lib.rs"));
        assert_eq!(cases[0].line, Some(8));
        assert_eq!(
            cases[0].message.as_deref(),
            Some("assertion `left == right` failed: the rent is due")
        );
        assert_eq!(
            cases[1].message.as_deref(),
            Some("process aborted with signal 6 (SIGABRT)")
        );
    }

    #[test]
    fn reads_what_it_prints() {
        let text = "    Starting 2 tests across 1 binary\n        PASS [   0.003s] (1/2) app tests::keys\n  \
             TRY 1 FAIL [   0.004s] (2/2) app tests::rent\n  TRY 2 FAIL [   0.004s] (2/2) app tests::rent\n     \
             Summary [   0.004s] 2 tests run: 1 passed, 1 failed, 1 skipped\n  TRY 2 FAIL [   0.004s] (2/2) app tests::rent\n";
        let outcomes: Vec<_> = printed(text).iter().map(|case| case.outcome).collect();
        assert_eq!(outcomes, [Outcome::Passed, Outcome::Failed]);
        assert_eq!(skipped(text), 1);
    }
}
