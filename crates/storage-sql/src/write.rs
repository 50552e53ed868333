use async_trait::async_trait;
use elizabeth_core::{
    change::ContentChange,
    content::{BlobLocation, Manifest, NewContent, Segment},
    id::{BlobKey, ContentId, Jti, LeaseHolder, ReservationId, RoomId, SessionId, TicketId},
    name::RoomRef,
    ports::{Access, ReadTx, StoreError, StoreResult, SweepReport, WriteTx},
    quota::Hold,
    room::{NewRoom, Room, RoomChange},
    secret::KeyHash,
    ticket::NewTicket,
    time::Timestamp,
    token::{RefreshRecord, TokenRecord},
    upload::{Chunk, HashProgress, NewUpload},
};

use crate::{
    connection::{Connection, Transaction, Value},
    read::one_by_one,
    rows::{self, Cells},
    statement::Dialect,
    statements::{contents, leases, reservations, rooms, sweep, tickets, tokens, uploads},
    tx::SqlTx,
};

impl<C: Connection> SqlTx<C> {
    /// Gives a room an address. `false` when another room has it.
    async fn take_address(&mut self, id: RoomId, address: &str) -> StoreResult<bool> {
        let values = || vec![rows::text(address), rows::int(id.0)];
        if self.run(&rooms::INSERT_ADDRESS, values()).await? == 1 {
            return Ok(true);
        }
        Ok(self.first(&rooms::OWNS_ADDRESS, values()).await?.is_some())
    }

    async fn add_segments(&mut self, id: ContentId, segments: &[Segment]) -> StoreResult<()> {
        let mut segments: Vec<_> = (0..).zip(segments).map(segment_row).collect();
        if let [segment] = segments.as_mut_slice() {
            let mut values = vec![rows::int(id.0)];
            values.append(segment);
            return self.run(&contents::INSERT_SEGMENT, values).await.map(drop);
        }
        self.run_for_each(contents::insert_segments, &[rows::int(id.0)], segments).await
    }

    async fn queue(&mut self, keys: Vec<Vec<Value>>) -> StoreResult<()> {
        self.run_for_each(sweep::queue_blobs, &[], keys).await
    }
}

#[async_trait]
impl<C: Transaction> WriteTx for SqlTx<C> {
    async fn lock_room(
        &mut self,
        address: &RoomRef,
        jti: Option<Jti>,
        now: Timestamp,
    ) -> StoreResult<Option<Access>> {
        match self.conn.dialect() {
            Dialect::Sqlite => self.access(address, jti, now).await,
            // What is read must be read in a second statement: one that waited for a lock still sees the state
            // from before the wait. In the meantime the address may have passed to another room.
            Dialect::Postgres => loop {
                let locked = self.first(&rooms::LOCK, vec![rows::text(address.as_str())]).await?;
                let Some(locked) = locked else { return Ok(None) };
                let locked = Cells::of(locked).room_id()?;
                match self.access(address, jti, now).await? {
                    Some(access) if access.room.id != locked => {}
                    access => return Ok(access),
                }
            },
        }
    }

    async fn lock_room_by_id(&mut self, id: RoomId, now: Timestamp) -> StoreResult<Option<Room>> {
        match self.conn.dialect() {
            Dialect::Sqlite => {}
            Dialect::Postgres => {
                self.first(&rooms::LOCK_BY_ID, vec![rows::int(id.0)]).await?;
            }
        }
        self.room(id, now).await
    }

    async fn insert_room(&mut self, room: &NewRoom) -> StoreResult<RoomId> {
        let values = vec![
            rows::text(room.name.as_str()),
            rows::text(&room.slug),
            Value::Text(room.password_hash.clone()),
            rows::bytes(&room.owner_key_hash.0),
            rows::int(elizabeth_core::room::RoomStatus::Open.code().into()),
            rows::int(room.permission.bits().into()),
            rows::size(room.max_size),
            rows::opt_size(room.max_entries),
            rows::opt_time(room.expire_at),
            rows::time(room.created_at),
        ];
        let id = self.one(&rooms::INSERT, values, Cells::room_id).await?;
        // In one order whoever comes: two that each had what the other waits for would both wait.
        let (name, slug) = (room.name.as_str(), room.slug.as_str());
        if self.take_address(id, name.min(slug)).await? && self.take_address(id, name.max(slug)).await? {
            return Ok(id);
        }
        // The transaction may go on, so nothing of the room may stay in it.
        self.run(&rooms::DELETE, vec![rows::int(id.0)]).await?;
        Err(StoreError::AddressTaken)
    }

    async fn change_room(&mut self, id: RoomId, change: &RoomChange) -> StoreResult<()> {
        if let Some(slug) = &change.slug
            && !self.take_address(id, slug).await?
        {
            return Err(StoreError::AddressTaken);
        }
        if let Some((shape, values)) = rooms::change(id.0, change) {
            let statement = shape.with(self.conn.dialect(), values)?;
            self.conn.execute(statement).await?;
        }
        if change.slug.is_some() {
            self.run(&rooms::DELETE_OLD_ADDRESSES, vec![rows::int(id.0)]).await?;
        }
        Ok(())
    }

    async fn delete_room(&mut self, id: RoomId) -> StoreResult<SweepReport> {
        let room = || vec![rows::int(id.0)];
        let report = self
            .one(&contents::TOTAL_OF_ROOM, room(), |row| {
                Ok(SweepReport { contents: row.size()?, freed_size: row.size()? })
            })
            .await?;
        self.run(&contents::QUEUE_BLOBS_OF_ROOM, room()).await?;
        // Holds first and tokens after them, as the sweeper does, which locks no room: the room's own deletion would
        // take them the other way round.
        self.run(&reservations::DELETE_OF_ROOM, room()).await?;
        self.run(&rooms::DELETE, room()).await?;
        Ok(report)
    }

    async fn insert_token(&mut self, token: &TokenRecord) -> StoreResult<()> {
        let values = vec![
            rows::uuid(token.jti.0),
            rows::int(token.room_id.0),
            rows::uuid(token.sid.0),
            rows::int(token.permission.bits().into()),
            rows::int(token.owner.into()),
            rows::int(token.scope.bits().into()),
            rows::time(token.created_at),
            rows::time(token.expires_at),
            rows::opt_time(token.revoked_at),
        ];
        self.run(&tokens::INSERT, values).await.map(drop)
    }

    async fn revoke_token(&mut self, jti: Jti, now: Timestamp) -> StoreResult<()> {
        self.run(&tokens::REVOKE, vec![rows::time(now), rows::uuid(jti.0)]).await.map(drop)
    }

    async fn revoke_session_tokens(
        &mut self,
        room: RoomId,
        sid: SessionId,
        now: Timestamp,
    ) -> StoreResult<()> {
        let values = vec![rows::time(now), rows::int(room.0), rows::uuid(sid.0)];
        self.run(&tokens::REVOKE_SESSION, values).await.map(drop)
    }

    async fn revoke_session_refresh(
        &mut self,
        room: RoomId,
        sid: SessionId,
        now: Timestamp,
    ) -> StoreResult<()> {
        let values = vec![rows::time(now), rows::int(room.0), rows::uuid(sid.0)];
        self.run(&tokens::REVOKE_SESSION_REFRESH, values).await.map(drop)
    }

    async fn revoke_session_tickets(
        &mut self,
        room: RoomId,
        sid: SessionId,
        now: Timestamp,
    ) -> StoreResult<()> {
        let values = vec![rows::time(now), rows::int(room.0), rows::uuid(sid.0)];
        self.run(&tickets::REVOKE_OF_SESSION, values).await.map(drop)
    }

    async fn revoke_guests(&mut self, room: RoomId, now: Timestamp) -> StoreResult<()> {
        let values = || vec![rows::time(now), rows::int(room.0)];
        // Holds first, as the sweeper does, which locks no room.
        self.run(&uploads::LAPSE_GUESTS, values()).await?;
        self.run(&tokens::REVOKE_GUESTS, values()).await?;
        self.run(&tokens::REVOKE_GUESTS_REFRESH, values()).await?;
        self.run(&tickets::REVOKE_OF_GUESTS, values()).await.map(drop)
    }

    async fn insert_refresh(&mut self, refresh: &RefreshRecord) -> StoreResult<()> {
        let values = vec![
            rows::bytes(&refresh.hash.0),
            rows::int(refresh.room_id.0),
            rows::uuid(refresh.sid.0),
            rows::int(refresh.owner.into()),
            rows::int(refresh.scope.bits().into()),
            rows::time(refresh.created_at),
            rows::time(refresh.expires_at),
            rows::opt_time(refresh.used_at),
            rows::opt_time(refresh.revoked_at),
        ];
        self.run(&tokens::INSERT_REFRESH, values).await.map(drop)
    }

    async fn lock_refresh(&mut self, hash: KeyHash) -> StoreResult<Option<RefreshRecord>> {
        let hash = || vec![rows::bytes(&hash.0)];
        match self.conn.dialect() {
            Dialect::Sqlite => {}
            // The room first, as everybody who changes its tokens does.
            Dialect::Postgres => {
                self.first(&tokens::LOCK_ROOM_OF_REFRESH, hash()).await?;
            }
        }
        let row = self.first(&tokens::LOCK_REFRESH, hash()).await?;
        row.map(|row| Cells::of(row).refresh()).transpose()
    }

    async fn use_refresh(&mut self, hash: KeyHash, now: Timestamp) -> StoreResult<bool> {
        let values = vec![rows::time(now), rows::bytes(&hash.0)];
        Ok(self.run(&tokens::USE_REFRESH, values).await? == 1)
    }

    async fn insert_ticket(&mut self, ticket: &NewTicket) -> StoreResult<TicketId> {
        let values = vec![
            rows::bytes(&ticket.hash.0),
            rows::int(ticket.room_id.0),
            Value::Int(ticket.content_id.map(|id| id.0)),
            rows::int(ticket.scope.bits().into()),
            rows::uuid(ticket.sid.0),
            rows::int(ticket.owner.into()),
            rows::opt_size(ticket.max_uses),
            rows::time(ticket.created_at),
            rows::time(ticket.expires_at),
        ];
        self.one(&tickets::INSERT, values, Cells::ticket_id).await
    }

    async fn use_ticket(&mut self, id: TicketId) -> StoreResult<bool> {
        Ok(self.run(&tickets::USE, vec![rows::int(id.0)]).await? == 1)
    }

    async fn revoke_ticket(&mut self, id: TicketId, now: Timestamp) -> StoreResult<()> {
        self.run(&tickets::REVOKE, vec![rows::time(now), rows::int(id.0)]).await.map(drop)
    }

    async fn insert_reservation(
        &mut self,
        room: RoomId,
        sid: SessionId,
        hold: Hold,
        manifest: &Manifest,
        now: Timestamp,
    ) -> StoreResult<ReservationId> {
        let values = vec![
            rows::int(room.0),
            rows::uuid(sid.0),
            rows::size(hold.size),
            rows::hold_state(hold.state),
            rows::time(hold.deadline),
            rows::manifest_to_json(manifest)?,
            rows::time(now),
        ];
        self.one(&reservations::INSERT, values, Cells::reservation_id).await
    }

    async fn update_hold(&mut self, id: ReservationId, hold: Hold) -> StoreResult<bool> {
        let Hold { size, deadline, state } = hold;
        let values = vec![rows::size(size), rows::hold_state(state), rows::time(deadline), rows::int(id.0)];
        Ok(self.run(&reservations::UPDATE_HOLD, values).await? == 1)
    }

    async fn delete_reservation(&mut self, id: ReservationId) -> StoreResult<bool> {
        Ok(self.run(&reservations::DELETE, vec![rows::int(id.0)]).await? == 1)
    }

    async fn insert_upload(&mut self, upload: &NewUpload) -> StoreResult<ReservationId> {
        let &NewUpload { room_id, sid, hold, created_at, .. } = upload;
        let id = self.insert_reservation(room_id, sid, hold, &Manifest::default(), created_at).await?;
        let values = vec![
            rows::int(id.0),
            rows::uuid(upload.id.0),
            rows::bytes(&upload.token_hash.0),
            rows::int(upload.owner.into()),
            rows::int(upload.permission.bits().into()),
            rows::chunked_files_to_json(&upload.files)?,
            rows::time(created_at),
        ];
        self.run(&uploads::INSERT, values).await?;
        Ok(id)
    }

    async fn insert_chunk(
        &mut self,
        upload: ReservationId,
        chunk: &Chunk,
        hash_progress: Option<&HashProgress>,
    ) -> StoreResult<()> {
        let file = || vec![rows::int(upload.0), rows::int(chunk.file.into())];
        let key = Value::Text(chunk.blob.as_ref().map(|key| key.as_str().to_owned()));
        let (hash, at) = (rows::bytes(&chunk.sha256.0), rows::time(chunk.uploaded_at));
        let columns = [rows::size(chunk.index), rows::size(chunk.size), hash, key, at];
        self.run(&uploads::INSERT_CHUNK, with(file(), columns)).await?;
        let columns = [rows::size(chunk.size), rows::bytes(&[])];
        self.run(&uploads::COUNT_CHUNK, with(file(), columns)).await?;
        match hash_progress {
            Some(hash_progress) => self.save_hash(upload, chunk.file, hash_progress).await,
            None => Ok(()),
        }
    }

    async fn save_hash(
        &mut self,
        upload: ReservationId,
        file: u32,
        hash_progress: &HashProgress,
    ) -> StoreResult<()> {
        let file = vec![rows::int(upload.0), rows::int(file.into())];
        let columns = [rows::size(hash_progress.chunks), rows::bytes(&hash_progress.state)];
        self.run(&uploads::SAVE_HASH, with(file, columns)).await.map(drop)
    }

    async fn settle_file(&mut self, upload: ReservationId, file: u32, content: ContentId) -> StoreResult<()> {
        let file = || vec![rows::int(upload.0), rows::int(file.into())];
        let columns = [rows::int(content.0), rows::bytes(&[])];
        self.run(&uploads::SETTLE_FILE, with(file(), columns)).await?;
        self.run(&uploads::HAND_OVER_CHUNKS, file()).await.map(drop)
    }

    async fn lapse_session_holds(&mut self, room: RoomId, sid: SessionId, now: Timestamp) -> StoreResult<()> {
        let values = vec![rows::time(now), rows::int(room.0), rows::uuid(sid.0)];
        self.run(&uploads::LAPSE_SESSION, values).await.map(drop)
    }

    async fn extend_announcement(&mut self, key: &BlobKey, until: Timestamp) -> StoreResult<bool> {
        let values = vec![rows::time(until), rows::text(key.as_str())];
        Ok(self.run(&uploads::EXTEND_ANNOUNCEMENT, values).await? == 1)
    }

    async fn retract_announcement(&mut self, key: &BlobKey) -> StoreResult<bool> {
        Ok(self.run(&uploads::RETRACT_ANNOUNCEMENT, vec![rows::text(key.as_str())]).await? == 1)
    }

    async fn announce(&mut self, id: ReservationId, keys: &[BlobKey], until: Timestamp) -> StoreResult<()> {
        let shared = [rows::int(id.0), rows::time(until)];
        match keys {
            [key] => {
                let [id, until] = shared;
                let values = vec![id, until, rows::text(key.as_str())];
                self.run(&reservations::ANNOUNCE, values).await.map(drop)
            }
            keys => self.run_for_each(reservations::announce, &shared, key_rows(keys)).await,
        }
    }

    async fn extend_announcements(&mut self, id: ReservationId, until: Timestamp) -> StoreResult<()> {
        let values = vec![rows::time(until), rows::int(id.0)];
        self.run(&reservations::EXTEND_ANNOUNCEMENTS, values).await.map(drop)
    }

    async fn retract_announcements(&mut self, id: ReservationId) -> StoreResult<u64> {
        self.run(&reservations::RETRACT_ANNOUNCEMENTS, vec![rows::int(id.0)]).await
    }

    async fn insert_content(&mut self, content: &NewContent) -> StoreResult<ContentId> {
        let values = vec![
            rows::int(content.room_id.0),
            rows::text(content.kind.as_str()),
            Value::Text(content.file_name.as_ref().map(|name| name.as_str().to_owned())),
            rows::size(content.size()),
            rows::text(&content.mime_type),
            rows::bytes(&content.sha256.0),
            rows::opt_size(content.max_downloads),
            rows::opt_time(content.expire_at),
            rows::time(content.created_at),
            rows::uuid(content.sid.0),
            Value::Text(content.language.clone()),
            rows::int(content.pinned.into()),
        ];
        let id = self.one(&contents::INSERT, values, Cells::content_id).await?;
        self.add_segments(id, &content.segments).await?;
        Ok(id)
    }

    async fn change_content(
        &mut self,
        id: ContentId,
        change: &ContentChange,
        now: Timestamp,
    ) -> StoreResult<bool> {
        let (shape, values) = contents::change(id.0, change, now);
        let statement = shape.with(self.conn.dialect(), values)?;
        if self.conn.execute(statement).await? == 0 {
            return Ok(false);
        }
        if let Some(body) = &change.body {
            self.run(&contents::QUEUE_BLOBS_OF_CONTENT, vec![rows::int(id.0)]).await?;
            self.run(&contents::DELETE_SEGMENTS, vec![rows::int(id.0)]).await?;
            self.add_segments(id, &body.segments).await?;
        }
        Ok(true)
    }

    async fn delete_contents(&mut self, room: RoomId, ids: &[ContentId]) -> StoreResult<SweepReport> {
        let room = [rows::int(room.0)];
        self.run_for_each(contents::queue_blobs, &room, one_by_one(ids)).await?;
        let deleted = self.fetch_for_each(contents::delete, &room, one_by_one(ids)).await?;
        deleted.into_iter().try_fold(SweepReport::default(), |report, row| {
            let freed_size = report.freed_size + Cells::of(row).size()?;
            Ok(SweepReport { contents: report.contents + 1, freed_size })
        })
    }

    async fn count_download(&mut self, id: ContentId) -> StoreResult<bool> {
        Ok(self.run(&contents::COUNT_DOWNLOAD, vec![rows::int(id.0)]).await? == 1)
    }

    async fn add_downloads(&mut self, id: ContentId, count: u64) -> StoreResult<()> {
        self.run(&contents::ADD_DOWNLOADS, vec![rows::size(count), rows::int(id.0)]).await.map(drop)
    }

    async fn delete_lapsed_reservations(&mut self, now: Timestamp) -> StoreResult<()> {
        self.run(&sweep::DELETE_LAPSED_RESERVATIONS, vec![rows::time(now)]).await.map(drop)
    }

    async fn queue_lapsed_announcements(&mut self, now: Timestamp) -> StoreResult<()> {
        let lapsed =
            self.list(&sweep::DELETE_LAPSED_ANNOUNCEMENTS, vec![rows::time(now)], Cells::blob_key).await?;
        self.queue(key_rows(&lapsed)).await
    }

    async fn delete_dead_tokens(&mut self, now: Timestamp) -> StoreResult<()> {
        self.run(&sweep::DELETE_DEAD_TOKENS, vec![rows::time(now)]).await?;
        self.run(&sweep::DELETE_DEAD_REFRESH, vec![rows::time(now)]).await?;
        self.run(&sweep::DELETE_DEAD_TICKETS, vec![rows::time(now)]).await.map(drop)
    }

    async fn queue_blobs(&mut self, keys: &[BlobKey]) -> StoreResult<()> {
        self.queue(key_rows(keys)).await
    }

    async fn unqueue_blobs(&mut self, keys: &[BlobKey]) -> StoreResult<()> {
        self.run_for_each(sweep::unqueue_blobs, &[], key_rows(keys)).await
    }

    async fn take_lease(
        &mut self,
        name: &str,
        holder: LeaseHolder,
        now: Timestamp,
        until: Timestamp,
    ) -> StoreResult<bool> {
        let values = vec![rows::text(name), rows::uuid(holder.0), rows::time(until), rows::time(now)];
        Ok(self.run(&leases::TAKE, values).await? == 1)
    }

    async fn release_lease(&mut self, name: &str, holder: LeaseHolder) -> StoreResult<bool> {
        Ok(self.run(&leases::RELEASE, vec![rows::text(name), rows::uuid(holder.0)]).await? == 1)
    }

    async fn commit(self: Box<Self>) -> StoreResult<()> {
        self.conn.commit().await
    }
}

fn with<const N: usize>(mut values: Vec<Value>, more: [Value; N]) -> Vec<Value> {
    values.extend(more);
    values
}

fn key_rows(keys: &[BlobKey]) -> Vec<Vec<Value>> {
    keys.iter().map(|key| vec![rows::text(key.as_str())]).collect()
}

fn segment_row((position, segment): (i64, &Segment)) -> Vec<Value> {
    let (key, inline) = match &segment.location {
        BlobLocation::Blob(key) => (Some(key.as_str().to_owned()), None),
        BlobLocation::Inline(bytes) => (None, Some(bytes.to_vec())),
    };
    vec![rows::int(position), rows::size(segment.size), Value::Text(key), Value::Bytes(inline)]
}
