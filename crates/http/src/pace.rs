//! How fast a body has to come: who holds space, memory or a lock with it lets go when it stands still.

use std::time::Duration;

use tokio::time::Instant;

/// How long no byte may come.
pub(crate) const SILENCE: Duration = Duration::from_secs(30);
/// In so much time that was spent waiting for the client …
const SPAN: Duration = Duration::from_secs(60);
/// … so many bytes have to come.
const BYTES: u64 = 60_000;

/// The pace of one body. Only waiting for the client counts: that the server itself is slow is nobody's fault.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    waited: Duration,
    bytes: u64,
}

impl Pace {
    /// The next piece was waited for since then, and so much came: whether that is fast enough.
    pub(crate) fn keeps(&mut self, since: Instant, bytes: usize) -> bool {
        self.waited += since.elapsed();
        self.bytes += bytes as u64;
        if self.waited < SPAN {
            return true;
        }
        let keeps = self.bytes >= BYTES;
        *self = Self::default();
        keeps
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether so many bytes every so many seconds are enough for ten minutes.
    async fn comes(bytes: usize, seconds: u64) -> bool {
        let mut pace = Pace::default();
        for _ in 0..600 / seconds {
            let asked = Instant::now();
            tokio::time::advance(Duration::from_secs(seconds)).await;
            if !pace.keeps(asked, bytes) {
                return false;
            }
        }
        true
    }

    #[tokio::test(start_paused = true)]
    async fn a_kilobyte_a_second_is_enough() {
        assert!(comes(1000, 1).await && comes(20_000, 20).await);
        assert!(!comes(1, 1).await && !comes(999, 1).await && !comes(1, 29).await);
    }

    #[tokio::test(start_paused = true)]
    async fn what_the_server_needs_does_not_count() {
        let mut pace = Pace::default();
        for _ in 0..100 {
            tokio::time::advance(Duration::from_secs(60)).await;
            assert!(pace.keeps(Instant::now(), 1));
        }
    }
}
