//! A defect of wharf as a failure: a panic ends what it is in, and nothing else.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe, catch_unwind};

use super::{Failure, Kind};

thread_local! {
    static LAST: Cell<Option<String>> = const { Cell::new(None) };
}

/// Keeps what a panic says for [`guard`] to tell, in place of Rust's own words on standard error.
pub fn keep_panics() {
    panic::set_hook(Box::new(|panic| {
        let said = panic.payload_as_str().unwrap_or("it gave no reason");
        let place = panic.location().map(|place| format!(" ({place})"));
        LAST.set(Some(format!("{said}{}", place.unwrap_or_default())));
    }));
}

/// Does `work`; `place` tells where a panic was, such as “in stage `test`”.
pub fn guard<T>(place: &str, work: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        let mut failure = Failure::new(Kind::Defect, format!("wharf broke {place}"));
        failure.causes.extend(LAST.take());
        Err(failure.hint("this is a defect of wharf: please report it, with the script if you can"))
    })
}
