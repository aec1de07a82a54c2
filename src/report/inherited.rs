//! Whether standard output is anybody's.

use std::fs::read_link;

/// Whether standard output is that of the program that started wharf. Then nobody reads it by
/// itself, as `version=$(wharf run version)` does: it is the same log that standard error goes to.
pub(super) fn is_stdout() -> bool {
    let Some(parent) = rustix::process::getppid() else {
        return false;
    };
    let own = read_link("/proc/self/fd/1");
    let theirs = read_link(format!("/proc/{}/fd/1", parent.as_raw_nonzero()));
    matches!((own, theirs), (Ok(own), Ok(theirs)) if own == theirs)
}
