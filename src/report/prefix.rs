//! A stage's name in front of its lines.

use std::collections::HashMap;
use std::sync::Arc;

use anstyle::{AnsiColor, Style};

use super::style::Colour;
use super::width::{cut, width};

/// `test │ `, each stage in a colour of its own.
#[derive(Debug, Default)]
pub(super) struct Prefixes {
    colours: HashMap<Arc<str>, AnsiColor>,
    width: usize,
}

/// Red is left to failures.
const COLOURS: [AnsiColor; 10] = [
    AnsiColor::Cyan,
    AnsiColor::Magenta,
    AnsiColor::Blue,
    AnsiColor::Green,
    AnsiColor::Yellow,
    AnsiColor::BrightCyan,
    AnsiColor::BrightMagenta,
    AnsiColor::BrightBlue,
    AnsiColor::BrightGreen,
    AnsiColor::BrightYellow,
];

/// A longer name is cut.
const LONGEST: usize = 24;

impl Prefixes {
    /// Makes room for the names of a run. A stage's colour comes from its name, so that it stays
    /// from run to run; only where two would have the same one of them takes the next.
    pub(super) fn learn<'a>(&mut self, names: impl Iterator<Item = &'a Arc<str>>) {
        for name in names {
            self.width = self.width.max(width(name).min(LONGEST));
            let colour = self.colour(name);
            self.colours.insert(name.clone(), colour);
        }
    }

    pub(super) fn of(&self, stage: &Arc<str>, colour: Colour) -> String {
        let name = cut(stage, LONGEST);
        let padding = " ".repeat(self.width.saturating_sub(width(&name)));
        let style = Style::new().fg_color(Some(self.colour(stage).into()));
        colour.paint(style, &format!("{name}{padding} │ "))
    }

    fn colour(&self, name: &Arc<str>) -> AnsiColor {
        if let Some(colour) = self.colours.get(name) {
            return *colour;
        }
        let seed = name
            .bytes()
            .fold(7_usize, |sum, byte| (sum * 31 + usize::from(byte)) % 65_521);
        let mut candidates = (0..COLOURS.len()).map(|step| COLOURS[(seed + step) % COLOURS.len()]);
        let free = candidates.find(|one| !self.colours.values().any(|taken| taken == one));
        free.unwrap_or(COLOURS[seed % COLOURS.len()])
    }
}

#[cfg(test)]
mod tests {
    use super::Prefixes;
    use std::sync::Arc;

    #[test]
    fn each_stage_keeps_a_colour_of_its_own() {
        let names: Vec<Arc<str>> = ["test", "lint", "image", "push", "deploy"]
            .map(Arc::from)
            .to_vec();
        let mut prefixes = Prefixes::default();
        prefixes.learn(names.iter());
        for (at, name) in names.iter().enumerate() {
            for other in &names[..at] {
                assert_ne!(prefixes.colour(name), prefixes.colour(other));
            }
        }
        let mut alone = Prefixes::default();
        alone.learn(names[..1].iter());
        assert_eq!(alone.colour(&names[0]), prefixes.colour(&names[0]));
    }
}
