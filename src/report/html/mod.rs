//! A run as one page that needs nothing beside itself: timeline, reasons, logs, test results.

mod markup;
mod stage;
mod timeline;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::record::Record;
use super::rendered;
use super::style::elapsed;
use crate::failure::{Failure, Kind};
use crate::secret::Secrets;
use markup::Markup;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Nothing may be loaded, whatever a log says.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'";

/// The page. `failure` is that of the whole run, and `number` the one that the journal knows it by.
pub(super) fn page(
    record: &Record,
    failure: Option<&Failure>,
    number: Option<i64>,
    secrets: &Secrets,
) -> String {
    let mut page = Markup::new(secrets);
    let title = title(record, failure, number);
    page.raw("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    page.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    page.raw("<meta http-equiv=\"Content-Security-Policy\" content=\"");
    page.raw(POLICY);
    page.raw("\">\n<meta name=\"color-scheme\" content=\"light dark\">\n");
    page.element("title", &title);
    page.raw("\n<style>\n");
    page.raw(STYLE);
    page.raw("</style>\n</head>\n<body>\n<header>\n");
    page.element("h1", &title);
    page.raw("\n");
    page.element("p", &subtitle(record));
    page.raw("\n</header>\n<main>\n");
    if let Some(failure) = failure {
        page.raw("<section class=\"failure\">\n");
        page.element("pre", rendered(failure, secrets).trim_end());
        page.raw("\n</section>\n");
    }
    timeline::write(&mut page, record);
    page.raw("<section class=\"stages\">\n<h2>Stages</h2>\n");
    for (index, stage) in record.stages.iter().enumerate() {
        stage::write(&mut page, index, stage);
    }
    page.raw("</section>\n</main>\n<script>\n");
    page.raw(SCRIPT);
    page.raw("</script>\n</body>\n</html>\n");
    page.done()
}

fn title(record: &Record, failure: Option<&Failure>, number: Option<i64>) -> String {
    let run = match (number, record.rehearsal) {
        (Some(number), true) => format!("run {number}, a rehearsal,"),
        (Some(number), false) => format!("run {number}"),
        (None, true) => "rehearsal".to_owned(),
        (None, false) => "run".to_owned(),
    };
    let end = match failure.map(|failure| failure.kind) {
        None => "passed",
        Some(Kind::Interrupted) => "was interrupted",
        Some(_) => "failed",
    };
    format!("wharf: {run} {end}")
}

/// `2026-01-02 03:04:05 UTC · 4.1 s · 3 passed, 1 skipped`.
fn subtitle(record: &Record) -> String {
    // Whole seconds are enough for people.
    let since = record
        .began
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs();
    let began = SystemTime::UNIX_EPOCH + Duration::from_secs(since);
    let began = humantime::format_rfc3339_seconds(began).to_string();
    let mut parts = vec![format!(
        "{} UTC",
        began.replace('T', " ").trim_end_matches('Z')
    )];
    if let Some((took, _)) = &record.ended {
        parts.push(elapsed(*took));
    }
    let counts = record.counts();
    if !counts.is_empty() {
        parts.push(counts);
    }
    parts.join(" · ")
}
