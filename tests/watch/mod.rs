//! `wharf watch`, on a real tree and a real terminal. Every test waits for what is said, and never
//! for time to pass.

mod busy;
mod editors;
mod effects;
mod files;
mod git;
mod keys;
mod meanwhile;
mod soak;

use crate::harness::{Project, Running};

/// A watch whose first run is over.
fn watch(project: &Project, arguments: &[&str]) -> Running {
    let running = project.spawn(["watch"].iter().chain(arguments));
    running.wait_for_stderr_count(" in 0", 1);
    running
}

/// Ends a watch as Ctrl-C does, and gives what it printed: to standard output, and to standard error.
fn end(running: Running) -> (String, String) {
    running.signal(rustix::process::Signal::INT);
    let (code, stdout, stderr) = running.finish().streams();
    assert_eq!(code, 130, "{stderr}");
    (stdout, stderr)
}

/// A stage that tells what is in `a.txt`.
const ECHO: &str = "stage(\"tell\", || sh(\"echo saw $(cat a.txt)\"));";
