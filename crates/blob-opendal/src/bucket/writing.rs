use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use elizabeth_core::id::BlobKey;
use tokio::sync::watch;

/// Has a writer stop when something is sent; it has stopped when the other end is gone.
type Stop = Arc<watch::Sender<()>>;

/// The blobs that this process is writing.
#[derive(Default)]
pub(super) struct Writing(Mutex<HashMap<BlobKey, Stop>>);

impl Writing {
    /// Notes that a blob is being written, until what is returned is dropped.
    pub(super) fn begin(self: &Arc<Self>, key: &BlobKey) -> WritePermit {
        let (stop, stopped) = watch::channel(());
        let stop = Arc::new(stop);
        self.lock().insert(key.clone(), stop.clone());
        WritePermit { writing: self.clone(), key: key.clone(), stop, stopped }
    }

    /// Has a blob's writer stop, and waits until it has: for as long as the request takes that it is at.
    pub(super) async fn stop(&self, key: &BlobKey) {
        let stop = self.lock().get(key).cloned();
        if let Some(stop) = stop {
            stop.send_replace(());
            stop.closed().await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<BlobKey, Stop>> {
        // Nothing panics while it is held, and if: a map is whole between its calls.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A blob that is being written.
pub(super) struct WritePermit {
    writing: Arc<Writing>,
    key: BlobKey,
    stop: Stop,
    stopped: watch::Receiver<()>,
}

impl WritePermit {
    /// Returns when the writer has to stop.
    pub(super) async fn stopped(&mut self) {
        // The other end is held right here.
        let _ = self.stopped.changed().await;
    }
}

impl Drop for WritePermit {
    fn drop(&mut self) {
        let mut writing = self.writing.lock();
        if writing.get(&self.key).is_some_and(|stop| Arc::ptr_eq(stop, &self.stop)) {
            writing.remove(&self.key);
        }
    }
}
