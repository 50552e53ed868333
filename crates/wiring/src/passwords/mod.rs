//! Passwords hashed beside the requests, few at a time, in turns, and not twice in a row.

mod remembered;
mod turns;

use std::{num::NonZero, sync::Arc, thread};

use async_trait::async_trait;
use elizabeth_core::{
    client::Client,
    ports::{CryptoError, PasswordError, Passwords},
    room::Password,
};
use tokio::{runtime::Handle, task::spawn_blocking};

use self::{remembered::Remembered, turns::Turns};

/// What new passwords wait for, which have no room yet.
const NEW: &str = "";

/// Hashes passwords on threads made for waiting, as many at a time as there are processors: a hash takes tens of
/// milliseconds and tens of mebibytes, and nobody who only wants to read shall wait behind it.
pub struct OffThread {
    inner: Arc<dyn Passwords>,
    turns: Arc<Turns>,
    remembered: Remembered,
}

impl OffThread {
    /// The key is for this process alone: what is remembered of passwords is of no use without it.
    pub fn new(inner: Arc<dyn Passwords>, key: [u8; 64]) -> Self {
        let processors = thread::available_parallelism().map_or(1, NonZero::get);
        Self { inner, turns: Turns::new(processors), remembered: Remembered::new(key) }
    }

    async fn run<T, F>(
        &self,
        room: &str,
        client: Option<Client>,
        work: impl FnOnce(Arc<dyn Passwords>) -> F + Send + 'static,
    ) -> Result<T, PasswordError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, PasswordError>>,
    {
        let turn = self.turns.take(room, client).await?;
        let (inner, runtime) = (self.inner.clone(), Handle::current());
        let work = spawn_blocking(move || {
            // Held by the work, not by the one who waits for it: who hangs up does not stop the work.
            let _turn = turn;
            runtime.block_on(work(inner))
        });
        work.await.map_err(|error| CryptoError(error.to_string()))?
    }
}

#[async_trait]
impl Passwords for OffThread {
    async fn hash(
        &self,
        password: &Password,
        salt: [u8; 16],
        client: Option<Client>,
    ) -> Result<String, PasswordError> {
        let password = password.clone();
        self.run(NEW, client, move |inner| async move { inner.hash(&password, salt, client).await }).await
    }

    async fn verify(
        &self,
        password: &Password,
        hash: &str,
        client: Option<Client>,
    ) -> Result<bool, PasswordError> {
        if self.remembered.knows(password, hash) {
            return Ok(true);
        }
        let (given, stored) = (password.clone(), hash.to_owned());
        let work =
            move |inner: Arc<dyn Passwords>| async move { inner.verify(&given, &stored, client).await };
        let right = self.run(hash, client, work).await?;
        if right {
            self.remembered.learn(password, hash);
        } else {
            self.turns.distrust(client);
        }
        Ok(right)
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::atomic::{AtomicUsize, Ordering::SeqCst},
        time::Duration,
    };

    use super::*;

    /// Blocks its thread, and counts how many do so at once.
    #[derive(Default)]
    struct Slow {
        busy: AtomicUsize,
        most: AtomicUsize,
    }

    #[async_trait]
    impl Passwords for Slow {
        async fn hash(&self, _: &Password, _: [u8; 16], _: Option<Client>) -> Result<String, PasswordError> {
            let busy = self.busy.fetch_add(1, SeqCst) + 1;
            self.most.fetch_max(busy, SeqCst);
            thread::sleep(Duration::from_millis(20));
            self.busy.fetch_sub(1, SeqCst);
            Ok(String::new())
        }

        async fn verify(&self, _: &Password, hash: &str, _: Option<Client>) -> Result<bool, PasswordError> {
            self.most.fetch_add(1, SeqCst);
            if hash == "right" { Ok(true) } else { Err(CryptoError(hash.to_owned()).into()) }
        }
    }

    fn password() -> Password {
        Password::parse(&"correct horse".into()).unwrap()
    }

    #[tokio::test]
    async fn few_hash_at_a_time_and_the_runtime_goes_on() {
        let slow = Arc::new(Slow::default());
        let passwords = Arc::new(OffThread::new(slow.clone(), [7; 64]));
        let at_once = thread::available_parallelism().map_or(1, NonZero::get);
        let hashes: Vec<_> = (0..at_once * 4)
            .map(|_| {
                let passwords = passwords.clone();
                tokio::spawn(async move { passwords.hash(&password(), [0; 16], None).await })
            })
            .collect();
        // The one thread of this runtime would come to this only afterwards, were it hashing.
        while slow.busy.load(SeqCst) == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        for hash in hashes {
            hash.await.unwrap().unwrap();
        }
        assert_eq!(slow.most.load(SeqCst), at_once);
    }

    #[tokio::test]
    async fn errors_come_through() {
        let passwords = OffThread::new(Arc::new(Slow::default()), [7; 64]);
        assert_eq!(passwords.verify(&password(), "x", None).await, Err(CryptoError("x".into()).into()));
    }

    #[tokio::test]
    async fn what_was_right_is_not_hashed_again() {
        let slow = Arc::new(Slow::default());
        let passwords = OffThread::new(slow.clone(), [7; 64]);
        for _ in 0..3 {
            assert_eq!(passwords.verify(&password(), "right", None).await, Ok(true));
        }
        assert_eq!(slow.most.load(SeqCst), 1);
    }
}
