use async_trait::async_trait;

use super::{
    rows::Announcement,
    state::keys,
    view::{Draft, Sees, View},
};
use crate::{
    id::{BlobKey, ReservationId},
    ports::{ReadAnnouncements, StoreResult, WriteAnnouncements},
    time::Timestamp,
};

#[async_trait]
impl<S: Sees> ReadAnnouncements for View<S> {
    async fn lapsed_announcements(&mut self, now: Timestamp) -> StoreResult<u64> {
        Ok(self.now().announcements.ended(now).count() as u64)
    }
}

#[async_trait]
impl WriteAnnouncements for View<Draft> {
    async fn announce(&mut self, id: ReservationId, keys: &[BlobKey], until: Timestamp) -> StoreResult<()> {
        for key in keys {
            self.state().announcements.put(Announcement { reservation: id, key: key.clone(), until });
        }
        Ok(())
    }

    async fn extend_announcements(&mut self, id: ReservationId, until: Timestamp) -> StoreResult<()> {
        let announcements = &mut self.state().announcements;
        for key in keys(announcements.owned(id, None)) {
            announcements.put(Announcement { reservation: id, key, until });
        }
        Ok(())
    }

    async fn extend_announcement(&mut self, key: &BlobKey, until: Timestamp) -> StoreResult<bool> {
        let announcements = &mut self.state().announcements;
        let Some(found) = announcements.get(key) else { return Ok(false) };
        let extended = Announcement { until, ..Announcement::clone(found) };
        announcements.put(extended);
        Ok(true)
    }

    async fn retract_announcement(&mut self, key: &BlobKey) -> StoreResult<bool> {
        Ok(self.state().announcements.remove(key).is_some())
    }

    async fn retract_announcements(&mut self, id: ReservationId) -> StoreResult<u64> {
        let announcements = &mut self.state().announcements;
        let retracted = keys(announcements.owned(id, None));
        for key in &retracted {
            announcements.remove(key);
        }
        Ok(retracted.len() as u64)
    }

    async fn queue_lapsed_announcements(&mut self, now: Timestamp) -> StoreResult<()> {
        let state = self.state();
        for key in keys(state.announcements.ended(now)) {
            state.announcements.remove(&key);
            state.queue.insert_mut(key);
        }
        Ok(())
    }
}
