//! The functions of the language that are not actions, a family each.

pub(super) mod condition;
mod data;
mod environment;
mod files;
mod git;
pub(super) mod globs;
mod image;
pub(super) mod matrix;
mod parallel;
mod talk;

use std::sync::Arc;

use rhai::{Dynamic, Engine, EvalAltResult};

use super::host::Host;

/// What a host function answers.
type Answer<T = Dynamic> = Result<T, Box<EvalAltResult>>;

pub(super) fn register(engine: &mut Engine, host: &Arc<Host>) {
    environment::register(engine, host);
    git::register(engine, host);
    condition::register(engine, host);
    files::register(engine, host);
    globs::register(engine, host);
    data::register(engine);
    image::register(engine);
    talk::register(engine, host);
    matrix::register(engine, host);
    parallel::register(engine, host);
}
