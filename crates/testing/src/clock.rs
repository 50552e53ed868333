use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};

use elizabeth_core::{ports::Clock, time::Timestamp};

/// Clocks that stand still until somebody moves them. Clones show the same time.
#[derive(Clone, Debug)]
pub struct ManualClock {
    wall: Arc<AtomicI64>,
    /// Microseconds.
    monotonic: Arc<AtomicU64>,
}

impl ManualClock {
    /// A clock that shows an instant.
    pub fn new(now: Timestamp) -> Self {
        Self { wall: Arc::new(AtomicI64::new(now.as_micros())), monotonic: Arc::default() }
    }

    /// Sets it, forwards or back, as somebody sets a clock on a wall: the monotonic one does not notice.
    pub fn set(&self, now: Timestamp) {
        self.wall.store(now.as_micros(), Ordering::SeqCst);
    }

    /// Lets time pass: both clocks move.
    pub fn advance(&self, span: Duration) {
        self.set(self.now().saturating_add(span));
        let micros = u64::try_from(span.as_micros()).unwrap_or(u64::MAX);
        self.monotonic.fetch_add(micros, Ordering::SeqCst);
    }
}

impl Default for ManualClock {
    /// Shows a moment with a fraction of a second in the year 2027.
    fn default() -> Self {
        Self::new(Timestamp::from_micros(1_800_000_000_123_456))
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.wall.load(Ordering::SeqCst))
    }

    fn monotonic(&self) -> Duration {
        Duration::from_micros(self.monotonic.load(Ordering::SeqCst))
    }
}
