//! How often something that failed is tried again.

use std::time::{Duration, Instant};

use reqwest::StatusCode;
use tokio::time::sleep;

use crate::error::ClientError;

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

/// What is done about the attempts of one thing that fail.
pub(crate) struct Attempts {
    backoff: Backoff,
    renewed: bool,
}

/// How something is attempted again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Again {
    /// At once, with a token that was renewed.
    WithNewToken,
    After(Duration),
}

impl Attempts {
    /// What fails and may pass is tried again, as long as `patience` after it has failed first.
    pub(crate) fn new(patience: Duration) -> Self {
        Self { backoff: Backoff::new(patience), renewed: false }
    }

    /// The same for as long as it takes.
    pub(crate) fn endless() -> Self {
        Self::new(Duration::MAX)
    }

    /// Waits until what has failed may be attempted again; whether with a token that was renewed.
    ///
    /// # Errors
    ///
    /// The failure, when it was the last.
    pub(crate) async fn wait_behind(&mut self, error: ClientError) -> Result<bool, ClientError> {
        match self.after(&error) {
            Some(Again::WithNewToken) => Ok(true),
            Some(Again::After(pause)) => {
                sleep(pause).await;
                Ok(false)
            }
            None => Err(error),
        }
    }

    /// What comes after an attempt that has failed now; `None` when it was the last. A token that is refused is renewed
    /// once.
    pub(crate) fn after(&mut self, error: &ClientError) -> Option<Again> {
        if !self.renewed && error.status() == Some(StatusCode::UNAUTHORIZED) {
            self.renewed = true;
            return Some(Again::WithNewToken);
        }
        if !error.may_pass() {
            return None;
        }
        self.backoff.after(Instant::now(), error.pause(), rand::random()).map(Again::After)
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

    #[test]
    fn a_token_is_renewed_once_and_what_is_refused_is_refused() {
        let refused = |status| ClientError::Strange { status, pause: Some(Duration::from_secs(3)) };
        let mut attempts = Attempts::endless();
        assert_eq!(attempts.after(&refused(StatusCode::UNAUTHORIZED)), Some(Again::WithNewToken));
        for _ in 0..100 {
            let again = attempts.after(&refused(StatusCode::SERVICE_UNAVAILABLE));
            assert!(
                matches!(again, Some(Again::After(pause)) if pause >= Duration::from_secs(3)),
                "{again:?}"
            );
        }
        for status in [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN, StatusCode::NOT_FOUND] {
            assert_eq!(attempts.after(&refused(status)), None);
        }
    }
}
