//! Lets `catch (err)` see a failure whatever went wrong.

use std::sync::Arc;

use rhai::{Dynamic, Engine, Map};

use super::raised::Raised;
use super::{current, fault};

/// Where a variable holds Rhai's map of an error that it caught, reads a failure instead.
pub(super) fn register(engine: &mut Engine) {
    #[expect(
        deprecated,
        reason = "how rhai marks what it may change; its version is pinned"
    )]
    engine.on_var(|name, _, context| {
        let failure = context
            .scope()
            .get(name)
            .filter(|value| value.is_map())
            .and_then(|value| {
                let map = value.read_lock::<Map>()?;
                let units = current::get().units;
                fault::caught(&map, context.engine(), &units)
            });
        Ok(failure.map(|failure| Dynamic::from(Raised(Arc::new(failure)))))
    });
}
