//! Whether findings fail the lint, and how they are told.

use std::collections::BTreeMap;

use super::{Finding, Linter, Severity};
use crate::action::ActionError;
use crate::words::counted;

/// More lines than this are counted, not listed.
const LISTED: usize = 100;

pub(super) fn counts(linters: &[Linter], findings: &[Finding]) -> BTreeMap<&'static str, usize> {
    let of = |linter: Linter| findings.iter().filter(|one| one.linter == linter).count();
    linters
        .iter()
        .map(|linter| (linter.name(), of(*linter)))
        .collect()
}

/// Fails with `findings`, sorted by place, unless nothing but notes or allowed warnings is there.
pub(super) fn judge(
    findings: &[Finding],
    counts: &BTreeMap<&str, usize>,
    allow_warnings: bool,
) -> Result<(), ActionError> {
    let is_bad = |one: &&Finding| match one.severity {
        Severity::Error => true,
        Severity::Warning => !allow_warnings,
        Severity::Note => false,
    };
    if findings.iter().find(is_bad).is_none() {
        return Ok(());
    }
    let (files, lines) = listed(findings, counts.len() > 1);
    let count = findings.iter().filter(told).count();
    let mut message = format!(
        "{} in {}",
        counted(count, "finding"),
        counted(files, "file")
    );
    if counts.len() > 1 {
        let each: Vec<_> = counts
            .iter()
            .map(|(linter, count)| format!("{linter} {count}"))
            .collect();
        message = format!("{message}: {}", each.join(", "));
    }
    let error = ActionError::new(message).exit_code(Some(1)).output(lines);
    let only_warnings = findings.iter().all(|one| one.severity != Severity::Error);
    Err(if only_warnings {
        error.hint("there are only warnings: `allow_warnings: true` lets them pass")
    } else {
        error
    })
}

/// `broken`, which one of the linters is, with what the others found below what it said.
pub(super) fn beside(mut broken: ActionError, findings: &[Finding], several: bool) -> ActionError {
    broken.output.extend(listed(findings, several).1);
    broken
}

/// The number of files, and the lines that tell their findings: who found them too, where several
/// linters looked.
fn listed(findings: &[Finding], several: bool) -> (usize, Vec<String>) {
    let mut lines = Vec::new();
    let (mut files, mut last) = (0, None);
    for finding in findings.iter().filter(told) {
        if last != Some(&finding.path) {
            lines.push(finding.path.clone());
            files += 1;
            last = Some(&finding.path);
        }
        let linter = if several {
            format!("{} ", finding.linter.name())
        } else {
            String::new()
        };
        lines.push(format!(
            "  {}:{} {linter}{} {}",
            finding.line, finding.column, finding.code, finding.message
        ));
    }
    if lines.len() > LISTED {
        let left = lines.len() - LISTED;
        lines.truncate(LISTED);
        lines.push(format!("and {}", counted(left, "more line")));
    }
    (files, lines)
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "it filters an iterator of references"
)]
fn told(finding: &&Finding) -> bool {
    finding.severity != Severity::Note
}
