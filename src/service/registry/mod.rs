//! Image registries: what an image is called, who may push it, and what the registry holds.

mod reference;

pub use reference::{InvalidReference, Reference};
