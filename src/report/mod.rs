//! A run's events, drawn. Every byte passes through the secrets' mask on its way out.

mod lines;
mod plain;
mod style;

pub use plain::Plain;
pub use style::{Colour, elapsed};
