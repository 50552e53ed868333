use bytes::Bytes;

use crate::{
    Elizabeth, Error, Result,
    content::{Content, ContentKind, Manifest, ManifestFile, NewContent},
    id::{BlobKey, ReservationId, RoomId, SessionId},
    name::FileName,
    ports::StoreError,
    quota::Hold,
    room::Room,
    service::{
        room_tx::RoomTx,
        uploads::{
            lease::UploadLease,
            receiving::{Received, Receiving, Renewal},
        },
    },
    time::Timestamp,
};

/// Files that have become contents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uploaded {
    /// The contents, in the order of the manifest.
    pub contents: Vec<Content>,
    /// Bytes stored and reserved in the room now.
    pub current_size: u64,
}

/// An upload under way: it has claimed its reservation and keeps it alive as long as bytes arrive.
///
/// Files come one after the other, in any order: [`Upload::start_file`], [`Upload::write`] as often as needed,
/// [`Upload::finish_file`]; at the end [`Upload::commit`]. After an error of any of them call [`Upload::abort`].
/// Dropping an upload leaves its space held until the lease ends, and its blobs to [`Elizabeth::gc`].
pub struct Upload {
    pub(crate) app: Elizabeth,
    pub(crate) room: RoomId,
    /// The room, where it was made for this upload.
    pub(crate) made_room: Option<RoomId>,
    pub(crate) sid: SessionId,
    pub(crate) reservation: ReservationId,
    pub(crate) manifest: Manifest,
    /// The keys announced, by the file's place in the manifest; none for files that are kept inline.
    pub(crate) keys: Vec<Option<BlobKey>>,
    pub(crate) received: Vec<Option<Received>>,
    pub(crate) current: Option<Incoming>,
    pub(crate) renewal: Renewal,
    /// Bytes held so far for a single file whose length nobody knows.
    pub(crate) growing: Option<u64>,
}

/// The file that is arriving.
pub(crate) struct Incoming {
    index: usize,
    declared: u64,
    receiving: Receiving,
}

impl Upload {
    /// The next file begins. The name is read as [`FileName::parse`] reads it.
    ///
    /// # Errors
    ///
    /// [`Error::ManifestMismatch`] when it was not announced or came before; [`Error::ReservationExpired`].
    pub async fn start_file(&mut self, name: &str) -> Result<()> {
        self.renew_if_due().await?;
        self.start(name).await
    }

    /// Bytes of the current file.
    ///
    /// # Errors
    ///
    /// [`Error::FileTooLong`] as soon as the file grows past its size, [`Error::RoomFull`] past what the room can
    /// give where it has none; [`Error::ReservationExpired`] when the
    /// lease ended in silence, or the reservation was released; [`Error::StorageFull`] when the server has no space
    /// left by now; [`Error::Blob`].
    pub async fn write(&mut self, bytes: Bytes) -> Result<()> {
        self.renew_if_due().await?;
        self.append(bytes).await
    }

    /// The current file is at its end; its bytes are durable when this returns. That may take longer than a lease:
    /// a bucket may have to put a large file together. Renew [`Upload::lease`] meanwhile.
    ///
    /// # Errors
    ///
    /// [`Error::ManifestMismatch`] when it is shorter than announced; [`Error::ReservationExpired`];
    /// [`Error::Blob`].
    pub async fn finish_file(&mut self) -> Result<()> {
        self.renew_if_due().await?;
        self.end().await
    }

    /// What keeps this upload alive while a call to it takes long.
    pub fn lease(&self) -> UploadLease {
        let received = self.received.iter().flatten().map(Received::size);
        let current = self.current.as_ref().map_or(0, |file| file.receiving.size());
        let arrived = received.fold(current, u64::saturating_add);
        UploadLease { app: self.app.clone(), room: self.room, reservation: self.reservation, arrived }
    }

    /// Takes files that have arrived already, and commits; or gives everything up.
    pub(crate) async fn store_whole(mut self, files: &[(String, Bytes)]) -> Result<Uploaded> {
        match self.receive_whole(files).await {
            Ok(()) => self.commit().await,
            Err(error) => {
                self.abort().await;
                Err(error)
            }
        }
    }

    /// Everything has arrived: the hold ends and the files become contents, in one step. When this returns `Ok`,
    /// they are durable. When it fails, nothing is kept.
    ///
    /// # Errors
    ///
    /// [`Error::ManifestMismatch`] when files are missing; [`Error::ReservationExpired`];
    /// [`Error::RoomNotFound`] or [`Error::RoomExpired`] when the room went meanwhile.
    pub async fn commit(mut self) -> Result<Uploaded> {
        match self.settle().await {
            Ok(uploaded) => Ok(uploaded),
            // Whether the transaction took place is unknown: its blobs may be contents by now. What is left over
            // is collected when the lease ends.
            Err(error @ Error::Store(StoreError::Unavailable(_))) => Err(error),
            Err(error) => {
                self.abort().await;
                Err(error)
            }
        }
    }

    /// Gives everything up: the space and the bytes. Never fails; what cannot be undone now is collected when the
    /// lease ends.
    pub async fn abort(self) {
        let Self { app, made_room, reservation, keys, current, .. } = self;
        drop(current);
        let mut all_gone = true;
        for key in keys.iter().flatten() {
            if let Err(error) = app.ports.blobs.delete(key).await {
                tracing::warn!(%error, "a blob of an aborted upload is left to the sweeper");
                all_gone = false;
            }
        }
        let released = app
            .retried(|| async {
                let mut tx = app.ports.store.begin().await?;
                tx.delete_reservation(reservation).await?;
                if all_gone {
                    tx.retract_announcements(reservation).await?;
                }
                Ok(tx.commit().await?)
            })
            .await;
        if let Err(error) = released {
            tracing::warn!(%error, "the space of an aborted upload is held until its lease ends");
        }
        app.unmake_room(made_room).await;
    }

    async fn start(&mut self, name: &str) -> Result<()> {
        let parsed = FileName::parse(name).map_err(|_| Error::unexpected_file(name))?;
        let index = self.manifest.files().iter().position(|file| file.name == parsed);
        let index = index.filter(|&index| self.received[index].is_none() && self.current.is_none());
        let index = index.ok_or_else(|| Error::unexpected_file(name))?;
        let receiving = match self.keys.get(index).and_then(Option::as_ref) {
            Some(key) if self.growing.is_none() => Receiving::blob(&self.app, key).await?,
            Some(_) | None => Receiving::inline(),
        };
        let declared = self.manifest.files()[index].size;
        self.current = Some(Incoming { index, declared, receiving });
        Ok(())
    }

    async fn append(&mut self, bytes: Bytes) -> Result<()> {
        if self.growing.is_some() {
            self.make_room_for(bytes.len() as u64).await?;
        }
        let Some(file) = &mut self.current else {
            return Err(Error::ManifestMismatch("bytes without a file".into()));
        };
        let size = file.receiving.size().saturating_add(bytes.len() as u64);
        if size > file.declared && self.growing.is_none() {
            let name = self.manifest.files()[file.index].name.clone();
            return Err(Error::FileTooLong { name, declared: file.declared });
        }
        file.receiving.write(&self.app, &bytes).await
    }

    /// Prepares a file of unknown length for more bytes: its hold grows where it is too small, and it becomes a blob
    /// where it is too large to be kept inline.
    async fn make_room_for(&mut self, more: u64) -> Result<()> {
        let Some(file) = &self.current else { return Ok(()) };
        let needed = file.receiving.size().saturating_add(more);
        if self.growing.is_some_and(|held| needed > held) {
            self.grow(needed).await?;
        }
        let inline_max = self.app.policy().inline_max;
        if let Some(Incoming { index, receiving, .. }) = &mut self.current
            && needed > inline_max
            && let Some(key) = self.keys.get(*index).and_then(Option::as_ref)
        {
            receiving.move_into_blob(&self.app, key).await?;
        }
        Ok(())
    }

    async fn end(&mut self) -> Result<()> {
        let Some(file) = self.current.take() else {
            return Err(Error::ManifestMismatch("the end of a file without its beginning".into()));
        };
        let Incoming { index, declared, receiving } = file;
        let size = receiving.size();
        if size < declared {
            let name = self.manifest.files()[index].name.as_str();
            return Err(Error::ManifestMismatch(format!("{name:?} has {size} bytes, {declared} announced")));
        }
        self.received[index] = Some(receiving.finish().await?);
        Ok(())
    }

    /// Takes files that have arrived already. The lease is not renewed: there is nothing to wait for.
    pub(crate) async fn receive_whole(&mut self, files: &[(String, Bytes)]) -> Result<()> {
        for (name, bytes) in files {
            self.start(name).await?;
            self.append(bytes.clone()).await?;
            self.end().await?;
        }
        self.check_complete()
    }

    fn check_complete(&self) -> Result<()> {
        let count = self.received.iter().flatten().count();
        if self.current.is_some() || count < self.received.len() {
            return Err(Error::missing_files(self.received.len(), count));
        }
        Ok(())
    }

    async fn settle(&mut self) -> Result<Uploaded> {
        self.check_complete()?;
        // In parts: a writer, which the whole may hold, is not to be shared between threads.
        let Self { app, room, sid, reservation, manifest, keys, received, .. } = &*self;
        app.retried(|| async {
            let (mut tx, room, now) = app.lock_room(*room).await?.ok_or(Error::RoomNotFound)?;
            if room.is_expired(now) {
                return Err(Error::RoomExpired);
            }
            let held = tx.reservation(room.id, *reservation).await?.ok_or(Error::ReservationExpired)?;
            held.hold.check_begun(now)?;
            tx.delete_reservation(*reservation).await?;
            let announced = keys.iter().flatten().count() as u64;
            if announced > 0 && tx.retract_announcements(*reservation).await? != announced {
                // The sweeper, by a clock that runs ahead of ours, has given the blobs up already.
                return Err(Error::ReservationExpired);
            }
            let uploaded = insert_contents(&mut tx, &room, *sid, manifest, received, held.hold, now).await?;
            tx.commit().await?;
            Ok(uploaded)
        })
        .await
    }

    /// Starts the lease anew when it is due: bytes are arriving.
    async fn renew_if_due(&mut self) -> Result<()> {
        if self.renewal.is_due(self.app.now()) {
            self.renewal.renewed(self.lease().renew().await?);
        }
        Ok(())
    }

    /// Takes more of the room for a file of unknown length that has grown to `needed` bytes. The lease starts anew.
    async fn grow(&mut self, needed: u64) -> Result<()> {
        let (hold, now) = self.lease().extend(Some(needed)).await?;
        self.renewal.renewed(now);
        self.growing = Some(hold.size);
        Ok(())
    }
}

/// Adds the files of a manifest, as they were received, to the room, as it was read before its hold ended in the same
/// transaction.
pub(crate) async fn insert_contents(
    tx: &mut RoomTx,
    room: &Room,
    sid: SessionId,
    manifest: &Manifest,
    received: &[Option<Received>],
    hold: Hold,
    now: Timestamp,
) -> Result<Uploaded> {
    let mut contents = Vec::with_capacity(received.len());
    let mut surplus = hold.size;
    for (file, received) in manifest.files().iter().zip(received.iter().flatten()) {
        surplus = surplus.saturating_sub(received.size());
        let new = new_content(room.id, sid, file, received, now);
        let id = tx.insert_content(&new).await?;
        contents.push(new.into_content(id));
    }
    // What was held is now stored, or given back.
    Ok(Uploaded { contents, current_size: room.current_size().saturating_sub(surplus) })
}

pub(crate) fn new_content(
    room_id: RoomId,
    sid: SessionId,
    file: &ManifestFile,
    received: &Received,
    now: Timestamp,
) -> NewContent {
    NewContent {
        file_name: Some(file.name.clone()),
        mime_type: file.mime_type.clone(),
        sniffed: received.sniffed,
        sha256: received.sha256,
        max_downloads: file.max_downloads,
        expire_at: file.expire_at,
        segments: received.segment.iter().cloned().collect(),
        ..NewContent::empty(room_id, sid, ContentKind::File, now)
    }
}
