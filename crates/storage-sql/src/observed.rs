use std::{
    sync::{Arc, OnceLock},
    time::Instant,
};

use elizabeth_core::ports::Observer;

/// Who hears how a store does: nobody, until it is given somebody. Clones are the same.
#[derive(Clone, Default)]
pub struct Observed(Arc<OnceLock<Arc<dyn Observer>>>);

impl Observed {
    /// Reports to an observer from now on, unless there is one.
    pub fn by(&self, observer: Arc<dyn Observer>) {
        self.0.get_or_init(|| observer);
    }

    /// Waits for a connection, and reports for how long.
    pub async fn waited<T>(&self, wait: impl Future<Output = T>) -> T {
        let began = Instant::now();
        let answer = wait.await;
        if let Some(observer) = self.0.get() {
            observer.waited_for_store(began.elapsed());
        }
        answer
    }

    /// So many units of work have become durable by one commit.
    pub fn committed(&self, units: usize) {
        if let Some(observer) = self.0.get() {
            observer.committed(units);
        }
    }
}
