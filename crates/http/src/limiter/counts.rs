use std::{
    num::NonZeroU32,
    sync::{
        PoisonError, RwLock,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
    time::Duration,
};

use governor::{
    InsufficientCapacity, Quota, RateLimiter,
    clock::Clock,
    middleware::{NoOpMiddleware, StateInformationMiddleware},
    state::keyed::HashMapStateStore,
};

use super::Key;

/// After so many counts those that are full again are forgotten.
const PRUNE_EVERY: u32 = 1024;
/// The most keys that are remembered: some 10 MB. Who comes from more addresses than that is not held up by counts.
const KEYS_MAX: usize = 100_000;

type Kept<C> = RateLimiter<Key, HashMapStateStore<Key>, C, StateInformationMiddleware>;

/// One quota, counted for each key by itself.
pub(super) struct Counts<C: Clock> {
    quota: Quota,
    clock: C,
    kept: RwLock<Kept<C>>,
    asked: AtomicU32,
}

impl<C: Clock + Clone> Counts<C> {
    pub(super) fn new(quota: Quota, clock: &C) -> Self {
        let kept = RwLock::new(fresh(quota, clock));
        Self { quota, clock: clock.clone(), kept, asked: AtomicU32::new(0) }
    }

    /// Counts one, and says how long the next one has to wait: not at all while some are left.
    ///
    /// # Errors
    ///
    /// When there is none left: how long until there is. Then nothing is counted.
    pub(super) fn count(&self, key: Key) -> Result<Duration, Duration> {
        self.count_many(key, NonZeroU32::MIN)
    }

    /// The same for several at once, or for as many as there may ever be at once where they are more.
    pub(super) fn count_many(&self, key: Key, many: NonZeroU32) -> Result<Duration, Duration> {
        if self.asked.fetch_add(1, Relaxed) % PRUNE_EVERY == PRUNE_EVERY - 1 {
            self.prune();
        }
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        match kept.check_key_n(&key, many.min(self.quota.burst_size())) {
            Ok(Ok(state)) if state.remaining_burst_capacity() == 0 => Ok(self.quota.replenish_interval()),
            Ok(Ok(_)) => Ok(Duration::ZERO),
            Ok(Err(not_yet)) => Err(not_yet.wait_time_from(self.clock.now())),
            Err(InsufficientCapacity(_)) => Err(self.quota.burst_size_replenished_in()),
        }
    }

    fn prune(&self) {
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        kept.retain_recent();
        if kept.len() > KEYS_MAX {
            *kept = fresh(self.quota, &self.clock);
        }
    }
}

fn fresh<C: Clock + Clone>(quota: Quota, clock: &C) -> Kept<C> {
    let plain = RateLimiter::<_, _, _, NoOpMiddleware<C::Instant>>::new(
        quota,
        HashMapStateStore::default(),
        clock.clone(),
    );
    plain.with_middleware()
}

#[cfg(test)]
mod tests {
    use governor::clock::FakeRelativeClock;

    use super::*;

    #[test]
    fn keys_that_are_full_again_are_forgotten() {
        let clock = FakeRelativeClock::default();
        let counts = Counts::new(Quota::per_second(NonZeroU32::MIN), &clock);
        for key in 0..u64::from(PRUNE_EVERY) - 1 {
            assert!(counts.count(Key::Room(key)).is_ok());
        }
        assert_eq!(counts.kept.read().unwrap().len(), 1023);
        clock.advance(Duration::from_secs(3));
        assert!(counts.count(Key::Room(7)).is_ok());
        assert_eq!(counts.kept.read().unwrap().len(), 1);
    }
}
