//! The images that the engine has, for who types one's name.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use crate::action::Context;
use crate::service::engine;

/// How long somebody who typed a tab may be kept waiting for the engine.
const PATIENCE: Duration = Duration::from_millis(300);

/// How long its answer is as good as a new one.
const FRESH: Duration = Duration::from_secs(5);

/// What the engine said the last time, and when.
#[derive(Default)]
pub(super) struct Images(RefCell<Option<(Instant, Vec<String>)>>);

impl Images {
    /// Their names; none where no engine answers in time.
    pub(super) fn names(&self, context: &Context) -> Vec<String> {
        let mut last = self.0.borrow_mut();
        if let Some((at, names)) = &*last
            && at.elapsed() < FRESH
        {
            return names.clone();
        }
        let environment = context.environment.clone();
        let asked = async {
            let engine = engine::connect(&environment).await.ok()?;
            engine::image_names(&engine).await.ok()
        };
        let names = context
            .services
            .runtime()
            .block_on(async { tokio::time::timeout(PATIENCE, asked).await });
        let names = names.ok().flatten().unwrap_or_default();
        *last = Some((Instant::now(), names.clone()));
        names
    }
}
