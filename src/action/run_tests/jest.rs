//! jest, and vitest, whose JSON is made like jest's.

use serde::Deserialize;

use super::report::{Case, Outcome, Report};
use super::{Options, Runner};
use crate::action::toolchain::{Output, Project, node, relative};
use crate::action::{ActionError, Context};

pub(super) fn run(
    context: &Context,
    project: &Project,
    options: &Options,
    runner: Runner,
) -> Result<Report, ActionError> {
    let program = node::program(context, project, runner.name())?;
    let file = tempfile::NamedTempFile::new()
        .map_err(|error| ActionError::caused("there is no room for the results", &error))?;
    let results = file.path().display();
    let mut words = vec![program];
    words.extend(match runner {
        Runner::Jest => vec![
            "--json".to_owned(),
            format!("--outputFile={results}"),
            // No tests are told by us, and otherwise there would be no file.
            "--passWithNoTests".to_owned(),
        ],
        _ => vec![
            "run".to_owned(),
            "--reporter=default".to_owned(),
            "--reporter=json".to_owned(),
            format!("--outputFile.json={results}"),
        ],
    });
    words.extend(options.args.iter().cloned());
    words.extend(selection(options, runner));
    let ran = project.run(context, &words, Output::Shown)?;
    let text = std::fs::read_to_string(file.path()).unwrap_or_default();
    if text.is_empty() {
        let code = ran.code();
        return Err(ran.broke(format!(
            "{} ended with exit code {code} before its tests did",
            runner.name()
        )));
    }
    let cases = read(&text, project)?;
    let seconds = ran.finished.took.as_secs_f64();
    let empty = cases.is_empty() && ran.code() == 1;
    let code = if empty { 0 } else { ran.code() };
    let report = Report::of(runner, cases, seconds, code);
    Ok(report.complaining((code != 0).then(|| {
        format!(
            "{} failed, and no test did: see what it said at its end",
            runner.name()
        )
    })))
}

/// The files, and within them the names unless all of a file failed.
fn selection(options: &Options, runner: Runner) -> Vec<String> {
    if options.only.is_empty() {
        return options.chosen();
    }
    let mut words = Vec::new();
    if runner == Runner::Jest {
        words.push("--runTestsByPath".to_owned());
    }
    for test in &options.only {
        let file = test.file.clone().unwrap_or_default();
        if !words.contains(&file) {
            words.push(file);
        }
    }
    let whole = |test: &super::FailedTest| test.file.as_ref() == Some(&test.name);
    if !options.only.iter().any(whole) {
        let names = options.only.iter().map(|test| regex::escape(&test.name));
        let names: Vec<_> = names.collect();
        words.extend(["-t".to_owned(), format!("^({})$", names.join("|"))]);
    }
    words
}

/// The parts of the JSON that tell results.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Results {
    test_results: Vec<File>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct File {
    name: String,
    status: String,
    #[serde(default)]
    message: String,
    assertion_results: Vec<Test>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Test {
    full_name: String,
    status: String,
    duration: Option<f64>,
    #[serde(default)]
    failure_messages: Vec<String>,
    location: Option<Place>,
}

#[derive(Deserialize)]
struct Place {
    line: usize,
}

fn read(text: &str, project: &Project) -> Result<Vec<Case>, ActionError> {
    let results: Results = serde_json::from_str(text)
        .map_err(|error| ActionError::caused("the runner's results cannot be read", &error))?;
    let mut cases = Vec::new();
    for file in results.test_results {
        let path = relative(&project.folder, &file.name);
        let failed = |test: &Test| test.status == "failed";
        // A file that cannot be loaded has no tests at all, or none that failed.
        if file.status == "failed" && !file.assertion_results.iter().any(failed) {
            let message = plain(&file.message);
            cases.push(Case {
                file: Some(path.clone()),
                line: line_in(&message, &file.name),
                message: Some(trouble(&message)),
                ..Case::new(path.clone(), Outcome::Error)
            });
        }
        cases.extend(file.assertion_results.into_iter().map(|test| {
            let message = test.failure_messages.first().map(|message| plain(message));
            let message = message.map(|message| with_values(&message));
            let failed_at = message
                .as_deref()
                .and_then(|message| line_in(message, &file.name));
            Case {
                line: failed_at.or(test.location.map(|at| at.line)),
                file: Some(path.clone()),
                message,
                seconds: test.duration.map(|milliseconds| milliseconds / 1000.0),
                ..Case::new(test.full_name, outcome(&test.status))
            }
        }));
    }
    Ok(cases)
}

fn outcome(status: &str) -> Outcome {
    match status {
        "passed" => Outcome::Passed,
        "skipped" | "pending" | "todo" | "disabled" | "focused" => Outcome::Skipped,
        _ => Outcome::Failed,
    }
}

/// The message with the values that jest tells below it in its first line, which is what lists show.
fn with_values(message: &str) -> String {
    let (first, rest) = message.split_once('\n').unwrap_or((message, ""));
    let is_value = |line: &&str| line.starts_with("Expected") || line.starts_with("Received");
    let lines = rest.lines().map(str::trim);
    let values: Vec<_> = lines
        .take_while(|line| !line.starts_with("at "))
        .filter(is_value)
        .collect();
    if values.is_empty() {
        return message.to_owned();
    }
    format!("{first}: {}\n{rest}", values.join(", "))
}

/// Why a file could not be loaded, without jest's heading `● Test suite failed to run`.
fn trouble(message: &str) -> String {
    let lines = message.lines().map(str::trim);
    let told: Vec<_> = lines
        .skip_while(|line| line.is_empty() || line.starts_with('●'))
        .collect();
    told.join("\n")
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

#[cfg(test)]
mod tests {
    use super::{Outcome, read, selection};
    use crate::action::run_tests::{FailedTest, Options, Runner};
    use crate::action::toolchain::Project;

    /// Of jest 30 and vitest 4.
    const RESULTS: &str = r#"{"numRuntimeErrorTestSuites":1,"success":false,"testResults":[
        {"assertionResults":[
            {"ancestorTitles":[],"duration":1,"fullName":"ok","failureMessages":[],"location":null,"status":"passed","title":"ok"},
            {"ancestorTitles":["rent"],"duration":21,"fullName":"rent is due","failureMessages":["Error: \u001b[2mexpect(\u001b[22mreceived).toBe(expected) // Object.is equality\n\nExpected: \u001b[32m2\u001b[39m\nReceived: \u001b[31m3\u001b[39m\n    at Object.toBe (/app/rent.test.js:2:63)\n    at new Promise (<anonymous>)"],"location":null,"status":"failed","title":"is due"},
            {"ancestorTitles":["rent"],"duration":null,"fullName":"rent later","failureMessages":[],"location":null,"status":"pending","title":"later"}],
         "message":"…","name":"/app/rent.test.js","status":"failed"},
        {"assertionResults":[],"message":"  ● Test suite failed to run\n\n    Cannot find module './nosuch' from 'imp.test.js'\n","name":"/app/imp.test.js","status":"failed"}]}"#;

    #[test]
    fn reads_results_and_files_that_cannot_be_loaded() {
        let project = Project::in_folder("/app");
        let cases = read(RESULTS, &project).expect("results");
        let outcomes: Vec<_> = cases.iter().map(|case| case.outcome).collect();
        assert_eq!(
            outcomes,
            [
                Outcome::Passed,
                Outcome::Failed,
                Outcome::Skipped,
                Outcome::Error
            ]
        );
        assert_eq!(cases[1].file.as_deref(), Some("rent.test.js"));
        assert_eq!(cases[1].line, Some(2));
        let message = cases[1].message.as_deref().expect("a message");
        assert!(message.starts_with(
            "Error: expect(received).toBe(expected) // Object.is equality: Expected: 2, Received: 3\n"
        ));
        assert_eq!(
            cases[3].message.as_deref(),
            Some("Cannot find module './nosuch' from 'imp.test.js'")
        );
    }

    #[test]
    fn selects_what_failed() {
        let failed = |name: &str, file: &str| FailedTest {
            name: name.to_owned(),
            file: Some(file.to_owned()),
        };
        let mut options = Options {
            only: vec![failed("rent (due)", "a.js"), failed("keys", "a.js")],
            ..Options::default()
        };
        assert_eq!(
            selection(&options, Runner::Vitest),
            ["a.js", "-t", "^(rent \\(due\\)|keys)$"]
        );
        options.only.push(failed("b.js", "b.js"));
        assert_eq!(
            selection(&options, Runner::Jest),
            ["--runTestsByPath", "a.js", "b.js"]
        );
    }
}
