use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use elizabeth_core::room::Password;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use tokio::time::Instant;

/// How long a password that was right need not be hashed again.
const SPAN: Duration = Duration::from_secs(5 * 60);
/// How many are remembered at most.
const MOST: usize = 10_000;

/// What stands for a password and the hash that it fits.
type Mark = [u8; 32];

/// Passwords that were right a moment ago, so that a client that sends one with every request does not have it hashed
/// each time. Neither they nor their hashes are kept: only a keyed digest of both, by a key that ends with the process.
pub(super) struct Remembered {
    mac: Hmac<Sha256>,
    until: Mutex<HashMap<Mark, Instant>>,
}

impl Remembered {
    pub(super) fn new(key: [u8; 64]) -> Self {
        Self { mac: Hmac::new(&key.into()), until: Mutex::default() }
    }

    /// Whether this password was found to fit this hash. A room's new password has another hash.
    pub(super) fn knows(&self, password: &Password, hash: &str) -> bool {
        let mark = self.mark(password, hash);
        self.until().get(&mark).is_some_and(|until| Instant::now() < *until)
    }

    pub(super) fn learn(&self, password: &Password, hash: &str) {
        let (mark, now) = (self.mark(password, hash), Instant::now());
        let mut until = self.until();
        if until.len() >= MOST {
            until.retain(|_, until| now < *until);
            if until.len() >= MOST {
                until.clear();
            }
        }
        until.insert(mark, now + SPAN);
    }

    fn mark(&self, password: &Password, hash: &str) -> Mark {
        // A hash in PHC form has no byte of zero, so that it is clear where it ends.
        let mac = self.mac.clone().chain_update(hash).chain_update([0]).chain_update(password.expose());
        mac.finalize().into_bytes().into()
    }

    fn until(&self) -> MutexGuard<'_, HashMap<Mark, Instant>> {
        self.until.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn password(text: &str) -> Password {
        Password::parse(&text.into()).unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_right_is_known_for_five_minutes() {
        let remembered = Remembered::new([7; 64]);
        remembered.learn(&password("right"), "hash");
        assert!(remembered.knows(&password("right"), "hash"));
        assert!(!remembered.knows(&password("wrong"), "hash"));
        assert!(!remembered.knows(&password("right"), "another"));
        tokio::time::advance(SPAN).await;
        assert!(!remembered.knows(&password("right"), "hash"));
    }

    #[tokio::test]
    async fn there_is_an_end_to_what_is_remembered() {
        let remembered = Remembered::new([7; 64]);
        for number in 0..=MOST {
            remembered.learn(&password(&number.to_string()), "hash");
        }
        assert!(remembered.until().len() <= MOST);
        assert!(remembered.knows(&password(&MOST.to_string()), "hash"));
    }
}
