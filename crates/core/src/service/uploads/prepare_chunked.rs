use secrecy::SecretString;

use crate::{
    Elizabeth, Result,
    counts::{Counted, Rows},
    id::UploadId,
    name::RoomRef,
    permission::Permission,
    secret::{KeyHash, UPLOAD_TOKEN_PREFIX, opaque_secret},
    service::{authorize::Requirement, caller::Caller, uploads::complete::Known},
    upload::{ChunkedFile, ChunkedUpload, HashState, NewUpload, UploadFileRequest, parse_files},
};

/// Space that was just taken out of a room for an upload in pieces.
#[derive(Clone, Debug)]
pub struct PreparedUpload {
    /// The upload.
    pub upload: ChunkedUpload,
    /// What alone is needed to go on with it. It is kept as a hash only.
    pub token: SecretString,
    /// Bytes stored and reserved in the room now.
    pub current_size: u64,
    /// The most bytes the room may hold.
    pub max_size: u64,
}

impl Elizabeth {
    /// Takes the space for some files out of a room, in one atomic step, that are going to come in chunks. It is held
    /// for [`crate::policy::Policy::first_byte_ttl`], and from the first byte on for
    /// [`crate::policy::Policy::chunked_ttl`] from each progress.
    ///
    /// # Errors
    ///
    /// [`crate::Error::Invalid`] for the files; without a token that has EDIT; [`crate::Error::RoomFull`]; [`crate::Error::TooMany`] uploads
    /// under way in the room or in a guest's session, or contents; [`crate::Error::StorageFull`] when the server itself has no space left.
    pub async fn prepare_upload(
        &self,
        room: &RoomRef,
        caller: &Caller,
        files: Vec<UploadFileRequest>,
    ) -> Result<PreparedUpload> {
        let files = parse_files(files, self.now())?;
        self.reserve_upload(room, caller, files).await
    }

    /// The same for one file whose pieces are going to come one behind the other, of any size: see
    /// [`Elizabeth::begin_append`]. An empty file is complete at once, unless it is a part.
    ///
    /// # Errors
    ///
    /// Those of [`Elizabeth::prepare_upload`].
    pub async fn create_upload(
        &self,
        room: &RoomRef,
        caller: &Caller,
        file: impl Into<UploadFileRequest>,
    ) -> Result<ChunkedUpload> {
        let file = file.into().parse(self.now())?;
        let part = file.part;
        let created = self.reserve_upload(room, caller, vec![file]).await?.upload;
        if created.announced() == 0 && !part {
            let empty = Known { sha256: HashState::default().finish(), sniffed: None };
            return Ok(self.settle_file(created.room_id, created.id, 0, empty).await?.upload);
        }
        Ok(created)
    }

    async fn reserve_upload(
        &self,
        room: &RoomRef,
        caller: &Caller,
        files: Vec<ChunkedFile>,
    ) -> Result<PreparedUpload> {
        let total = files.iter().map(|file| file.file.size).sum();
        let free = self.free_space().await?;
        let policy = self.policy();
        let first_byte_ttl = policy.first_byte_ttl.min(policy.chunked_ttl);
        let need = Requirement::Permission(Permission::EDIT);
        self.retried(|| async {
            let (mut tx, grant, now) = self.authorize_locked(room, caller, need).await?;
            let mut ledger = self.ledger(tx.as_mut(), &grant.room, now).await?;
            self.admit_reservation(tx.as_mut(), &ledger, &grant, Counted::Uploads, now).await?;
            let hold = ledger.reserve(now, total, first_byte_ttl)?;
            let hold = hold.for_rows(Rows::promised(files.iter().map(ChunkedFile::row)));
            ledger.check_rows(now, hold.rows)?;
            self.admit_bytes(tx.as_mut(), free, total, now).await?;
            let token = opaque_secret(UPLOAD_TOKEN_PREFIX, self.ports.entropy.bytes());
            let new = NewUpload {
                id: UploadId(self.ports.entropy.uuid()),
                room_id: grant.room.id,
                sid: grant.token.sid,
                owner: grant.token.owner,
                permission: grant.token.permission,
                granted: grant.token.granted,
                token_hash: KeyHash::of(&token),
                hold,
                files: files.clone(),
                created_at: now,
            };
            let reservation = tx.insert_upload(&new).await?;
            tx.commit().await?;
            ledger.insert(reservation, hold);
            Ok(PreparedUpload {
                upload: new.into_upload(reservation),
                token: token.into(),
                current_size: ledger.current_size(now),
                max_size: ledger.max_size(),
            })
        })
        .await
    }
}
