//! Who is told which groups run, and the end of those that a wharf left behind.

use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Signal, kill_process_group, test_kill_process_group};

use super::Identity;
use super::attend::GRACE;

/// A process group began or is over; the id is its leader's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Started(i32),
    Ended(i32),
}

type Watcher = Box<dyn Fn(Change) + Send + Sync>;

static WATCHER: OnceLock<Watcher> = OnceLock::new();

/// Between two looks at groups that were told to end.
const LOOK: Duration = Duration::from_millis(10);

/// Tells `watcher` of every group from now on. There is one watcher in the life of a process: a
/// later one is not told anything.
pub fn watch(watcher: impl Fn(Change) + Send + Sync + 'static) {
    let _ = WATCHER.set(Box::new(watcher));
}

pub(super) fn tell(change: Change) {
    if let Some(watcher) = WATCHER.get() {
        watcher(change);
    }
}

/// The child of this process that leads group `id`, while it runs.
pub fn leader(id: i32) -> Option<Identity> {
    Identity::of_child(id)
}

/// Ends the groups of those `leaders` that are still the processes they were: first they are told
/// to, then made to. Gives the leaders of what was ended.
pub fn stop_groups(leaders: Vec<Identity>) -> Vec<Identity> {
    let found: Vec<_> = leaders.into_iter().filter(Identity::is_alive).collect();
    signal(&found, Signal::TERM);
    let deadline = Instant::now() + GRACE;
    let is_left = |leader: &Identity| {
        let pid = leader.pid();
        pid.is_some_and(|pid| test_kill_process_group(pid).is_ok())
    };
    while found.iter().any(is_left) && Instant::now() < deadline {
        thread::sleep(LOOK);
    }
    // An id cannot be given again while anyone is left in its group.
    let left: Vec<_> = found
        .iter()
        .filter(|leader| is_left(leader))
        .cloned()
        .collect();
    signal(&left, Signal::KILL);
    found
}

fn signal(leaders: &[Identity], signal: Signal) {
    for pid in leaders.iter().filter_map(Identity::pid) {
        // The only failure is that nobody is left.
        let _ = kill_process_group(pid, signal);
    }
}
