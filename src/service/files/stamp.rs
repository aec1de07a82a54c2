//! By what the content of a file is known again without reading it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustix::fs::Stat;

/// What `stat` says of a file that changes with its content. Times count nanoseconds from 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::service) struct Stamp {
    pub(in crate::service) size: u64,
    pub(super) modified: i64,
    pub(super) changed: i64,
    pub(super) inode: u64,
}

impl Stamp {
    pub(in crate::service) fn new(stat: &Stat) -> Self {
        Self {
            size: u64::try_from(stat.st_size).unwrap_or_default(),
            modified: nanoseconds(stat.st_mtime, stat.st_mtime_nsec),
            changed: nanoseconds(stat.st_ctime, stat.st_ctime_nsec),
            inode: stat.st_ino,
        }
    }

    /// Whether every write from `now` on, which is when this was taken or earlier, will give the
    /// file another stamp.
    ///
    /// A file system's clock goes in steps. A file that was written in the current step may be
    /// written again in it, to the same size, after it was read: it would keep its stamp and not
    /// its content. git's “racily clean” entries are these, and it compares anew the content of a
    /// file whose mtime is not older than its index (git's Documentation/technical/racy-git.adoc).
    /// Here such a stamp is not kept in the index at all, and so the file is hashed again next
    /// time. ctime has to be as old, because a program can set mtime back, as `cp -p` does, but
    /// not ctime.
    ///
    /// git takes the time of its index from the same file system. `now` is the system's clock, so
    /// the longest step is allowed for: the kernel stamps files with the time of its last tick, at
    /// most 10 ms old; where a time is in whole seconds the file system may know no finer ones, and
    /// FAT knows only every other.
    pub(super) fn is_settled(&self, now: i64) -> bool {
        [self.modified, self.changed].iter().all(|time| {
            let step = if time % SECOND == 0 { 2 * SECOND } else { TICK };
            time.saturating_add(step) < now
        })
    }
}

const SECOND: i64 = 1_000_000_000;
const TICK: i64 = 20_000_000;

pub(super) fn now() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or(Duration::ZERO);
    i64::try_from(since.as_nanos()).unwrap_or(i64::MAX)
}

/// Platforms disagree on the types of these.
fn nanoseconds(seconds: impl TryInto<i64>, rest: impl TryInto<i64>) -> i64 {
    let seconds = seconds.try_into().unwrap_or_default();
    let rest = rest.try_into().unwrap_or_default();
    seconds.saturating_mul(SECOND).saturating_add(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WRITTEN: i64 = 1_700_000_000_123_456_789;

    fn settled(modified: i64, changed: i64, now: i64) -> bool {
        let stamp = Stamp {
            size: 1,
            modified,
            changed,
            inode: 1,
        };
        stamp.is_settled(now)
    }

    #[test]
    fn a_stamp_of_the_clocks_current_step_is_not_relied_on() {
        assert!(!settled(WRITTEN, WRITTEN, WRITTEN));
        assert!(!settled(WRITTEN, WRITTEN, WRITTEN + 10_000_000));
        assert!(settled(WRITTEN, WRITTEN, WRITTEN + 30_000_000));
    }

    #[test]
    fn whole_seconds_may_be_the_file_systems_finest() {
        let whole = WRITTEN - WRITTEN % SECOND;
        assert!(!settled(whole, whole, whole + 2 * SECOND));
        assert!(settled(whole, whole, whole + 2 * SECOND + 1));
    }

    #[test]
    fn neither_time_alone_is_enough() {
        let long_ago = WRITTEN - 1000 * SECOND;
        assert!(!settled(long_ago, WRITTEN, WRITTEN));
        assert!(!settled(WRITTEN, long_ago, WRITTEN));
        assert!(!settled(WRITTEN + 1000 * SECOND, long_ago, WRITTEN));
    }
}
