use std::time::Duration;

use crate::time::Timestamp;

/// What time it is.
pub trait Clock: Send + Sync {
    /// Now. It may step, forwards or back (a clock that is set); rules compare with stored deadlines only.
    fn now(&self) -> Timestamp;

    /// How long ago a fixed moment of this process was. It never steps, whoever sets the clock, and says nothing to
    /// another process.
    fn monotonic(&self) -> Duration;
}
