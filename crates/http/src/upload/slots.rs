use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use elizabeth_core::id::UploadId;
use tokio_util::sync::CancellationToken;

/// Which uploads this process is adding to. A client whose line broke comes again before the server has noticed, and
/// must not be given less than has come: who comes later ends who was there, and waits until that has kept what came.
///
/// It spares clients work, no more than that: between processes it is the offset that decides.
#[derive(Clone, Default)]
pub(crate) struct UploadSlots(Arc<Mutex<HashMap<UploadId, Signals>>>);

#[derive(Clone, Default)]
struct Signals {
    /// It is to end.
    stop: CancellationToken,
    /// It has ended.
    ended: CancellationToken,
}

/// The slot of one request. It ends when this is dropped.
pub(crate) struct UploadSlot {
    slots: UploadSlots,
    upload: UploadId,
    signals: Signals,
}

impl UploadSlots {
    /// Takes the slot, once nobody else has it. Cancel-safe.
    pub(crate) async fn take(&self, upload: UploadId) -> UploadSlot {
        loop {
            let before = {
                let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
                match slots.get(&upload) {
                    Some(before) => before.clone(),
                    None => {
                        let signals = Signals::default();
                        slots.insert(upload, signals.clone());
                        return UploadSlot { slots: self.clone(), upload, signals };
                    }
                }
            };
            before.end().await;
        }
    }

    /// Ends the slot of whoever has it.
    pub(crate) async fn end(&self, upload: UploadId) {
        let before = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&upload).cloned();
        if let Some(before) = before {
            before.end().await;
        }
    }
}

impl Signals {
    async fn end(&self) {
        self.stop.cancel();
        self.ended.cancelled().await;
    }
}

impl UploadSlot {
    /// Says when somebody else wants it.
    pub(crate) fn stop(&self) -> CancellationToken {
        self.signals.stop.clone()
    }
}

impl Drop for UploadSlot {
    fn drop(&mut self) {
        self.slots.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.upload);
        self.signals.ended.cancel();
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;
    use uuid::Uuid;

    use super::*;

    #[tokio::test]
    async fn who_comes_later_waits_until_who_was_there_has_ended() {
        let slots = UploadSlots::default();
        let (one, other) = (UploadId(Uuid::from_u128(1)), UploadId(Uuid::from_u128(2)));
        slots.end(one).await;
        let first = slots.take(one).await;
        let _beside = slots.take(other).await;
        assert!(!first.stop().is_cancelled());
        let mut second = Box::pin(slots.take(one));
        let mut looking = Box::pin(slots.end(one));
        assert!(second.as_mut().now_or_never().is_none());
        assert!(first.stop().is_cancelled());
        assert!(looking.as_mut().now_or_never().is_none());
        drop(first);
        let second = second.await;
        looking.await;
        assert!(!second.stop().is_cancelled());
        drop(second);
        slots.end(one).await;
    }
}
