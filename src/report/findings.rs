//! Tests and findings in what actions report.

use serde::Deserialize;
use serde_json::Value;

use super::record::{Call, Stage};

/// One test that `run_tests` tells of.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Test {
    pub(super) name: String,
    pub(super) file: Option<String>,
    pub(super) line: Option<usize>,
    pub(super) outcome: Verdict,
    pub(super) message: Option<String>,
    pub(super) seconds: Option<f64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Verdict {
    Passed,
    Failed,
    Skipped,
    Error,
}

/// One thing that `lint` tells of.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Finding {
    pub(super) linter: String,
    pub(super) path: String,
    pub(super) line: usize,
    pub(super) column: usize,
    pub(super) code: String,
    pub(super) message: String,
    pub(super) severity: Severity,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Severity {
    Error,
    Warning,
    Note,
}

#[derive(Deserialize)]
struct Tests {
    cases: Vec<Test>,
    #[serde(default)]
    folder: String,
}

#[derive(Deserialize)]
struct Findings {
    findings: Vec<Finding>,
    #[serde(default)]
    folder: String,
}

impl Verdict {
    pub(super) fn is_bad(self) -> bool {
        matches!(self, Self::Failed | Self::Error)
    }

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
            Self::Error => "error",
        }
    }
}

impl Severity {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// The tests that `stage` ran, their files told from the repository's root.
pub(super) fn tests(stage: &Stage) -> Vec<Test> {
    stage.calls.iter().flat_map(tests_of).collect()
}

/// What the linters of `stage` found, their files told from the repository's root.
pub(super) fn findings(stage: &Stage) -> Vec<Finding> {
    stage.calls.iter().flat_map(findings_of).collect()
}

pub(super) fn tests_of(call: &Call) -> Vec<Test> {
    if call.action != "run_tests" {
        return Vec::new();
    }
    tests_in(&call.value).unwrap_or_default()
}

/// The tests that a result of `run_tests` tells of.
pub(super) fn tests_in(value: &Value) -> Option<Vec<Test>> {
    let mut report = Tests::deserialize(value).ok()?;
    for test in &mut report.cases {
        test.file = test.file.take().map(|file| within(&report.folder, file));
    }
    Some(report.cases)
}

pub(super) fn findings_of(call: &Call) -> Vec<Finding> {
    if call.action != "lint" {
        return Vec::new();
    }
    findings_in(&call.value).unwrap_or_default()
}

/// What a result of `lint` tells of.
pub(super) fn findings_in(value: &Value) -> Option<Vec<Finding>> {
    let mut report = Findings::deserialize(value).ok()?;
    for finding in &mut report.findings {
        finding.path = within(&report.folder, std::mem::take(&mut finding.path));
    }
    Some(report.findings)
}

pub(super) fn within(folder: &str, file: String) -> String {
    let folder = folder.trim_start_matches("./").trim_end_matches('/');
    if folder.is_empty() || folder == "." || file.starts_with('/') {
        file
    } else {
        format!("{folder}/{file}")
    }
}

#[cfg(test)]
mod tests {
    use super::within;

    #[test]
    fn a_file_is_told_from_the_root() {
        for (folder, file, expected) in [
            ("", "a.py", "a.py"),
            (".", "a.py", "a.py"),
            ("./back/", "a.py", "back/a.py"),
            ("back", "/srv/a.py", "/srv/a.py"),
        ] {
            assert_eq!(within(folder, file.to_owned()), expected);
        }
    }
}
