//! When a burst of changes is over.

use std::time::Duration;

/// How much quiet a single save needs.
pub const SHORTEST: Duration = Duration::from_millis(2);
/// The same while a file is still being written, or has just gone: an editor may be about to put
/// the new one in its place.
const UNFINISHED: Duration = Duration::from_millis(50);
/// No burst needs more quiet than this.
const CAP: Duration = Duration::from_millis(500);
/// A burst without an end, such as a log that grows, is looked at after this all the same.
const LONGEST: Duration = Duration::from_secs(3);

/// Waits for quiet. A few milliseconds are enough after a save; the longer changes keep coming,
/// the longer the quiet has to be. Time is counted from any moment on.
#[derive(Clone, Debug)]
pub(super) struct Settle {
    shortest: Duration,
    burst: Option<Burst>,
}

#[derive(Clone, Copy, Debug)]
struct Burst {
    first: Duration,
    last: Duration,
}

impl Settle {
    pub(super) fn new(shortest: Duration) -> Self {
        Self {
            shortest,
            burst: None,
        }
    }

    /// Something changed.
    pub(super) fn touch(&mut self, now: Duration) {
        let first = self.burst.map_or(now, |burst| burst.first);
        self.burst = Some(Burst { first, last: now });
    }

    /// When the burst is over, if there is one and nothing more comes. `unfinished` tells whether
    /// something that began has not ended.
    pub(super) fn deadline(&self, unfinished: bool) -> Option<Duration> {
        let Burst { first, last } = self.burst?;
        let least = if unfinished {
            self.shortest.max(UNFINISHED)
        } else {
            self.shortest
        };
        let grown = (last.saturating_sub(first) / 2).min(CAP);
        let longest = LONGEST.max(self.shortest * 4);
        Some((last + least.max(grown)).min(first + longest))
    }

    /// When the burst began.
    pub(super) fn began(&self) -> Option<Duration> {
        self.burst.map(|burst| burst.first)
    }

    /// The burst was looked at.
    pub(super) fn end(&mut self) {
        self.burst = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(count: u64) -> Duration {
        Duration::from_millis(count)
    }

    #[test]
    fn a_save_needs_a_few_milliseconds() {
        let mut settle = Settle::new(SHORTEST);
        assert_eq!(settle.deadline(false), None);
        settle.touch(ms(100));
        settle.touch(ms(101));
        assert_eq!(settle.deadline(false), Some(ms(103)));
        assert_eq!(settle.deadline(true), Some(ms(151)));
        settle.end();
        assert_eq!(settle.deadline(false), None);
    }

    #[test]
    fn the_window_grows_with_the_burst_up_to_a_cap() {
        let mut settle = Settle::new(SHORTEST);
        for at in 0..=40 {
            settle.touch(ms(at * 5));
        }
        assert_eq!(settle.deadline(false), Some(ms(200 + 100)));
        settle.touch(ms(2_000));
        assert_eq!(settle.deadline(false), Some(ms(2_500)));
        settle.touch(ms(2_900));
        assert_eq!(settle.deadline(false), Some(ms(3_000)), "never later");
    }

    #[test]
    fn a_given_window_is_the_least() {
        let mut settle = Settle::new(ms(2_000));
        settle.touch(ms(0));
        settle.touch(ms(10));
        assert_eq!(settle.deadline(false), Some(ms(2_010)));
        assert_eq!(settle.deadline(true), Some(ms(2_010)));
    }
}
