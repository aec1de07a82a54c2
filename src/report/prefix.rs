//! A stage's name in front of its lines.

use std::collections::{BTreeSet, HashMap, HashSet};
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
    pub(super) fn learn(&mut self, names: &HashSet<Arc<str>>) {
        // In one order, so that two runs agree.
        let names: BTreeSet<_> = names.iter().collect();
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
    use std::collections::HashSet;
    use std::sync::Arc;

    use super::Prefixes;

    #[test]
    fn each_stage_keeps_a_colour_of_its_own() {
        let names = ["test", "lint", "image", "push", "deploy"].map(Arc::from);
        let mut prefixes = Prefixes::default();
        prefixes.learn(&HashSet::from(names.clone()));
        for (at, name) in names.iter().enumerate() {
            for other in &names[..at] {
                assert_ne!(prefixes.colour(name), prefixes.colour(other));
            }
        }
    }
}
