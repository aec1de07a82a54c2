//! A defect of wharf as a failure: a panic ends the stage or hook it is in, and nothing else.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::failure::{Failure, Kind};

/// Does `work`; `place` tells where a panic was, such as “in stage `test`”.
pub(super) fn guard<T>(
    place: &str,
    work: impl FnOnce() -> Result<T, Failure>,
) -> Result<T, Failure> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        Err(Failure::new(Kind::Defect, format!("wharf broke {place}"))
            .hint("this is a defect of wharf: please report it with the lines above"))
    })
}
