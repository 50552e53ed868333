use std::sync::atomic::{AtomicU64, Ordering::SeqCst};

use elizabeth_core::ports::BlobError;
use tokio::sync::Mutex;

use crate::error::unavailable;

/// Lets everybody who waits for a flush share the next one.
///
/// Each caller takes a number after its own change. A flush covers all numbers that were given out before it
/// began; whoever finds its number covered is done.
#[derive(Default)]
pub(crate) struct SharedSync {
    taken: AtomicU64,
    flushed: Mutex<Flushed>,
}

#[derive(Default)]
struct Flushed {
    /// The last number that a flush covered.
    covered: u64,
    /// The last number that a *failed* flush covered. The kernel reports a lost write once, so the next flush
    /// would succeed and prove nothing: all who were to share the failed one must hear of it.
    failed: u64,
}

impl SharedSync {
    /// Returns when a flush that began after this call has ended.
    pub(crate) async fn run<F>(&self, flush: impl FnOnce() -> F) -> Result<(), BlobError>
    where
        F: Future<Output = Result<(), BlobError>>,
    {
        let mine = self.taken.fetch_add(1, SeqCst) + 1;
        let mut flushed = self.flushed.lock().await;
        if flushed.covered < mine {
            let covers = self.taken.load(SeqCst);
            let result = flush().await;
            flushed.covered = covers;
            if result.is_err() {
                flushed.failed = covers;
            }
            return result;
        }
        if mine <= flushed.failed { Err(unavailable("a shared flush of the folder failed")) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use futures::future::join_all;
    use tokio::{sync::Notify, task::yield_now};

    use super::*;

    /// So many callers at once; returns their results and how many flushes they took.
    async fn crowd(size: usize, outcome: fn() -> Result<(), BlobError>) -> (Vec<Result<(), BlobError>>, u64) {
        let (sync, go) = (Arc::new(SharedSync::default()), Arc::new(Notify::new()));
        let flushes = Arc::new(AtomicU64::new(0));
        let callers = (0..size).map(|_| {
            let (sync, go, flushes) = (sync.clone(), go.clone(), flushes.clone());
            tokio::spawn(async move {
                let flush = || async {
                    if flushes.fetch_add(1, SeqCst) == 0 {
                        go.notified().await;
                    }
                    outcome()
                };
                sync.run(flush).await
            })
        });
        let callers: Vec<_> = callers.collect();
        while sync.taken.load(SeqCst) < size as u64 {
            yield_now().await;
        }
        go.notify_one();
        let results = join_all(callers).await.into_iter().map(|joined| joined.unwrap()).collect();
        (results, flushes.load(SeqCst))
    }

    #[tokio::test]
    async fn those_who_wait_share_one_flush() {
        let (results, flushes) = crowd(100, || Ok(())).await;
        assert!(results.iter().all(Result::is_ok));
        assert_eq!(flushes, 2, "the first caller's, and one for all who came while it ran");
    }

    #[tokio::test]
    async fn a_failed_flush_fails_all_who_shared_it() {
        let (results, flushes) = crowd(100, || Err(unavailable("lost"))).await;
        assert!(results.iter().all(Result::is_err));
        assert_eq!(flushes, 2);
    }

    #[tokio::test]
    async fn later_callers_get_a_flush_of_their_own() {
        let sync = SharedSync::default();
        assert!(sync.run(|| async { Err(unavailable("lost")) }).await.is_err());
        assert!(sync.run(|| async { Ok(()) }).await.is_ok());
    }

    #[tokio::test]
    async fn a_caller_that_gives_up_takes_nobody_with_it() {
        let sync = SharedSync::default();
        let given_up = tokio::time::timeout(std::time::Duration::ZERO, sync.run(std::future::pending));
        assert!(given_up.await.is_err());
        assert!(sync.run(|| async { Ok(()) }).await.is_ok());
    }
}
