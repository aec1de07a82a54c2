//! What actions find and make, as people read it.

use std::time::Duration;

use serde_json::{Map, Value};

use crate::report::findings::{self, Finding, Test};
use crate::report::{Colour, elapsed};
use crate::words::{AS_IS, counted, size};

/// Tests or findings, where `map` is the result of `run_tests` or `lint`.
pub(super) fn report(map: &Map<String, Value>, colour: Colour) -> Option<String> {
    let value = Value::Object(map.clone());
    if map.contains_key("cases") && map.contains_key("runner") {
        return Some(tests(map, &findings::tests_in(&value)?, colour));
    }
    if map.contains_key("findings") && map.contains_key("linters") {
        return Some(lint(map, &findings::findings_in(&value)?, colour));
    }
    None
}

/// `pytest: 12 passed, 1 failed in 2.1 s`, and each test that did not pass.
fn tests(map: &Map<String, Value>, tests: &[Test], colour: Colour) -> String {
    let count = |name: &str| map.get(name).and_then(Value::as_u64).unwrap_or_default();
    let counts: Vec<_> = ["passed", "failed", "skipped", "errors"]
        .into_iter()
        .filter(|name| count(name) > 0)
        .map(|name| format!("{} {name}", count(name)))
        .collect();
    let counts = if counts.is_empty() {
        "no tests".to_owned()
    } else {
        counts.join(", ")
    };
    let seconds = map.get("seconds").and_then(Value::as_f64);
    // A script may have made up the map, with any number in it.
    let took = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    let took = elapsed(took.unwrap_or_default());
    let runner = map.get("runner").and_then(Value::as_str).unwrap_or("tests");
    let good = count("failed") + count("errors") == 0;
    let line = format!("{runner}: {counts} in {took}");
    let mut lines = vec![if good {
        colour.good(&line)
    } else {
        colour.bad(&line)
    }];
    for test in tests.iter().filter(|test| test.outcome.is_bad()) {
        let place = match (&test.file, test.line) {
            (Some(file), Some(line)) => format!("  {file}:{line}"),
            (Some(file), None) => format!("  {file}"),
            _ => String::new(),
        };
        lines.push(format!(
            "{} {}{}",
            colour.bad("✗"),
            test.name,
            colour.faint(&place)
        ));
        let message = test.message.as_deref().unwrap_or_default();
        lines.extend(message.lines().next().map(|line| format!("  {line}")));
    }
    lines.join("\n")
}

/// `flake8: 2 findings`, and a line for each.
fn lint(map: &Map<String, Value>, findings: &[Finding], colour: Colour) -> String {
    let linters = map.get("linters").and_then(Value::as_array);
    let linters: Vec<_> = linters
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let line = format!(
        "{}: {}",
        linters.join(", "),
        counted(findings.len(), "finding")
    );
    let mut lines = vec![if findings.is_empty() {
        colour.good(&line)
    } else {
        colour.attention(&line)
    }];
    lines.extend(findings.iter().map(|finding| {
        let place = format!("{}:{}:{}", finding.path, finding.line, finding.column);
        let severity = finding.severity.word();
        format!("{place}  {severity}  {} {}", finding.code, finding.message)
    }));
    lines.join("\n")
}

/// `value` with the sizes of images and files in words, and no file of a context told twice.
pub(super) fn sized(value: &Value) -> Value {
    match value {
        Value::Array(values) => values.iter().map(sized).collect(),
        Value::Object(map) => {
            let is_context = map.contains_key("files") && map.contains_key("largest");
            let is_thing = ["path", "reference", "id"]
                .iter()
                .any(|name| map.contains_key(*name));
            let many = map
                .get("files")
                .and_then(Value::as_array)
                .map_or(0, Vec::len)
                > 10;
            let twice = if many { "files" } else { "largest" };
            let kept = map.iter().filter(|(name, _)| !is_context || *name != twice);
            let entries = kept.map(|(name, value)| {
                let is_size = (is_thing && name == "size") || (is_context && name == "total");
                let value = match value.as_u64().filter(|_| is_size) {
                    Some(bytes) => Value::from(format!("{AS_IS}{}", size(bytes))),
                    None => sized(value),
                };
                (name.clone(), value)
            });
            Value::Object(entries.collect())
        }
        other => other.clone(),
    }
}
