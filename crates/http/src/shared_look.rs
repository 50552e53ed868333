//! A look at something that costs, shared by all who ask for it at about the same time.

use std::time::{Duration, Instant};

use tokio::sync::Mutex;

/// How long what was seen is given again: a thousand who ask in a second cost one look.
const FRESH: Duration = Duration::from_secs(1);

/// What was seen last. One looks at a time; who comes meanwhile waits for it.
pub(crate) struct SharedLook<T>(Mutex<Option<(Instant, T)>>);

impl<T> Default for SharedLook<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Clone> SharedLook<T> {
    /// What was seen within the last second, or is seen now.
    pub(crate) async fn see(&self, look: impl Future<Output = T>) -> T {
        let mut last = self.0.lock().await;
        if let Some((when, seen)) = &*last
            && when.elapsed() < FRESH
        {
            return seen.clone();
        }
        let seen = look.await;
        *last = Some((Instant::now(), seen.clone()));
        seen
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures::future::join_all;

    use super::*;

    #[tokio::test]
    async fn many_who_ask_at_once_cost_one_look() {
        let (looks, shared) = (AtomicUsize::new(0), SharedLook::default());
        let ask = || {
            shared.see(async {
                tokio::task::yield_now().await;
                looks.fetch_add(1, Ordering::SeqCst)
            })
        };
        assert_eq!(join_all((0..1000).map(|_| ask())).await, [0; 1000]);
        assert_eq!(looks.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn who_goes_away_leaves_the_look_to_the_next() {
        let shared = SharedLook::default();
        let mut gone = Box::pin(shared.see(std::future::pending::<u8>()));
        assert!(futures::poll!(&mut gone).is_pending());
        drop(gone);
        assert_eq!(shared.see(async { 7 }).await, 7);
    }
}
