//! go test, read from its JSON lines (`go doc test2json`).

use std::collections::BTreeMap;

use serde::Deserialize;

use super::report::{Case, Outcome, Report};
use super::{Options, Runner};
use crate::action::toolchain::{Output, Project};
use crate::action::{ActionError, Context};
use crate::service::process::Kept;

pub(super) fn run(
    context: &Context,
    project: &Project,
    options: &Options,
) -> Result<Report, ActionError> {
    let mut words: Vec<_> = ["go", "test", "-json"].map(str::to_owned).to_vec();
    words.extend(options.args.iter().cloned());
    words.extend(selection(options));
    let mut reader = Reader::of(&project.read("go.mod"));
    let ran = project.run(context, &words, Output::Told(&mut |line| reader.line(line)))?;
    let cases = reader.cases;
    if ran.code() > 1 || (ran.code() == 1 && cases.is_empty()) {
        return Err(ran.broke("the tests cannot be built or run"));
    }
    let seconds = ran.finished.took.as_secs_f64();
    Ok(Report::of(Runner::Go, cases, seconds, ran.code()))
}

/// Packages; of what failed also the tests, by their outermost names.
fn selection(options: &Options) -> Vec<String> {
    let (mut packages, mut names): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
    for test in &options.only {
        let (package, test) = test.name.split_once(' ').unwrap_or((&test.name, ""));
        let name = test.split('/').next().unwrap_or(test);
        if !packages.contains(&package) {
            packages.push(package);
        }
        if !names.contains(&name) {
            names.push(name);
        }
    }
    if packages.is_empty() {
        let chosen = options.chosen();
        let everything = || vec!["./...".to_owned()];
        return if chosen.is_empty() {
            everything()
        } else {
            chosen
        };
    }
    let mut words = Vec::new();
    // A package that could not be built has no test to name.
    if !names.contains(&"") {
        words.push(format!("-run=^({})$", names.join("|")));
    }
    words.extend(packages.into_iter().map(str::to_owned));
    words
}

/// One line of `go test -json`; lines and fields that are not here tell nothing about a result.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Line {
    action: String,
    #[serde(default)]
    package: String,
    #[serde(default)]
    test: String,
    output: Option<String>,
    elapsed: Option<f64>,
    failed_build: Option<String>,
}

/// Of the output of one test its end, this many bytes, is kept until it is known whether it failed.
const LONGEST: usize = 1 << 20;

/// Reads line by line, and tells of each what people read: the lines of packages and all of a
/// failed test, as `go test` prints them without `-json`.
#[derive(Default)]
struct Reader {
    /// The path of the module, which packages' names begin with.
    module: String,
    cases: Vec<Case>,
    /// What running tests printed, by package and name.
    outputs: BTreeMap<(String, String), Kept>,
}

impl Reader {
    fn of(go_mod: &str) -> Self {
        let module = go_mod.lines().find_map(|line| line.strip_prefix("module "));
        Self {
            module: module.unwrap_or_default().trim().to_owned(),
            ..Self::default()
        }
    }

    fn line(&mut self, line: &str) -> String {
        let Ok(line) = serde_json::from_str::<Line>(line) else {
            return format!("{line}\n");
        };
        let is_test = !line.test.is_empty();
        let key = (line.package.clone(), line.test.clone());
        let outcome = match line.action.as_str() {
            "build-output" => return line.output.unwrap_or_default(),
            "output" => {
                let output = line.output.unwrap_or_default();
                let kept = self.outputs.entry(key);
                let kept = kept.or_insert_with(|| Kept::new(LONGEST));
                kept.push(output.as_bytes());
                return if is_test { String::new() } else { output };
            }
            "pass" if is_test => Outcome::Passed,
            "skip" if is_test => Outcome::Skipped,
            "fail" if is_test => Outcome::Failed,
            "fail" => return self.package_failed(&line),
            "pass" | "skip" => {
                self.outputs.remove(&key);
                return String::new();
            }
            _ => return String::new(),
        };
        let output = self.said(&key);
        let case = self.case(&line, outcome, &output);
        self.cases.push(case);
        if outcome == Outcome::Failed {
            output
        } else {
            String::new()
        }
    }

    /// What was printed under `key`, which is over now.
    fn said(&mut self, key: &(String, String)) -> String {
        let Some(kept) = self.outputs.remove(key) else {
            return String::new();
        };
        let cut = kept.is_cut();
        let text = kept.into_text();
        if cut { format!("…{text}") } else { text }
    }

    /// A package fails with its tests, or by itself: it cannot be built, or its program died.
    fn package_failed(&mut self, line: &Line) -> String {
        let begin = format!("{} ", line.package);
        let of_it = |case: &&Case| case.outcome.is_bad() && case.name.starts_with(&begin);
        if self.cases.iter().find(of_it).is_none() {
            let said = self.said(&(line.package.clone(), String::new()));
            let told = said.lines().map(str::trim).find(|said| !said.is_empty());
            let message = match (&line.failed_build, told) {
                (None, Some(told)) => told.to_owned(),
                _ => "cannot be built".to_owned(),
            };
            self.cases.push(Case {
                message: Some(message),
                ..Case::new(line.package.clone(), Outcome::Error)
            });
        }
        String::new()
    }

    fn case(&self, line: &Line, outcome: Outcome, output: &str) -> Case {
        let told = told(output).filter(|_| outcome == Outcome::Failed);
        let folder = line.package.strip_prefix(&self.module).unwrap_or_default();
        let folder = folder.trim_start_matches('/');
        let (file, number, message) = match told {
            Some((file, number, message)) if folder.is_empty() => {
                (Some(file), Some(number), Some(message))
            }
            Some((file, number, message)) => (
                Some(format!("{folder}/{file}")),
                Some(number),
                Some(message),
            ),
            None => (None, None, None),
        };
        Case {
            file,
            line: number,
            message,
            seconds: line.elapsed,
            ..Case::new(format!("{} {}", line.package, line.test), outcome)
        }
    }
}

/// `    rent_test.go:7: got 1200, want 1300`.
fn told(output: &str) -> Option<(String, usize, String)> {
    output.lines().find_map(|line| {
        let (place, message) = line.trim().split_once(": ")?;
        let (file, number) = place.rsplit_once(':')?;
        let number = number.parse().ok()?;
        file.ends_with(".go")
            .then(|| (file.to_owned(), number, message.to_owned()))
    })
}

#[cfg(test)]
mod tests {
    use super::{Outcome, Reader, selection};
    use crate::action::run_tests::{FailedTest, Options};

    #[test]
    fn reads_json_lines() {
        let mut reader = Reader::of("module example.com/app\n\ngo 1.22\n");
        let lines = r#"{"Action":"start","Package":"example.com/app/rent"}
{"Action":"run","Package":"example.com/app/rent","Test":"TestRent"}
{"Action":"output","Package":"example.com/app/rent","Test":"TestRent","Output":"    rent_test.go:7: got 1, want 2\n"}
{"Action":"fail","Package":"example.com/app/rent","Test":"TestRent","Elapsed":0.01}
{"Action":"pass","Package":"example.com/app/rent","Test":"TestKeys","Elapsed":0}
{"Action":"output","Package":"example.com/app/rent","Output":"FAIL\texample.com/app/rent\t0.01s\n"}
{"Action":"fail","Package":"example.com/app/rent","Elapsed":0.01}
{"ImportPath":"example.com/app/other","Action":"build-output","Output":"other.go:3: undefined: x\n"}
{"ImportPath":"example.com/app/other","Action":"build-fail"}
{"Action":"output","Package":"example.com/app/other","Output":"FAIL\texample.com/app/other [build failed]\n"}
{"Action":"fail","Package":"example.com/app/other","FailedBuild":"example.com/app/other"}
{"Action":"output","Package":"example.com/app/dies","Output":"panic: no quay\n"}
{"Action":"fail","Package":"example.com/app/dies"}"#;
        let shown: String = lines.lines().map(|line| reader.line(line)).collect();
        let told: Vec<_> = reader
            .cases
            .iter()
            .map(|case| (case.outcome, case.file.as_deref(), case.message.as_deref()))
            .collect();
        assert_eq!(
            told,
            [
                (
                    Outcome::Failed,
                    Some("rent/rent_test.go"),
                    Some("got 1, want 2")
                ),
                (Outcome::Passed, None, None),
                (Outcome::Error, None, Some("cannot be built")),
                (Outcome::Error, None, Some("panic: no quay")),
            ]
        );
        assert_eq!(
            shown,
            "    rent_test.go:7: got 1, want 2\nFAIL\texample.com/app/rent\t0.01s\nother.go:3: undefined: x\n\
             FAIL\texample.com/app/other [build failed]\npanic: no quay\n"
        );
    }

    #[test]
    fn selects_what_failed() {
        let failed = |name: &str| FailedTest {
            name: name.to_owned(),
            file: None,
        };
        let mut options = Options {
            only: vec![failed("app/a TestA/sub"), failed("app/b TestB")],
            ..Options::default()
        };
        let joined = |options: &Options| selection(options).join(" ");
        assert_eq!(joined(&options), "-run=^(TestA|TestB)$ app/a app/b");
        options.only.push(failed("app/c"));
        assert_eq!(joined(&options), "app/a app/b app/c");
        options.only.clear();
        assert_eq!(joined(&options), "./...");
    }
}
