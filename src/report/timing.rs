//! The table of what took how long.

use std::sync::Arc;
use std::time::Duration;

use super::critical::{self, Step};
use super::record::{Record, Stage};
use super::style::{Colour, elapsed};
use super::width::{cut, width};

/// A run's shape in time.
#[derive(Debug)]
pub(super) struct Timing<'a> {
    /// Those that ran, in the order they started.
    pub(super) stages: Vec<&'a Stage>,
    pub(super) critical: Vec<&'a Arc<str>>,
    /// How long the critical path takes.
    pub(super) shortest: Duration,
    /// How long it took from the first start to the last end.
    pub(super) whole: Duration,
}

impl<'a> Timing<'a> {
    pub(super) fn of(record: &'a Record) -> Self {
        let steps: Vec<_> = record
            .listed()
            .map(|stage| Step {
                name: &stage.name,
                needs: &stage.needs,
                took: stage.took,
            })
            .collect();
        let (critical, shortest) = critical::path(&steps);
        let mut stages: Vec<_> = record.listed().filter(|stage| stage.ran()).collect();
        stages.sort_by_key(|stage| stage.start);
        let ends = stages.iter().map(|stage| stage.start + stage.took);
        Self {
            whole: ends.max().unwrap_or_default(),
            stages,
            critical,
            shortest,
        }
    }

    pub(super) fn is_critical(&self, stage: &Stage) -> bool {
        self.critical.contains(&&stage.name)
    }

    /// `test → image → deploy`.
    pub(super) fn path(&self) -> String {
        let names: Vec<&str> = self.critical.iter().map(|name| &***name).collect();
        names.join(" → ")
    }
}

/// How wide a bar is.
const BAR: usize = 24;
/// A longer name is cut.
const LONGEST: usize = 32;

/// Lines for at most `columns`; none if there is nothing to compare.
pub(super) fn table(record: &Record, columns: usize, colour: Colour) -> Vec<String> {
    let timing = Timing::of(record);
    if timing.stages.len() < 2 {
        return Vec::new();
    }
    let times: Vec<_> = timing
        .stages
        .iter()
        .map(|stage| elapsed(stage.took))
        .collect();
    let time_width = times.iter().map(|time| width(time)).max().unwrap_or(0);
    // The mark, the time, and the spaces between.
    let fixed = 2 + 2 + time_width.max(4);
    let bars = columns >= fixed + 16 + 2 + BAR;
    let room = columns.saturating_sub(fixed + if bars { 2 + BAR } else { 0 });
    let names = timing.stages.iter().map(|stage| width(&stage.name));
    let name_width = names.max().unwrap_or(0).clamp(5, LONGEST).min(room);
    let cells = |mark: &str, name: &str, time: &str, bar: &str| {
        let name = cut(name, name_width);
        let (before, between) = (name_width - width(&name), time_width.max(4) - width(time));
        let line = format!("{mark} {name}{:before$}  {:between$}{time}  {bar}", "", "");
        line.trim_end().to_owned()
    };
    let mut lines = vec![colour.faint(&cells(" ", "stage", "time", ""))];
    for (stage, time) in timing.stages.iter().zip(&times) {
        let bar = if bars {
            bar(stage, timing.whole)
        } else {
            String::new()
        };
        let critical = timing.is_critical(stage);
        let line = cells(if critical { "*" } else { " " }, &stage.name, time, &bar);
        lines.push(if critical { colour.strong(&line) } else { line });
    }
    let path = format!(
        "* critical path: {}, {} of {}",
        timing.path(),
        elapsed(timing.shortest),
        elapsed(timing.whole)
    );
    lines.push(colour.faint(&path));
    lines
}

/// When in the whole time a stage ran.
fn bar(stage: &Stage, whole: Duration) -> String {
    let (start, length) = cells(stage.start, stage.took, whole);
    format!("{:start$}{}", "", "█".repeat(length))
}

/// The first cell of a bar, and how many it has: at least one.
fn cells(start: Duration, took: Duration, whole: Duration) -> (usize, usize) {
    let whole = whole.as_nanos().max(1);
    let share = |time: Duration| {
        let share = (time.as_nanos() * BAR as u128 + whole / 2) / whole;
        usize::try_from(share).unwrap_or(BAR)
    };
    let first = share(start).min(BAR - 1);
    let last = share(start + took).clamp(first + 1, BAR);
    (first, last - first)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{BAR, cells};

    #[test]
    fn a_bar_lies_within_the_whole() {
        let seconds = Duration::from_secs;
        assert_eq!(cells(seconds(0), seconds(4), seconds(4)), (0, BAR));
        assert_eq!(cells(seconds(2), seconds(2), seconds(4)), (12, 12));
        assert_eq!(cells(seconds(4), seconds(0), seconds(4)), (BAR - 1, 1));
        assert_eq!(cells(seconds(0), seconds(0), seconds(0)), (0, 1));
    }
}
