//! The one gate in front of whatever grows: whether the server has the space.
//!
//! What deletes, ends, leaves or only changes a row in place does not ask here. On a disk that is full all the same, it
//! is given the ballast.

use std::time::Duration;

use crate::{
    Elizabeth, Error, Result,
    counts::{Counted, TooMany},
    id::RoomId,
    ports::{CredentialKind, StoreError, WriteTx},
    time::Timestamp,
};

/// Transactions that run at once, at most, in all processes together. Who asks for less than such a part of what is spare
/// need not exclude the others: all of them together cannot take more than there is.
const AT_ONCE: u64 = 1024;
/// The part of `max_storage` that is spare: as long as so much of it is left, many may take little of it side by side.
const SPARE_PART: u64 = 64;
/// How long a hold counts towards `max_storage` once it has lapsed: another process that found it alive may still be
/// about to commit that it goes on.
const RENEWAL_TIME: Duration = Duration::from_secs(5);

/// What was free on the server when it was asked, for a transaction that adds something.
#[derive(Clone, Copy)]
pub(crate) struct FreeSpace {
    store: Option<u64>,
    blobs: Option<u64>,
}

impl Elizabeth {
    /// Whether the server takes in anything that grows: the disks of store and blobs keep the free space that the policy
    /// wants, and the ballast is in its place.
    ///
    /// # Errors
    ///
    /// [`Error::StorageFull`]; when store or blobs cannot tell.
    pub async fn check_space(&self) -> Result<()> {
        self.admit_row(self.free_space().await?)
    }

    /// Asks the disks. To be done before a transaction begins, or a disk that is slow to answer would keep it open.
    pub(crate) async fn free_space(&self) -> Result<FreeSpace> {
        let store = self.ports.store.free_space().await?;
        Ok(FreeSpace { store, blobs: self.ports.blobs.free_space().await? })
    }

    /// Whether a row may be added.
    pub(crate) fn admit_row(&self, free: FreeSpace) -> Result<()> {
        let least = self.policy().min_free;
        let is_short = [free.store, free.blobs].into_iter().flatten().any(|free| free < least);
        if is_short || self.ballast.is_released() { Err(Error::StorageFull) } else { Ok(()) }
    }

    /// Whether so many bytes might be taken in if nothing were promised to anybody: what fails here need not be begun.
    pub(crate) async fn admit_alone(&self, bytes: u64) -> Result<()> {
        let free = self.free_space().await?;
        self.admit_row(free)?;
        let wanted = bytes.saturating_add(self.policy().min_free);
        if free.blobs.is_some_and(|free| free < wanted) { Err(Error::StorageFull) } else { Ok(()) }
    }

    /// Whether so many bytes may be taken in, or promised, beside all that is promised in any room. Of those who decide
    /// at the same time, no two take the same bytes. The room MUST be locked.
    pub(crate) async fn admit_bytes(
        &self,
        tx: &mut dyn WriteTx,
        free: FreeSpace,
        bytes: u64,
        now: Timestamp,
    ) -> Result<()> {
        let left = self.space_left(tx, free, bytes, now).await?;
        if bytes <= left { Ok(()) } else { Err(Error::StorageFull) }
    }

    /// How many bytes may be taken in beside all that is promised, where so many are wanted.
    pub(crate) async fn space_left(
        &self,
        tx: &mut dyn WriteTx,
        free: FreeSpace,
        wanted: u64,
        now: Timestamp,
    ) -> Result<u64> {
        self.admit_row(free)?;
        if wanted == 0 {
            return Ok(0);
        }
        let left = self.unpromised(tx, free, now).await?;
        // Of a disk the floor is what errs on the safe side. What may be stored has none: there whoever takes little is
        // waited for by whoever takes more, and what is spare is enough for as many as may take little at once.
        let spare = self.policy().max_storage.map_or(left, |most| most / SPARE_PART);
        if wanted > spare / AT_ONCE || left < spare {
            tx.lock_totals().await?;
            return self.unpromised(tx, free, now).await;
        }
        if self.policy().max_storage.is_none() {
            return Ok(left);
        }
        tx.share_totals().await?;
        match self.unpromised(tx, free, now).await? {
            left if left < spare => Err(StoreError::Contended("the last space is being taken".into()).into()),
            left => Ok(left),
        }
    }

    async fn unpromised(&self, tx: &mut dyn WriteTx, free: FreeSpace, now: Timestamp) -> Result<u64> {
        let mut left = u64::MAX;
        if let Some(free) = free.blobs {
            let kept = tx.outstanding(now).await?.saturating_add(self.policy().min_free);
            left = free.saturating_sub(kept);
        }
        if let Some(most) = self.policy().max_storage {
            let totals = tx.totals(now.saturating_sub(RENEWAL_TIME)).await?;
            left = left.min(most.saturating_sub(totals.stored.saturating_add(totals.held)));
        }
        Ok(left)
    }

    /// Whether bytes that were promised may be written. They may take half of what is kept free otherwise: rows that came
    /// meanwhile have taken of it too, and nobody's upload is to fail for that.
    pub(crate) async fn admit_promised(&self, bytes: u64) -> Result<()> {
        let FreeSpace { store, blobs } = self.free_space().await?;
        let least = self.policy().min_free / 2;
        let wanted = bytes.saturating_add(least);
        let is_short = store.is_some_and(|free| free < least) || blobs.is_some_and(|free| free < wanted);
        if is_short || self.ballast.is_released() { Err(Error::StorageFull) } else { Ok(()) }
    }

    /// Whether a room may have one more token, refresh token or ticket. Where there are as many rows as there may be, those
    /// that are over make way first: they are kept for nothing but a better answer to whoever shows them.
    pub(crate) async fn admit_credential(
        &self,
        tx: &mut dyn WriteTx,
        room: RoomId,
        kind: CredentialKind,
        now: Timestamp,
    ) -> Result<()> {
        let what = match kind {
            CredentialKind::Token => Counted::Tokens,
            CredentialKind::RefreshToken => Counted::RefreshTokens,
            CredentialKind::Ticket => Counted::Tickets,
        };
        let most = self.policy().limits.get(what.limit());
        if tx.credential_count(room, kind).await? < most {
            return Ok(());
        }
        tx.delete_dead_credentials(room, kind, now).await?;
        if tx.credential_count(room, kind).await? < most {
            return Ok(());
        }
        Err(TooMany { what, most }.into())
    }

    /// Takes the ballast again where there is space for it. Blocks for a moment.
    pub fn lay_ballast(&self) {
        self.ballast.lay();
    }
}
