//! Where in a script something is, as reports tell it.

use crate::failure::Place;

/// Line and column from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct At {
    pub(super) file: String,
    pub(super) line: usize,
    pub(super) column: usize,
}

pub(super) fn at(place: &Place) -> At {
    let (line, column) = place.line_and_column();
    At {
        file: place.source.name.clone(),
        line,
        column,
    }
}
