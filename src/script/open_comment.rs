//! A `/*` that never ends.

use std::sync::Arc;

use rhai::Engine;

use crate::failure::{Failure, Place, Source};

/// The failure of a script that ends within a comment. Rhai takes it as whole, so that all behind
/// the `/*` would be left out without a word: `source` is one that it could compile.
pub(super) fn find(engine: &Engine, source: &Arc<Source>) -> Option<Failure> {
    let start = source.text.rfind("/*")?;
    // What no script can end with goes unseen only inside a comment.
    let probe = format!("{}\n)", source.text);
    engine.compile(probe).ok()?;
    let place = Place {
        source: source.clone(),
        span: start..start + 2,
        label: String::new(),
    };
    Some(Failure::script("this comment has no end").at(place))
}
