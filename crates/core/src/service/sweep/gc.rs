use std::{collections::BTreeMap, future::ready};

use futures::{StreamExt, stream};

use crate::{
    Elizabeth, Result,
    content::Content,
    id::{BlobKey, ContentId, RoomId, UploadId},
    ports::{ContentPage, ReadTx, SweepReport},
    service::sweep::leader_lease::LeaderLease,
    time::Timestamp,
    upload::UploadStatus,
};

/// How many rooms, contents or blobs one transaction of the sweeper takes on, so that nobody waits long for it.
pub(super) const BATCH: u64 = 100;
/// How many blobs are being deleted at a time.
const DELETES_AT_ONCE: usize = 16;

/// What a sweep removed, or would remove.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GcReport {
    /// Rooms whose time was over.
    pub cleaned_rooms: u64,
    /// Contents: those of such rooms, those whose own time was over or whose downloads were used up.
    pub cleaned_contents: u64,
    /// Reservations that were not used in time, or whose upload fell silent.
    pub cleaned_reservations: u64,
    /// Tokens, refresh tokens and tickets whose time was over.
    pub cleaned_tokens: u64,
    /// Events of rooms beyond those that are kept.
    pub cleaned_events: u64,
    /// Blobs that nothing needs any more.
    pub cleaned_blobs: u64,
    /// Bytes that were stored in the contents removed.
    pub freed_size: u64,
}

impl Elizabeth {
    /// Removes what is over: expired rooms and contents, lapsed reservations, dead tokens, old events, and the blobs of all of
    /// these and of uploads that were cut off. It waits for nothing but uploads' leases that still run. Several
    /// processes may sweep at once, and a sweep that is cut off is finished by the next. What is over only because the
    /// wall clock has leapt is kept for a while: see [`Elizabeth::leap`]. With `dry_run` it only counts.
    ///
    /// # Errors
    ///
    /// When the store fails; what was removed until then stays removed. A blob that cannot be deleted is no error:
    /// it stays queued.
    pub async fn gc(&self, dry_run: bool) -> Result<GcReport> {
        if dry_run {
            return self.survey().await;
        }
        self.sweep(&mut None).await
    }

    /// Sweeps, step by step, as long as it may go on.
    pub(super) async fn sweep(&self, lease: &mut Option<LeaderLease>) -> Result<GcReport> {
        let mut report = GcReport::default();
        let until = self.note_horizon().await?;
        self.sweep_rooms(until, lease, &mut report).await?;
        self.sweep_contents(until, lease, &mut report).await?;
        if !self.may_go_on(lease).await? {
            return Ok(report);
        }
        self.sweep_lapsed(until, lease, &mut report).await?;
        report.cleaned_events = self.prune_events(until, lease).await?;
        report.cleaned_blobs = self.collect_blobs_while(lease).await?;
        Ok(report)
    }

    /// Deletes the blobs that wait for it; says how many. One that cannot be deleted stays queued.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn collect_blobs(&self) -> Result<u64> {
        self.collect_blobs_while(&mut None).await
    }

    async fn collect_blobs_while(&self, lease: &mut Option<LeaderLease>) -> Result<u64> {
        let mut collected = 0;
        let mut after: Option<BlobKey> = None;
        while self.may_go_on(lease).await? {
            let queued = self.ports.store.read().await?.queued_blobs(after.as_ref(), BATCH).await?;
            let Some(last) = queued.last().cloned() else { break };
            // A few at once: deletions of a store that makes each durable can share its flushes.
            let gone: Vec<BlobKey> = stream::iter(queued)
                .map(|key| self.delete_blob(key))
                .buffer_unordered(DELETES_AT_ONCE)
                .filter_map(ready)
                .collect()
                .await;
            if !gone.is_empty() {
                self.retried(|| async {
                    let mut tx = self.ports.store.begin().await?;
                    tx.unqueue_blobs(&gone).await?;
                    Ok(tx.commit().await?)
                })
                .await?;
            }
            collected += gone.len() as u64;
            after = Some(last);
        }
        Ok(collected)
    }

    /// Removes what has lapsed by itself. Uploads in pieces go first, room by room: that is an event.
    async fn sweep_lapsed(
        &self,
        until: Timestamp,
        lease: &mut Option<LeaderLease>,
        report: &mut GcReport,
    ) -> Result<()> {
        loop {
            let lapsed = self.ports.store.read().await?.lapsed_uploads(until, BATCH).await?;
            let mut by_room: BTreeMap<RoomId, Vec<UploadId>> = BTreeMap::new();
            for upload in lapsed {
                by_room.entry(upload.room).or_default().push(upload.id);
            }
            if by_room.is_empty()
                && let Some((reservations, tokens)) = self.retried(|| self.sweep_rest(until)).await?
            {
                report.cleaned_reservations += reservations;
                report.cleaned_tokens += tokens;
                return Ok(());
            }
            for (room, listed) in by_room {
                if !self.may_go_on(lease).await? {
                    return Ok(());
                }
                report.cleaned_reservations +=
                    self.retried(|| self.sweep_uploads_of(room, &listed, until)).await?;
            }
        }
    }

    /// Removes those of a room's uploads that are still over.
    async fn sweep_uploads_of(&self, room: RoomId, listed: &[UploadId], until: Timestamp) -> Result<u64> {
        let Some((mut tx, ..)) = self.lock_room(room).await? else { return Ok(0) };
        let mut swept = 0;
        for &id in listed {
            let Some(upload) = tx.upload(room, id).await? else { continue };
            if upload.status(until) == UploadStatus::Expired && tx.delete_upload(&upload).await? {
                swept += 1;
            }
        }
        tx.commit().await?;
        Ok(swept)
    }

    /// Removes what else has lapsed, and says how many reservations and tokens there were; `None` when there is an upload in pieces among it by now.
    async fn sweep_rest(&self, until: Timestamp) -> Result<Option<(u64, u64)>> {
        let mut tx = self.ports.store.begin().await?;
        if !tx.lapsed_uploads(until, 1).await?.is_empty() {
            return Ok(None);
        }
        let (reservations, _) = tx.lapsed_reservations(until).await?;
        let tokens = tx.dead_tokens(until).await?;
        // Together: an upload whose announcements are gone can not settle any more. No room is locked, so whoever changes
        // several of these takes them in this order: holds, announcements, tokens.
        tx.delete_lapsed_reservations(until).await?;
        tx.queue_lapsed_announcements(until).await?;
        tx.delete_dead_tokens(until).await?;
        tx.commit().await?;
        Ok(Some((reservations, tokens)))
    }

    async fn delete_blob(&self, key: BlobKey) -> Option<BlobKey> {
        match self.ports.blobs.delete(&key).await {
            Ok(()) => Some(key),
            Err(error) => {
                tracing::warn!(%error, "a blob could not be deleted and stays queued");
                None
            }
        }
    }

    async fn sweep_rooms(
        &self,
        until: Timestamp,
        lease: &mut Option<LeaderLease>,
        report: &mut GcReport,
    ) -> Result<()> {
        loop {
            let rooms = self.ports.store.read().await?.expired_rooms(until, BATCH).await?;
            if rooms.is_empty() {
                return Ok(());
            }
            for id in rooms {
                if !self.may_go_on(lease).await? {
                    return Ok(());
                }
                let Some(swept) = self.retried(|| self.sweep_room(id, until)).await? else { continue };
                report.cleaned_rooms += 1;
                report.cleaned_contents += swept.contents;
                report.freed_size += swept.freed_size;
            }
        }
    }

    /// Removes a room, unless it is gone or its owner has given it more time since it was listed.
    async fn sweep_room(&self, id: RoomId, until: Timestamp) -> Result<Option<SweepReport>> {
        let Some((mut tx, room, _)) = self.lock_room(id).await? else { return Ok(None) };
        if !room.is_expired(until) {
            return Ok(None);
        }
        let swept = tx.delete_room().await?;
        tx.commit().await?;
        Ok(Some(swept))
    }

    async fn sweep_contents(
        &self,
        until: Timestamp,
        lease: &mut Option<LeaderLease>,
        report: &mut GcReport,
    ) -> Result<()> {
        loop {
            let dead = self.ports.store.read().await?.dead_contents(until, BATCH).await?;
            if dead.is_empty() {
                return Ok(());
            }
            let mut by_room: BTreeMap<RoomId, Vec<ContentId>> = BTreeMap::new();
            for (room, content) in dead {
                by_room.entry(room).or_default().push(content);
            }
            for (room, listed) in by_room {
                if !self.may_go_on(lease).await? {
                    return Ok(());
                }
                let swept = self.retried(|| self.sweep_contents_of(room, &listed, until)).await?;
                report.cleaned_contents += swept.contents;
                report.freed_size += swept.freed_size;
            }
        }
    }

    /// Removes those of a room's contents that are still over: they may have been given more time since they were
    /// listed.
    async fn sweep_contents_of(
        &self,
        room: RoomId,
        listed: &[ContentId],
        until: Timestamp,
    ) -> Result<SweepReport> {
        let Some((mut tx, ..)) = self.lock_room(room).await? else { return Ok(SweepReport::default()) };
        let mut dead = tx.contents_by_id(room, listed).await?;
        dead.retain(|content| content.is_expired(until) || content.is_spent());
        let swept = tx.delete_contents(&dead).await?;
        tx.commit().await?;
        Ok(swept)
    }

    async fn survey(&self) -> Result<GcReport> {
        let mut tx = self.ports.store.read().await?;
        let until = self.likely_horizon(tx.as_mut()).await?;
        let rooms = tx.expired_rooms(until, i64::MAX as u64).await?;
        let mut report = GcReport { cleaned_rooms: rooms.len() as u64, ..GcReport::default() };
        for &room in &rooms {
            let (contents, size) = survey_room(tx.as_mut(), room).await?;
            report.cleaned_contents += contents;
            report.freed_size += size;
        }
        for (room, content) in tx.dead_contents(until, i64::MAX as u64).await? {
            if !rooms.contains(&room) {
                let found = tx.contents_by_id(room, &[content]).await?;
                report.cleaned_contents += found.len() as u64;
                report.freed_size += found.iter().map(Content::stored_size).sum::<u64>();
            }
        }
        report.cleaned_reservations = tx.lapsed_reservations(until).await?.0;
        report.cleaned_tokens = tx.dead_tokens(until).await?;
        report.cleaned_events = self.survey_events(tx.as_mut(), until).await?;
        report.cleaned_blobs = tx.queued_blob_count().await? + tx.lapsed_announcements(until).await?;
        Ok(report)
    }
}

async fn survey_room(tx: &mut dyn ReadTx, room: RoomId) -> Result<(u64, u64)> {
    let mut page = ContentPage { limit: Some(BATCH), without_texts: true, ..ContentPage::default() };
    let (mut count, mut size) = (0, 0);
    loop {
        let contents = tx.contents(room, page).await?;
        let Some(last) = contents.last() else { return Ok((count, size)) };
        page.after = Some(last.id);
        count += contents.len() as u64;
        size += contents.iter().map(Content::stored_size).sum::<u64>();
    }
}
