//! `wharf check`, and the check that `wharf run` begins with.

use std::io::Write;
use std::sync::Arc;

use serde::Serialize;

use super::arguments::{CheckOptions, Format, Place};
use super::load::{Setting, load};
use super::{Done, show};
use crate::failure::{Failure, Kind};
use crate::script::Program;
use crate::script::check::{Finding, Severity, check};
use crate::secret::Secrets;

pub(super) fn run(place: &Place, options: &CheckOptions, secrets: &Secrets) -> Done {
    let program = match load(place, secrets, Setting::looking()) {
        Ok(program) => program,
        // What reads the findings reads this one too.
        Err(failure) if matches!(options.format, Format::Json) => {
            print_json(&[Finding::error(failure)], options.strict, secrets);
            return Err(Arc::new(Failure::new(Kind::Script, "1 error found")));
        }
        Err(failure) => return Err(Arc::new(failure)),
    };
    let findings = check(&program);
    let wrong = findings
        .iter()
        .filter(|finding| options.strict || finding.severity == Severity::Error)
        .count();
    match options.format {
        Format::Json => print_json(&findings, options.strict, secrets),
        Format::Text => show_all(&findings, options.strict, secrets),
    }
    verdict(wrong, "")
}

/// Shows what is wrong wherever it runs, and fails if anything is for certain.
pub(super) fn before_run(program: &Program, secrets: &Secrets) -> Done {
    let mut findings = check(program);
    findings.retain(|finding| finding.severity != Severity::Warning);
    show_all(&findings, false, secrets);
    findings.retain(|finding| finding.severity == Severity::Error);
    verdict(findings.len(), "; nothing was run")
}

fn verdict(wrong: usize, consequence: &str) -> Done {
    let noun = if wrong == 1 { "error" } else { "errors" };
    match wrong {
        0 => Ok(()),
        _ => Err(Arc::new(Failure::new(
            Kind::Script,
            format!("{wrong} {noun} found{consequence}"),
        ))),
    }
}

fn show_all(findings: &[Finding], strict: bool, secrets: &Secrets) {
    for finding in findings {
        let warning = finding.severity != Severity::Error && !strict;
        show(&finding.failure, warning, secrets);
    }
}

/// One finding of `--format json`.
#[derive(Serialize)]
struct Line {
    severity: &'static str,
    message: String,
    file: Option<String>,
    /// From 1.
    line: Option<usize>,
    /// In characters, from 1.
    column: Option<usize>,
    /// In characters, from 1: of the first one behind it, on the same line.
    end_column: Option<usize>,
    /// From the nearest to the root.
    causes: Vec<String>,
    /// Other places that have to do with it, such as the first of two declarations.
    related: Vec<Related>,
    hints: Vec<String>,
}

/// A place of a finding that is not its first.
#[derive(Serialize)]
struct Related {
    file: String,
    line: usize,
    column: usize,
    message: String,
}

fn print_json(findings: &[Finding], strict: bool, secrets: &Secrets) {
    let lines: Vec<_> = findings
        .iter()
        .map(|finding| line(finding, strict, secrets))
        .collect();
    let mut stdout = std::io::stdout().lock();
    // A closed pipe wants no more lines, and plain data can always be written.
    let _ = serde_json::to_writer_pretty(&mut stdout, &lines);
    let _ = writeln!(stdout);
}

fn line(finding: &Finding, strict: bool, secrets: &Secrets) -> Line {
    let place = finding.failure.places.first();
    let position = place.map(crate::failure::Place::line_and_column);
    Line {
        severity: match finding.severity {
            Severity::Doubt | Severity::Warning if !strict => "warning",
            _ => "error",
        },
        message: secrets.mask(&finding.failure.message),
        file: place.map(|place| place.source.name.clone()),
        line: position.map(|(line, _)| line),
        column: position.map(|(_, column)| column),
        end_column: position.zip(place).map(|((_, column), place)| {
            let text = place.source.text.get(place.span.clone());
            let line = text.and_then(|text| text.lines().next());
            column + line.map_or(0, |line| line.chars().count())
        }),
        causes: masked(&finding.failure.causes, secrets),
        related: (finding.failure.places.iter().skip(1))
            .map(|place| {
                let (line, column) = place.line_and_column();
                Related {
                    file: place.source.name.clone(),
                    line,
                    column,
                    message: secrets.mask(&place.label),
                }
            })
            .collect(),
        hints: masked(&finding.failure.hints, secrets),
    }
}

fn masked(texts: &[String], secrets: &Secrets) -> Vec<String> {
    texts.iter().map(|text| secrets.mask(text)).collect()
}
