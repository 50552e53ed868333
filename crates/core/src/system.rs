//! What the operating system gives: time and randomness.
//!
//! The one place in core that asks for anything itself. Nothing else in core uses it but the
//! [builder](crate::Elizabeth::builder), which hands it to a service that was given no other.

use std::{
    sync::LazyLock,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use rand::{Rng, rand_core::UnwrapErr, rngs::SysRng};

use crate::{
    ports::{Clock, Entropy},
    time::Timestamp,
};

/// The system's clocks: the wall's, and the monotonic one, which stands still while a machine sleeps.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

#[expect(clippy::disallowed_methods, reason = "this is the port's adapter: core itself asks the port")]
static FIRST_ASKED: LazyLock<Instant> = LazyLock::new(Instant::now);

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the port's adapter: core itself asks the port")]
    fn now(&self) -> Timestamp {
        // Before 1970 a clock is unset; the epoch is what an instant can say of that.
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::EPOCH.saturating_add(since)
    }

    #[expect(clippy::disallowed_methods, reason = "this is the port's adapter: core itself asks the port")]
    fn monotonic(&self) -> Duration {
        FIRST_ASKED.elapsed()
    }
}

/// The system's random source (`getrandom(2)`), asked anew every time.
#[derive(Clone, Copy, Debug, Default)]
pub struct OsEntropy;

impl Entropy for OsEntropy {
    /// # Panics
    ///
    /// When the system has no randomness to give: then there is no secret to go on with.
    fn fill(&self, buffer: &mut [u8]) {
        UnwrapErr(SysRng).fill_bytes(buffer);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_is_of_this_age() {
        let now = SystemClock.now();
        assert!(now > Timestamp::parse("2026-01-01T00:00:00Z").unwrap() && now < Timestamp::MAX);
    }

    #[test]
    fn the_monotonic_clock_goes_on() {
        let before = SystemClock.monotonic();
        assert!(SystemClock.monotonic() >= before && SystemClock.monotonic() < Duration::from_secs(86_400));
    }

    #[test]
    fn random_bytes_differ() {
        let entropy: &dyn Entropy = &OsEntropy;
        assert_ne!(entropy.bytes::<16>(), entropy.bytes::<16>());
    }
}
