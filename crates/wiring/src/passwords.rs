use std::{num::NonZero, sync::Arc, thread};

use async_trait::async_trait;
use elizabeth_core::{
    ports::{CryptoError, Passwords},
    room::Password,
};
use tokio::{runtime::Handle, sync::Semaphore, task::spawn_blocking};

/// Hashes passwords on threads made for waiting, few at a time: a hash takes tens of milliseconds and tens of
/// mebibytes, and nobody who only wants to read shall wait behind it.
pub struct OffThread {
    inner: Arc<dyn Passwords>,
    turns: Arc<Semaphore>,
}

impl OffThread {
    /// Half as many at a time as there are processors, at least one.
    pub fn new(inner: Arc<dyn Passwords>) -> Self {
        let processors = thread::available_parallelism().map_or(1, NonZero::get);
        Self { inner, turns: Arc::new(Semaphore::new((processors / 2).max(1))) }
    }

    async fn run<T, F>(
        &self,
        work: impl FnOnce(Arc<dyn Passwords>) -> F + Send + 'static,
    ) -> Result<T, CryptoError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, CryptoError>>,
    {
        let turn =
            self.turns.clone().acquire_owned().await.map_err(|error| CryptoError(error.to_string()))?;
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
    async fn hash(&self, password: &Password, salt: [u8; 16]) -> Result<String, CryptoError> {
        let password = password.clone();
        self.run(move |inner| async move { inner.hash(&password, salt).await }).await
    }

    async fn verify(&self, password: &Password, hash: &str) -> Result<bool, CryptoError> {
        let (password, hash) = (password.clone(), hash.to_owned());
        self.run(move |inner| async move { inner.verify(&password, &hash).await }).await
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
        async fn hash(&self, _: &Password, _: [u8; 16]) -> Result<String, CryptoError> {
            let busy = self.busy.fetch_add(1, SeqCst) + 1;
            self.most.fetch_max(busy, SeqCst);
            thread::sleep(Duration::from_millis(20));
            self.busy.fetch_sub(1, SeqCst);
            Ok(String::new())
        }

        async fn verify(&self, _: &Password, hash: &str) -> Result<bool, CryptoError> {
            Err(CryptoError(hash.to_owned()))
        }
    }

    fn password() -> Password {
        Password::parse(&"correct horse".into()).unwrap()
    }

    #[tokio::test]
    async fn few_hash_at_a_time_and_the_runtime_goes_on() {
        let slow = Arc::new(Slow::default());
        let passwords = Arc::new(OffThread::new(slow.clone()));
        let at_once = passwords.turns.available_permits();
        let hashes: Vec<_> = (0..at_once * 4)
            .map(|_| {
                let passwords = passwords.clone();
                tokio::spawn(async move { passwords.hash(&password(), [0; 16]).await })
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
        let passwords = OffThread::new(Arc::new(Slow::default()));
        assert_eq!(passwords.verify(&password(), "x").await, Err(CryptoError("x".into())));
    }
}
