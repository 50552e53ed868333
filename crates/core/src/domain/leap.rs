//! How far removal may trust the wall clock: a second opinion, so that a clock that is set wrong deletes nothing at once.
//!
//! What is over is refused by the wall clock alone. It is *removed* by an instant of its own, which a monotonic clock and
//! what the last sweep left in the store have to account for.

use std::time::Duration;

use crate::time::Timestamp;

/// How far the wall clock may move ahead of what accounts for it, and is believed all the same.
pub const LEAP_MIN: Duration = Duration::from_secs(60 * 60);
/// How long, by a monotonic clock, what a leap would remove is kept.
pub const LEAP_WAIT: Duration = Duration::from_secs(60 * 60);

/// Both clocks of a process at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// What time it is, as far as the system knows.
    pub wall: Timestamp,
    /// How long ago a fixed moment of this process was. It never steps.
    pub monotonic: Duration,
}

/// A leap of the wall clock that nothing accounts for, and that removal waits out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leap {
    /// What the wall clock says.
    pub wall: Timestamp,
    /// What is accounted for: what was over by then is removed.
    pub accounted: Timestamp,
    /// How long removal still waits, by a monotonic clock.
    pub left: Duration,
}

/// Up to which instant a process removes what is over.
#[derive(Clone, Copy, Debug)]
pub struct RemovalClock {
    /// When the process began, by its monotonic clock.
    started: Duration,
    last: Option<Step>,
}

#[derive(Clone, Copy, Debug)]
struct Step {
    reading: Reading,
    until: Timestamp,
    /// When the leap that is waited out was first seen, by the monotonic clock.
    leapt: Option<Duration>,
}

impl RemovalClock {
    /// Of a process that begins at this moment of its monotonic clock. What passes until the first step is accounted for.
    pub fn started(monotonic: Duration) -> Self {
        Self { started: monotonic, last: None }
    }

    /// Up to which instant may be removed what is over, by a new reading and by what the last sweep of any process left
    /// behind. Never beyond what the wall clock says.
    pub fn step(&mut self, now: Reading, left_behind: Option<Timestamp>) -> Timestamp {
        let passed = |last: &Step| now.monotonic.saturating_sub(last.reading.monotonic);
        let since_start = now.monotonic.saturating_sub(self.started);
        let accounted = match self.last {
            Some(last) => Some(last.until.saturating_add(passed(&last))).max(left_behind),
            None => left_behind.map(|left| left.saturating_add(since_start)),
        };
        let Some(accounted) = accounted else {
            // The first sweep there ever was: there is nothing to compare with.
            return self.trust(now);
        };
        if now.wall <= accounted.saturating_add(LEAP_MIN) {
            return self.trust(now);
        }
        // A second leap on top of the first waits as long again.
        let same = self.last.filter(|last| {
            now.wall <= last.reading.wall.saturating_add(passed(last)).saturating_add(LEAP_MIN)
        });
        let leapt = same.and_then(|last| last.leapt).unwrap_or(now.monotonic);
        if now.monotonic.saturating_sub(leapt) >= LEAP_WAIT {
            return self.trust(now);
        }
        self.last = Some(Step { reading: now, until: accounted, leapt: Some(leapt) });
        accounted
    }

    /// Believes the wall clock, whatever it says; removal waits for nothing any more.
    pub fn trust(&mut self, now: Reading) -> Timestamp {
        self.last = Some(Step { reading: now, until: now.wall, leapt: None });
        now.wall
    }

    /// The leap that is being waited out, as far as the last step knows.
    pub fn leap(&self, monotonic: Duration) -> Option<Leap> {
        let Step { reading, until, leapt } = self.last?;
        let waited = monotonic.saturating_sub(leapt?);
        Some(Leap { wall: reading.wall, accounted: until, left: LEAP_WAIT.saturating_sub(waited) })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HOUR: u64 = 60 * 60;
    const DAY: u64 = 24 * HOUR;

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_secs(1_800_000_000 + seconds as i64)
    }

    fn reading(wall: u64, monotonic: u64) -> Reading {
        Reading { wall: at(wall), monotonic: Duration::from_secs(monotonic) }
    }

    #[test]
    fn the_first_sweep_there_ever_was_believes_its_clock() {
        let mut clock = RemovalClock::started(Duration::ZERO);
        assert_eq!(clock.step(reading(9 * DAY, 0), None), at(9 * DAY));
        assert_eq!(clock.leap(Duration::ZERO), None);
    }

    #[test]
    fn a_leap_is_waited_out_by_the_monotonic_clock() {
        let mut clock = RemovalClock::started(Duration::ZERO);
        clock.step(reading(0, 0), None);
        // A minute later the clock is set eight days ahead.
        assert_eq!(clock.step(reading(8 * DAY, 60), Some(at(0))), at(60));
        let left = |clock: &RemovalClock, monotonic| {
            clock.leap(Duration::from_secs(monotonic)).map(|leap| leap.left.as_secs())
        };
        assert_eq!(left(&clock, 60), Some(HOUR));
        // What becomes over meanwhile goes in time.
        assert_eq!(clock.step(reading(8 * DAY + 1800, 1860), Some(at(60))), at(1860));
        assert_eq!(left(&clock, 1860), Some(HOUR / 2));
        assert_eq!(clock.step(reading(8 * DAY + HOUR - 1, HOUR + 59), Some(at(1860))), at(HOUR + 59));
        assert_eq!(clock.step(reading(8 * DAY + HOUR, HOUR + 60), Some(at(HOUR + 59))), at(8 * DAY + HOUR));
        assert_eq!(left(&clock, HOUR + 60), None);
    }

    #[test]
    fn a_start_after_a_long_stop_is_a_leap_and_a_short_one_is_none() {
        let first = |wall, monotonic| {
            RemovalClock::started(Duration::from_secs(7)).step(reading(wall, 7 + monotonic), Some(at(0)))
        };
        assert_eq!((first(HOUR, 0), first(HOUR + 1, 0)), (at(HOUR), at(0)));
        // What has passed since the start is accounted for.
        assert_eq!((first(8 * DAY, 8 * DAY), first(8 * DAY, DAY)), (at(8 * DAY), at(DAY)));
    }

    #[test]
    fn a_clock_that_is_set_right_again_has_removed_nothing() {
        let mut clock = RemovalClock::started(Duration::ZERO);
        clock.step(reading(0, 0), None);
        assert_eq!(clock.step(reading(8 * DAY, 60), Some(at(0))), at(60));
        assert_eq!(clock.step(reading(120, 120), Some(at(60))), at(120));
        assert_eq!(clock.leap(Duration::from_secs(120)), None);
        // And the next leap is one.
        assert_eq!(clock.step(reading(8 * DAY, 180), Some(at(120))), at(180));
    }

    #[test]
    fn a_second_leap_waits_as_long_again() {
        let mut clock = RemovalClock::started(Duration::ZERO);
        clock.step(reading(0, 0), None);
        clock.step(reading(8 * DAY, 0), Some(at(0)));
        clock.step(reading(8 * DAY + 1800, 1800), Some(at(0)));
        assert_eq!(clock.step(reading(9 * DAY, HOUR), Some(at(1800))), at(HOUR));
        assert_eq!(clock.leap(Duration::from_secs(HOUR)).map(|leap| leap.left), Some(LEAP_WAIT));
    }

    #[test]
    fn what_another_process_left_behind_accounts_for_a_leap() {
        let mut clock = RemovalClock::started(Duration::ZERO);
        clock.step(reading(0, 0), None);
        assert_eq!(clock.step(reading(8 * DAY, 60), Some(at(0))), at(60));
        // By `admin gc --force`, say.
        assert_eq!(clock.step(reading(8 * DAY + 60, 120), Some(at(8 * DAY + 30))), at(8 * DAY + 60));
    }

    proptest! {
        /// However both clocks move, nothing is removed that a monotonic hour has not accounted for: the instant gains
        /// on the monotonic clock by no more than the tolerance a step, unless a whole wait lies behind it.
        #[test]
        fn removal_never_runs_ahead(steps in proptest::collection::vec((0u64..2 * HOUR, 0u64..20 * DAY), 1..40)) {
            let mut clock = RemovalClock::started(Duration::ZERO);
            let mut monotonic = 0;
            let mut until = clock.step(reading(0, 0), None);
            let mut leapt_at = None;
            for (passed, wall) in steps {
                monotonic += passed;
                let now = reading(wall, monotonic);
                let before = until;
                until = clock.step(now, Some(before));
                prop_assert!(until <= now.wall);
                let accounted = before.saturating_add(Duration::from_secs(passed)).saturating_add(LEAP_MIN);
                if until > accounted {
                    let since: Option<u64> = leapt_at;
                    prop_assert!(since.is_some_and(|since| monotonic - since >= HOUR), "no wait lies behind");
                }
                match clock.leap(now.monotonic) {
                    Some(leap) => {
                        prop_assert_eq!(leap.accounted, until);
                        leapt_at = leapt_at.or(Some(monotonic));
                    }
                    None => leapt_at = None,
                }
            }
        }

        /// Where both clocks agree, nothing ever waits.
        #[test]
        fn in_normal_running_nothing_waits(steps in proptest::collection::vec(0u64..30 * DAY, 1..40)) {
            let mut clock = RemovalClock::started(Duration::ZERO);
            let mut now = 0;
            let mut left = clock.step(reading(0, 0), None);
            for passed in steps {
                now += passed;
                left = clock.step(reading(now, now), Some(left));
                prop_assert_eq!(left, at(now));
            }
        }
    }
}
