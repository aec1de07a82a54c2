//! Finds the processes that a test started, however deep, by a mark in their environment.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::PATIENCE;

/// The environment variable that carries a project's mark.
pub(super) const NAME: &str = "WHARF_TEST_MARK";

/// Process ids and names of the programs that run with `mark` in their environment.
pub(super) fn processes(mark: &str) -> Vec<(Pid, String)> {
    let wanted = format!("{NAME}={mark}");
    let processes = fs::read_dir("/proc").expect("a `/proc` file system");
    processes
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter_map(|id: i32| {
            // A process that ends meanwhile, or is already a zombie, has no environment.
            let environment = fs::read(format!("/proc/{id}/environ")).ok()?;
            let marked = environment
                .split(|byte| *byte == 0)
                .any(|variable| variable == wanted.as_bytes());
            let name = fs::read_to_string(format!("/proc/{id}/comm")).ok()?;
            marked.then_some((Pid::from_raw(id)?, name.trim_end().to_string()))
        })
        .collect()
}

/// Ends them all, and waits until none is left; one that the system cannot end is left to it.
pub(super) fn kill(mark: &str) {
    let begin = Instant::now();
    while begin.elapsed() < PATIENCE {
        let left = processes(mark);
        if left.is_empty() {
            return;
        }
        for (id, _) in left {
            // It may have ended since it was listed.
            let _ = kill_process(id, Signal::KILL);
        }
        thread::park_timeout(Duration::from_millis(1));
    }
}
