//! go test, read from its JSON lines.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::report::{Case, Outcome, Report};
use super::{Options, Runner};
use crate::action::toolchain::{Project, Show};
use crate::action::{ActionError, Context};
use crate::event::Stream;

/// One line of `go test -json`; lines and fields that are not here tell nothing about a result.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Line {
    action: String,
    #[serde(default)]
    package: String,
    test: Option<String>,
    output: Option<String>,
    elapsed: Option<f64>,
    failed_build: Option<String>,
}

pub(super) fn run(
    context: &Context,
    project: &Project,
    options: &Options,
) -> Result<Report, ActionError> {
    let mut words: Vec<_> = ["go", "test", "-json"].map(str::to_owned).to_vec();
    words.extend(options.args.iter().cloned());
    if options.paths.is_empty() {
        words.push("./...".to_owned());
    }
    words.extend(options.paths.iter().cloned());
    let ran = project.run(context, &words, Show::Stderr)?;
    let (cases, shown) = read(&ran.stdout);
    context.output(Stream::Stdout, shown.as_bytes());
    if ran.code() > 1 || (ran.code() == 1 && cases.is_empty()) {
        return Err(ran.broke("the tests cannot be built or run"));
    }
    let seconds = ran.finished.took.as_secs_f64();
    Ok(Report::of(Runner::Go, cases, seconds, ran.code()))
}

/// The cases, and what of the output people read: a line a package, all of a failed test.
fn read(text: &str) -> (Vec<Case>, String) {
    let mut outputs: BTreeMap<(String, String), String> = BTreeMap::new();
    let (mut cases, mut shown) = (Vec::new(), String::new());
    for line in text
        .lines()
        .filter_map(|line| serde_json::from_str::<Line>(line).ok())
    {
        let test = line.test.unwrap_or_default();
        let key = (line.package, test);
        let outcome = match line.action.as_str() {
            "output" => {
                let output = line.output.unwrap_or_default();
                if key.1.is_empty() {
                    shown.push_str(&output);
                } else {
                    outputs.entry(key).or_default().push_str(&output);
                }
                continue;
            }
            "build-output" => {
                shown.push_str(&line.output.unwrap_or_default());
                continue;
            }
            "pass" => Outcome::Passed,
            "skip" => Outcome::Skipped,
            "fail" if key.1.is_empty() && line.failed_build.is_some() => Outcome::Error,
            "fail" => Outcome::Failed,
            _ => continue,
        };
        if key.1.is_empty() && outcome != Outcome::Error {
            continue;
        }
        let output = outputs.remove(&key).unwrap_or_default();
        if outcome == Outcome::Failed {
            shown.push_str(&output);
        }
        cases.push(case(&key.0, &key.1, outcome, &output, line.elapsed));
    }
    (cases, shown)
}

fn case(package: &str, test: &str, outcome: Outcome, output: &str, seconds: Option<f64>) -> Case {
    // `    rent_test.go:7: got 1200, want 1300`
    let told = output.lines().find_map(|line| {
        let (place, message) = line.trim().split_once(": ")?;
        let (file, number) = place.rsplit_once(':')?;
        let number = number.parse::<usize>().ok()?;
        file.ends_with(".go")
            .then(|| (file.to_owned(), number, message.to_owned()))
    });
    let told = told.filter(|_| outcome == Outcome::Failed);
    Case {
        name: format!("{package} {test}").trim_end().to_owned(),
        file: told.as_ref().map(|(file, _, _)| file.clone()),
        line: told.as_ref().map(|(_, line, _)| *line),
        outcome,
        message: match outcome {
            Outcome::Error => Some("the package cannot be built".to_owned()),
            _ => told.map(|(_, _, message)| message),
        },
        seconds,
    }
}

#[cfg(test)]
mod tests {
    use super::{Outcome, read};

    #[test]
    fn reads_json_lines() {
        let (cases, shown) = read(
            r#"{"Action":"start","Package":"app"}
{"Action":"run","Package":"app","Test":"TestRent"}
{"Action":"output","Package":"app","Test":"TestRent","Output":"    rent_test.go:7: got 1, want 2\n"}
{"Action":"fail","Package":"app","Test":"TestRent","Elapsed":0.01}
{"Action":"pass","Package":"app","Test":"TestKeys","Elapsed":0}
{"Action":"output","Package":"app","Output":"FAIL\tapp\t0.01s\n"}
{"Action":"fail","Package":"app","Elapsed":0.01}
{"ImportPath":"other","Action":"build-output","Output":"other.go:3: undefined: x\n"}
{"ImportPath":"other","Action":"build-fail"}
{"Action":"fail","Package":"other","FailedBuild":"other"}
"#,
        );
        let outcomes: Vec<_> = cases.iter().map(|case| case.outcome).collect();
        assert_eq!(outcomes, [Outcome::Failed, Outcome::Passed, Outcome::Error]);
        assert_eq!(cases[0].line, Some(7));
        assert_eq!(
            shown,
            "    rent_test.go:7: got 1, want 2\nFAIL\tapp\t0.01s\nother.go:3: undefined: x\n"
        );
    }
}
