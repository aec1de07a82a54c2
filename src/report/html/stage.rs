//! One stage: what became of it, what it found and what it said.

use super::markup::Markup;
use crate::event::Outcome;
use crate::report::findings::{Finding, Test, findings, tests};
use crate::report::record::{Stage, State};
use crate::report::rendered;
use crate::report::style::elapsed;

/// How many tests are listed; failed ones come first.
const MOST: usize = 1_000;

pub(super) fn write(page: &mut Markup<'_>, index: usize, stage: &Stage) {
    if !stage.listed && stage.log.is_empty() {
        return;
    }
    let open = if stage.failure().is_some() {
        " open"
    } else {
        ""
    };
    page.raw(&format!(
        "<details id=\"stage-{index}\" class=\"stage {}\"{open}>\n<summary>",
        class(stage)
    ));
    page.element(
        "span class=\"name\"",
        &format!("{} {}", mark(stage), stage.name),
    );
    if stage.ran() {
        page.element("span class=\"time\"", &elapsed(stage.took));
    }
    page.element("span class=\"why\"", &why(stage));
    page.raw("</summary>\n");
    if !stage.needs.is_empty() {
        page.element(
            "p class=\"needs\"",
            &format!("needs {}", stage.needs.join(", ")),
        );
        page.raw("\n");
    }
    if let Some(environment) = &stage.environment {
        page.element("p class=\"needs\"", &format!("environment {environment}"));
        page.raw("\n");
    }
    if stage.attempts > 1 {
        page.element("p", &format!("{} attempts", stage.attempts));
        page.raw("\n");
    }
    if let Some(failure) = stage.failure() {
        page.element(
            "pre class=\"error\"",
            rendered(failure, page.secrets()).trim_end(),
        );
        page.raw("\n");
    }
    calls(page, stage);
    list_tests(page, tests(stage));
    list_findings(page, &findings(stage));
    log(page, stage);
    page.raw("</details>\n");
}

pub(super) fn class(stage: &Stage) -> &'static str {
    match &stage.state {
        State::Ended(Outcome::Passed) => "passed",
        State::Ended(Outcome::Excused(_)) => "excused",
        State::Ended(_) | State::Running => "failed",
        State::Waiting | State::Skipped(_) | State::Held(_) | State::Dropped(_) => "skipped",
    }
}

pub(super) fn mark(stage: &Stage) -> &'static str {
    match class(stage) {
        "passed" => "✓",
        "excused" => "!",
        "failed" => "✗",
        _ => "○",
    }
}

fn why(stage: &Stage) -> String {
    match &stage.state {
        _ if !stage.listed => String::new(),
        State::Skipped(reason) => format!("skipped: {reason}"),
        State::Held(what) => format!("held: {what}"),
        State::Dropped(reason) => format!("not run: {reason}"),
        State::Waiting => "not run".to_owned(),
        State::Ended(Outcome::Passed) => format!("ran: {}", stage.why),
        _ => format!("{}; ran: {}", stage.word(), stage.why),
    }
}

fn calls(page: &mut Markup<'_>, stage: &Stage) {
    if stage.calls.is_empty() {
        return;
    }
    page.raw("<ul class=\"calls\">\n");
    for call in &stage.calls {
        page.raw("<li>");
        page.element("code", call.action);
        page.text(&format!(" {}", elapsed(call.took)));
        if let Some(message) = &call.failed {
            page.raw(" ");
            page.element("span class=\"bad\"", message);
        }
        page.raw("</li>\n");
    }
    page.raw("</ul>\n");
}

fn list_tests(page: &mut Markup<'_>, mut tests: Vec<Test>) {
    if tests.is_empty() {
        return;
    }
    tests.sort_by_key(|test| !test.outcome.is_bad());
    let bad = tests.iter().filter(|test| test.outcome.is_bad()).count();
    page.raw(if bad > 0 {
        "<details open>"
    } else {
        "<details>"
    });
    let count = tests.len();
    page.element(
        "summary",
        &match bad {
            0 => format!("{count} tests"),
            _ => format!("{count} tests, {bad} failed"),
        },
    );
    page.raw("\n<table>\n");
    for test in tests.iter().take(MOST) {
        let verdict = test.outcome.word();
        page.raw(&format!("<tr class=\"{verdict}\">"));
        page.element("td", verdict);
        page.raw("<td>");
        page.element("code", &test.name);
        if let (true, Some(message)) = (test.outcome.is_bad(), &test.message) {
            page.element("pre", message.trim_end());
        }
        page.raw("</td>");
        page.element("td", &place(test.file.as_deref(), test.line));
        let time = test
            .seconds
            .and_then(|time| std::time::Duration::try_from_secs_f64(time).ok());
        page.element("td class=\"time\"", &time.map(elapsed).unwrap_or_default());
        page.raw("</tr>\n");
    }
    page.raw("</table>\n");
    if count > MOST {
        page.element("p", &format!("and {} more", count - MOST));
    }
    page.raw("</details>\n");
}

fn list_findings(page: &mut Markup<'_>, findings: &[Finding]) {
    if findings.is_empty() {
        return;
    }
    page.raw("<details open>");
    page.element("summary", &format!("{} findings", findings.len()));
    page.raw("\n<table>\n");
    for finding in findings.iter().take(MOST) {
        let severity = finding.severity.word();
        page.raw(&format!("<tr class=\"{severity}\">"));
        page.element("td", severity);
        page.raw("<td>");
        page.element("code", &format!("{} {}", finding.linter, finding.code));
        page.raw("</td>");
        page.element("td", &place(Some(&finding.path), Some(finding.line)));
        page.element("td", &finding.message);
        page.raw("</tr>\n");
    }
    page.raw("</table>\n");
    if findings.len() > MOST {
        page.element("p", &format!("and {} more", findings.len() - MOST));
    }
    page.raw("</details>\n");
}

fn log(page: &mut Markup<'_>, stage: &Stage) {
    if stage.log.is_empty() {
        return;
    }
    page.raw("<details class=\"log\">");
    let count = stage.log.lines().count();
    page.element(
        "summary",
        &match (count, stage.log.missing) {
            (1, 0) => "1 line of output".to_owned(),
            (_, 0) => format!("{count} lines of output"),
            (_, missing) => format!("the last {count} of {} lines of output", count + missing),
        },
    );
    page.raw("\n<pre>");
    for line in stage.log.lines() {
        page.text(line);
        page.raw("\n");
    }
    page.raw("</pre>\n</details>\n");
}

fn place(file: Option<&str>, line: Option<usize>) -> String {
    match (file, line) {
        (Some(file), Some(line)) => format!("{file}:{line}"),
        (file, _) => file.unwrap_or_default().to_owned(),
    }
}
