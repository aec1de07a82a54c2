//! vitest, jest, and whatever else `npm test` runs.

use serde::Deserialize;

use super::report::{Case, Outcome, Report};
use super::{Options, Runner, junit};
use crate::action::toolchain::{Project, Ran, Show, relative};
use crate::action::{ActionError, Context};

pub(super) fn run(
    context: &Context,
    project: &Project,
    options: &Options,
    runner: Runner,
) -> Result<Report, ActionError> {
    if runner == Runner::Npm {
        return npm(context, project, options);
    }
    let file = tempfile::NamedTempFile::new()
        .map_err(|error| ActionError::caused("there is no room for the results", &error))?;
    let results = file.path().display();
    let mut words: Vec<_> = ["npx", "--no-install"].map(str::to_owned).to_vec();
    words.extend(if runner == Runner::Jest {
        vec![
            "jest".to_owned(),
            "--json".to_owned(),
            format!("--outputFile={results}"),
        ]
    } else {
        let reporters = ["vitest", "run", "--reporter=default", "--reporter=junit"];
        let mut words = reporters.map(str::to_owned).to_vec();
        words.push(format!("--outputFile.junit={results}"));
        words
    });
    words.extend(options.args.iter().cloned());
    words.extend(options.paths.iter().cloned());
    let show = if runner == Runner::Jest {
        Show::Stderr
    } else {
        Show::All
    };
    let ran = project.run(context, &words, show)?;
    let text = std::fs::read_to_string(file.path()).unwrap_or_default();
    if text.is_empty() {
        return Err(ran
            .broke(format!("{} ended without results", runner.name()))
            .hint("are the project's packages installed? `npm ci` does it"));
    }
    let cases = if runner == Runner::Jest {
        jest(&text, project)?
    } else {
        junit::read(&text, |case| case.name.as_str().to_owned())?
    };
    let complaint =
        (ran.code() > 1).then_some("the runner ended with an exit code that is not known");
    let seconds = ran.finished.took.as_secs_f64();
    Ok(Report::of(runner, cases, seconds, ran.code()).complaining(complaint))
}

/// The parts of jest's JSON that tell results.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Jest {
    test_results: Vec<JestFile>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct JestFile {
    name: String,
    status: String,
    message: String,
    assertion_results: Vec<JestCase>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct JestCase {
    full_name: String,
    status: String,
    duration: Option<f64>,
    #[serde(default)]
    failure_messages: Vec<String>,
    location: Option<JestPlace>,
}

#[derive(Deserialize)]
struct JestPlace {
    line: usize,
}

fn jest(text: &str, project: &Project) -> Result<Vec<Case>, ActionError> {
    let jest: Jest = serde_json::from_str(text)
        .map_err(|error| ActionError::caused("jest's results cannot be read", &error))?;
    let mut cases = Vec::new();
    for file in jest.test_results {
        let path = relative(&project.folder, &file.name);
        // A file that failed to import has no cases at all.
        if file.assertion_results.is_empty() && file.status == "failed" {
            cases.push(Case {
                name: path.clone(),
                file: Some(path.clone()),
                line: None,
                outcome: Outcome::Error,
                message: Some(plain(&file.message)),
                seconds: None,
            });
        }
        cases.extend(file.assertion_results.into_iter().map(|case| {
            let message = case.failure_messages.first().map(|message| plain(message));
            Case {
                line: message
                    .as_deref()
                    .and_then(|text| line_in(text, &file.name))
                    .or(case.location.map(|at| at.line)),
                name: case.full_name,
                file: Some(path.clone()),
                outcome: match case.status.as_str() {
                    "passed" => Outcome::Passed,
                    "failed" => Outcome::Failed,
                    _ => Outcome::Skipped,
                },
                message,
                seconds: case.duration.map(|milliseconds| milliseconds / 1000.0),
            }
        }));
    }
    Ok(cases)
}

/// `at Object.toBe (/app/rent.test.js:4:21)`.
fn line_in(text: &str, file: &str) -> Option<usize> {
    let (_, rest) = text.split_once(&format!("{file}:"))?;
    rest.split(':').next()?.parse().ok()
}

/// Without the colours jest writes even into files.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\x1b') {
        plain.push_str(before);
        rest = after.split_once('m').map_or("", |(_, rest)| rest);
    }
    plain + rest
}

/// Any other script: its exit code tells, and its counts where it prints them as node's own
/// runner does (`# pass 3`, `ℹ pass 3`).
fn npm(context: &Context, project: &Project, options: &Options) -> Result<Report, ActionError> {
    let mut words: Vec<_> = ["npm", "test", "--silent"].map(str::to_owned).to_vec();
    if !options.args.is_empty() || !options.paths.is_empty() {
        words.push("--".to_owned());
    }
    words.extend(options.args.iter().cloned());
    words.extend(options.paths.iter().cloned());
    let ran = project.run(context, &words, Show::All)?;
    let seconds = ran.finished.took.as_secs_f64();
    let mut report = Report::of(Runner::Npm, Vec::new(), seconds, ran.code());
    let count = |name: &str| count(&ran, name);
    match count("tests") {
        Some(_) => {
            report.passed = count("pass").unwrap_or_default();
            report.failed = count("fail").unwrap_or_default();
            report.skipped =
                count("skipped").unwrap_or_default() + count("todo").unwrap_or_default();
            report.errors = count("cancelled").unwrap_or_default();
            report.cases = node_failures(&ran.stdout);
        }
        None if ran.finished.success() => report.passed = 1,
        None => return Err(ran.broke(format!("`npm test` ended with exit code {}", ran.code()))),
    }
    Ok(report)
}

fn count(ran: &Ran, name: &str) -> Option<usize> {
    ran.stdout.lines().rev().find_map(|line| {
        let line = line
            .strip_prefix("# ")
            .or_else(|| line.strip_prefix("ℹ "))?;
        line.strip_prefix(name)?.trim().parse().ok()
    })
}

/// `not ok 2 - rent`, or `✖ rent (0.5ms)`; both name parents too, and repeat at the end.
fn node_failures(text: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    for line in text.lines().map(str::trim) {
        let tap = line
            .strip_prefix("not ok ")
            .and_then(|rest| rest.split_once(" - "));
        let name = match (tap, line.strip_prefix("✖ ")) {
            (Some((_, name)), _) => name,
            (None, Some(name)) => name.rsplit_once(" (").map_or(name, |(name, _)| name),
            _ => continue,
        };
        if name != "failing tests:" && cases.iter().all(|case| case.name != name) {
            cases.push(Case {
                name: name.to_owned(),
                file: None,
                line: None,
                outcome: Outcome::Failed,
                message: None,
                seconds: None,
            });
        }
    }
    cases
}
