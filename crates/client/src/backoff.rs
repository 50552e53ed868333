//! How often something that failed is tried again.

use std::time::{Duration, Instant};

/// The first pause at most; each is twice as long as the one before.
const FIRST: Duration = Duration::from_millis(500);
/// The longest pause that is of our own choice.
const LONGEST: Duration = Duration::from_secs(15);

/// The pauses between the attempts of one request.
pub(crate) struct Backoff {
    /// How long attempts go on after the first that failed.
    patience: Duration,
    first_failure: Option<Instant>,
    next: Duration,
}

impl Backoff {
    pub(crate) fn new(patience: Duration) -> Self {
        Self { patience, first_failure: None, next: FIRST }
    }

    /// How long to wait after an attempt that has failed now; `None` when it was the last. `asked` is the least that
    /// the server asks for, and `chance`, 0 to 1, keeps many from coming back at the same moment.
    pub(crate) fn after(&mut self, now: Instant, asked: Option<Duration>, chance: f64) -> Option<Duration> {
        let first = *self.first_failure.get_or_insert(now);
        let own = self.next.mul_f64(0.5 + chance / 2.0);
        self.next = (self.next * 2).min(LONGEST);
        let pause = own.max(asked.unwrap_or_default());
        let left = self.patience.saturating_sub(now.saturating_duration_since(first));
        (pause <= left).then_some(pause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(120);

    #[test]
    fn a_server_that_restarts_within_a_minute_is_waited_for() {
        let start = Instant::now();
        for chance in [0.0, 0.5, 1.0] {
            let (mut backoff, mut now, mut last) = (Backoff::new(PATIENCE), start, Duration::ZERO);
            let mut attempts = 0;
            while let Some(pause) = backoff.after(now, None, chance) {
                assert!(pause >= last && pause <= LONGEST, "{pause:?} after {last:?}");
                (now, last, attempts) = (now + pause, pause, attempts + 1);
            }
            let waited = now - start;
            assert!(waited > Duration::from_secs(100) && waited <= PATIENCE, "{waited:?}");
            assert!((8..25).contains(&attempts), "{attempts}");
        }
    }

    #[test]
    fn what_a_server_asks_for_is_granted_within_reason() {
        let now = Instant::now();
        let seconds = Duration::from_secs;
        let mut backoff = Backoff::new(PATIENCE);
        assert_eq!(backoff.after(now, Some(seconds(30)), 0.0), Some(seconds(30)));
        assert_eq!(backoff.after(now, Some(Duration::ZERO), 1.0), Some(seconds(1)));
        assert_eq!(backoff.after(now, Some(seconds(121)), 0.0), None);
        assert_eq!(Backoff::new(Duration::ZERO).after(now, None, 0.0), None);
    }
}
