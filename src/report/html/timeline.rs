//! When each stage ran, as bars over time.

use std::fmt::Write;
use std::time::Duration;

use super::markup::Markup;
use super::stage::{class, mark};
use crate::report::record::Record;
use crate::report::style::elapsed;
use crate::report::timing::Timing;

/// What may stand between two lines of the scale, in milliseconds.
const STEPS: &[u64] = &[
    1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 15_000, 30_000, 60_000,
    120_000, 300_000, 600_000, 900_000, 1_800_000, 3_600_000, 7_200_000, 21_600_000, 86_400_000,
];

/// The scale has no more parts than this.
const PARTS: u64 = 6;

pub(super) fn write(page: &mut Markup<'_>, record: &Record) {
    let timing = Timing::of(record);
    if timing.stages.is_empty() {
        return;
    }
    page.raw("<section class=\"timeline\">\n<h2>Timeline</h2>\n<div class=\"chart\">\n");
    page.raw("<div class=\"scale\" aria-hidden=\"true\">");
    for time in scale(timing.whole) {
        page.raw(&format!(
            "<i style=\"left:{:.3}%\">",
            share(time, timing.whole)
        ));
        page.text(&round(time));
        page.raw("</i>");
    }
    page.raw("</div>\n");
    let several = timing.stages.len() > 1;
    for (index, stage) in record.stages.iter().enumerate() {
        if !timing.stages.iter().any(|one| one.name == stage.name) {
            continue;
        }
        let critical = several && timing.is_critical(stage);
        let mut classes = class(stage).to_owned();
        if critical {
            classes.push_str(" critical");
        }
        let left = share(stage.start, timing.whole).min(100.0);
        let width = share(stage.took, timing.whole).min(100.0 - left);
        page.raw(&format!(
            "<a class=\"row {classes}\" href=\"#stage-{index}\">"
        ));
        page.raw("<span class=\"name\">");
        page.text(&format!("{} {}", mark(stage), stage.name));
        if critical {
            page.raw("<b title=\"on the critical path\"> *</b>");
        }
        let mut bar = String::from("</span><span class=\"track\"><span class=\"bar\" ");
        let _ = write!(
            bar,
            "style=\"left:{left:.3}%;width:{width:.3}%\"></span></span>"
        );
        page.raw(&bar);
        page.element("span class=\"time\"", &elapsed(stage.took));
        page.raw("</a>\n");
    }
    page.raw("</div>\n");
    if several {
        page.element(
            "p class=\"path\"",
            &format!(
                "* critical path: {}, {} of {}",
                timing.path(),
                elapsed(timing.shortest),
                elapsed(timing.whole)
            ),
        );
        page.raw("\n");
    }
    page.raw("</section>\n");
}

/// In percent.
fn share(time: Duration, whole: Duration) -> f64 {
    100.0 * time.as_secs_f64() / whole.as_secs_f64().max(1e-9)
}

/// Where the scale has its lines.
fn scale(whole: Duration) -> Vec<Duration> {
    let whole = u64::try_from(whole.as_millis()).unwrap_or(u64::MAX);
    let step = STEPS.iter().find(|step| whole / **step <= PARTS);
    let step = step.copied().unwrap_or(whole / PARTS).max(1);
    (0..=whole / step)
        .map(|part| Duration::from_millis(part * step))
        .collect()
}

/// `0`, `200 ms`, `1.5 s`, `2 min`, `1 h`.
fn round(time: Duration) -> String {
    match time.as_millis() {
        0 => "0".to_owned(),
        ms if ms % 3_600_000 == 0 => format!("{} h", ms / 3_600_000),
        ms if ms % 60_000 == 0 => format!("{} min", ms / 60_000),
        ms if ms % 1_000 == 0 => format!("{} s", ms / 1_000),
        ms if ms > 1_000 => format!("{}.{} s", ms / 1_000, ms % 1_000 / 100),
        ms => format!("{ms} ms"),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{round, scale};

    #[test]
    fn a_scale_has_few_round_parts() {
        for (milliseconds, expected) in [
            (0, "0"),
            (5, "0 1 ms 2 ms 3 ms 4 ms 5 ms"),
            (4_700, "0 1 s 2 s 3 s 4 s"),
            (2_100, "0 500 ms 1 s 1.5 s 2 s"),
            (600_000, "0 2 min 4 min 6 min 8 min 10 min"),
        ] {
            let times: Vec<_> = scale(Duration::from_millis(milliseconds))
                .into_iter()
                .map(round)
                .collect();
            assert_eq!(times.join(" "), expected);
        }
    }
}
