//! Colours and times as people read them.

use std::io::IsTerminal;
use std::time::Duration;

use anstyle::{AnsiColor, Style};

/// Whether an output is coloured: `NO_COLOR` says no, `FORCE_COLOR` and `CLICOLOR_FORCE` yes, and
/// otherwise only a terminal that is not `dumb` is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour(bool);

impl Colour {
    pub fn of(output: &impl IsTerminal) -> Self {
        let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let forced = ["FORCE_COLOR", "CLICOLOR_FORCE"].into_iter().any(|name| {
            std::env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0")
        });
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        Self(!set("NO_COLOR") && (forced || (output.is_terminal() && !dumb)))
    }

    #[cfg(test)]
    pub fn none() -> Self {
        Self(false)
    }

    pub fn is_on(self) -> bool {
        self.0
    }

    pub fn good(self, text: &str) -> String {
        self.paint(Style::new().fg_color(Some(AnsiColor::Green.into())), text)
    }

    pub fn bad(self, text: &str) -> String {
        self.paint(
            Style::new().fg_color(Some(AnsiColor::Red.into())).bold(),
            text,
        )
    }

    pub fn attention(self, text: &str) -> String {
        self.paint(Style::new().fg_color(Some(AnsiColor::Yellow.into())), text)
    }

    pub(super) fn live(self, text: &str) -> String {
        self.paint(Style::new().fg_color(Some(AnsiColor::Cyan.into())), text)
    }

    pub fn strong(self, text: &str) -> String {
        self.paint(Style::new().bold(), text)
    }

    pub fn faint(self, text: &str) -> String {
        self.paint(Style::new().dimmed(), text)
    }

    pub(super) fn paint(self, style: Style, text: &str) -> String {
        if self.0 {
            format!("{style}{text}{style:#}")
        } else {
            text.to_owned()
        }
    }
}

/// `0.02 s`, `4.1 s`, `2 min 05 s`.
pub fn elapsed(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    match seconds {
        ..1.0 => format!("{seconds:.2} s"),
        ..60.0 => format!("{seconds:.1} s"),
        _ => format!("{} min {:02} s", time.as_secs() / 60, time.as_secs() % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::elapsed;
    use std::time::Duration;

    #[test]
    fn tells_times_as_people_do() {
        for (milliseconds, expected) in [
            (4, "0.00 s"),
            (960, "0.96 s"),
            (4_120, "4.1 s"),
            (125_000, "2 min 05 s"),
        ] {
            assert_eq!(elapsed(Duration::from_millis(milliseconds)), expected);
        }
    }
}
