//! Who may take how much of a room, and until when. The one place where this is decided.
//!
//! At every instant a room's current size is what is stored in it plus every *live hold*, and it never exceeds the
//! room's maximum. A hold is space taken out of the room before its bytes arrive. Its end is a stored deadline, not
//! a timer: it stops counting at that instant, whether or not anybody has collected it, and also when the process
//! that served it is dead.

use std::{collections::BTreeMap, ops::RangeInclusive, time::Duration};

use crate::{
    counts::{Counted, Rows, TooMany},
    id::ReservationId,
    policy::PROGRESS_BYTES,
    time::Timestamp,
};

/// The fewest bytes that an upload of unknown length takes at a time, and the most it takes ahead of what has come.
/// It doubles what it holds in between: a large one need not lock its room often, and a small one holds little.
const GROWTH: RangeInclusive<u64> = 8 << 20..=64 << 20;

/// How far the upload behind a hold has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HoldState {
    /// Reserved; the upload has not begun.
    Pending,
    /// The upload has claimed it and its bytes are arriving.
    Begun,
    /// All that it was for is stored. It holds nothing and is kept so that its end can be reported.
    Done,
}

/// Space taken out of a room for an upload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hold {
    /// Bytes it takes out of the room.
    pub size: u64,
    /// How many of them have arrived, as far as that was noted: the disk has given these already.
    pub arrived: u64,
    /// Contents that the upload is going to become, and what they cost with the upload's own row.
    pub rows: Rows,
    /// The first instant at which it counts no more.
    pub deadline: Timestamp,
    /// Whether its upload has begun.
    pub state: HoldState,
}

/// Why a hold cannot go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HoldError {
    /// Its deadline has passed.
    #[error("the reservation has expired")]
    Lapsed,
    /// Another upload has begun on it.
    #[error("an upload has begun on this reservation already")]
    InUse,
    /// No upload has begun on it.
    #[error("no upload has begun on this reservation")]
    NotBegun,
}

impl Hold {
    /// A hold of which nothing has arrived, for no rows.
    pub const fn new(size: u64, deadline: Timestamp, state: HoldState) -> Self {
        Self { size, arrived: 0, rows: Rows { count: 0, size: 0 }, deadline, state }
    }

    /// The same for rows.
    #[must_use]
    pub fn for_rows(self, rows: Rows) -> Self {
        Self { rows, ..self }
    }

    /// The same with so many bytes more.
    #[must_use]
    pub fn grown(self, more: u64) -> Self {
        Self { size: self.size.saturating_add(more), ..self }
    }

    /// Whether it counts at an instant.
    pub fn is_live(&self, now: Timestamp) -> bool {
        now < self.deadline
    }

    /// An upload begins: from here on the hold lives as long as bytes keep arriving.
    ///
    /// # Errors
    ///
    /// When it has lapsed, or another upload was first: a hold serves one upload.
    pub fn begin(self, now: Timestamp, lease: Duration) -> Result<Self, HoldError> {
        if !self.is_live(now) {
            return Err(HoldError::Lapsed);
        }
        match self.state {
            HoldState::Pending => {
                Ok(Self { deadline: now.saturating_add(lease), state: HoldState::Begun, ..self })
            }
            HoldState::Begun | HoldState::Done => Err(HoldError::InUse),
        }
    }

    /// The same for an upload in pieces, which begins anew with each of them, at several places at once.
    ///
    /// # Errors
    ///
    /// When it has lapsed, or everything has arrived.
    pub fn go_on(self, now: Timestamp, lease: Duration) -> Result<Self, HoldError> {
        match self.state {
            HoldState::Pending => self.begin(now, lease),
            HoldState::Begun => self.extend(now, lease),
            HoldState::Done => Err(HoldError::InUse),
        }
    }

    /// Whether an upload in pieces is alive, without any progress that would prolong it.
    ///
    /// # Errors
    ///
    /// When it has lapsed, or everything has arrived.
    pub fn check_going_on(self, now: Timestamp) -> Result<Self, HoldError> {
        match self.state {
            HoldState::Pending | HoldState::Begun if self.is_live(now) => Ok(self),
            HoldState::Pending | HoldState::Begun => Err(HoldError::Lapsed),
            HoldState::Done => Err(HoldError::InUse),
        }
    }

    /// Bytes of an upload in pieces have become durable, so many of this hold in all. It goes on from here when that is
    /// progress: the first byte, [`PROGRESS_BYTES`] since the last time, or, as `whole` says, a whole chunk or file.
    ///
    /// # Errors
    ///
    /// As [`Hold::go_on`].
    pub fn arrive(
        self,
        now: Timestamp,
        arrived: u64,
        whole: bool,
        lease: Duration,
    ) -> Result<Self, HoldError> {
        let is_first = self.state == HoldState::Pending && arrived > 0;
        if whole || is_first || arrived.saturating_sub(self.arrived) >= PROGRESS_BYTES {
            let hold = self.go_on(now, lease)?;
            return Ok(Self { arrived: arrived.min(hold.size), ..hold });
        }
        self.check_going_on(now)
    }

    /// One of several files has become a content of `size` bytes, whose space is held no more, and whose row is now the
    /// room's. Behind the last one nothing is left to hold: `kept` is then how long the end can be asked for.
    ///
    /// # Errors
    ///
    /// When it has lapsed in the meantime, for then its space may be taken.
    pub fn settle_part(
        self,
        now: Timestamp,
        size: u64,
        row: Rows,
        last: bool,
        kept: Duration,
    ) -> Result<Self, HoldError> {
        let hold = self.go_on(now, kept)?;
        let rows = hold.rows.without(row);
        let (size, arrived) = (hold.size.saturating_sub(size), hold.arrived.saturating_sub(size));
        Ok(if last {
            Self { size: 0, arrived: 0, rows, state: HoldState::Done, ..hold }
        } else {
            Self { size, arrived, rows, ..hold }
        })
    }

    /// Bytes arrived: the lease starts anew. It is never made shorter.
    ///
    /// # Errors
    ///
    /// When it has lapsed in the meantime, for then its space may be taken, or no upload has begun.
    pub fn extend(self, now: Timestamp, lease: Duration) -> Result<Self, HoldError> {
        self.check_begun(now)?;
        Ok(Self { deadline: self.deadline.max(now.saturating_add(lease)), ..self })
    }

    /// Whether what was uploaded may take this hold's place.
    ///
    /// # Errors
    ///
    /// When it has lapsed in the meantime, for then its space may be taken, or no upload has begun.
    pub fn check_begun(&self, now: Timestamp) -> Result<(), HoldError> {
        match self.state {
            HoldState::Begun if self.is_live(now) => Ok(()),
            HoldState::Begun => Err(HoldError::Lapsed),
            HoldState::Pending | HoldState::Done => Err(HoldError::NotBegun),
        }
    }
}

/// It does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Exceeds room capacity limit: {requested} requested, {remaining} left")]
pub struct Full {
    /// Bytes asked for.
    pub requested: u64,
    /// Bytes the room has left.
    pub remaining: u64,
}

/// A room's account: what is stored, and every hold. Read and changed only while the room is locked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ledger {
    max_size: u64,
    stored: u64,
    most_rows: Rows,
    rows: Rows,
    holds: BTreeMap<ReservationId, Hold>,
}

impl Ledger {
    /// The account of a room as the store has it; lapsed holds may be among `holds` and do not count.
    pub fn new(max_size: u64, stored: u64, holds: impl IntoIterator<Item = (ReservationId, Hold)>) -> Self {
        let most_rows = Rows { count: u64::MAX, size: u64::MAX };
        Self { max_size, stored, most_rows, rows: Rows::default(), holds: holds.into_iter().collect() }
    }

    /// The same for a room that has rows, and may have so many.
    #[must_use]
    pub fn with_rows(self, rows: Rows, most_rows: Rows) -> Self {
        Self { rows, most_rows, ..self }
    }

    /// The most bytes the room may hold.
    pub fn max_size(&self) -> u64 {
        self.max_size
    }

    /// Bytes of the room's contents.
    pub fn stored(&self) -> u64 {
        self.stored
    }

    /// Bytes held for uploads under way.
    pub fn reserved(&self, now: Timestamp) -> u64 {
        self.holds
            .values()
            .filter(|hold| hold.is_live(now))
            .map(|hold| hold.size)
            .fold(0, u64::saturating_add)
    }

    /// How many holds live at an instant whose uploads are not complete.
    pub fn under_way(&self, now: Timestamp) -> u64 {
        self.holds.values().filter(|hold| hold.is_live(now) && hold.state != HoldState::Done).count() as u64
    }

    /// Whether the room may have so many more rows beside those it has and those promised to live holds.
    ///
    /// # Errors
    ///
    /// [`TooMany`] contents, or bytes for their names.
    pub fn check_rows(&self, now: Timestamp, more: Rows) -> Result<(), TooMany> {
        let promised = self.holds.values().filter(|hold| hold.is_live(now)).map(|hold| hold.rows);
        let all = self.rows.and(promised.collect()).and(more);
        if more.count > 0 && all.count > self.most_rows.count {
            return Err(TooMany { what: Counted::Contents, most: self.most_rows.count });
        }
        if more.size > 0 && all.size > self.most_rows.size {
            return Err(TooMany { what: Counted::Rows, most: self.most_rows.size });
        }
        Ok(())
    }

    /// Stored plus reserved: what a person sees as the room's size.
    pub fn current_size(&self, now: Timestamp) -> u64 {
        self.stored.saturating_add(self.reserved(now))
    }

    /// Bytes that can still be asked for.
    pub fn remaining(&self, now: Timestamp) -> u64 {
        self.max_size.saturating_sub(self.current_size(now))
    }

    /// Whether so many more bytes fit.
    ///
    /// # Errors
    ///
    /// [`Full`] when they do not.
    pub fn check_fits(&self, now: Timestamp, requested: u64) -> Result<(), Full> {
        let remaining = self.remaining(now);
        if requested <= remaining { Ok(()) } else { Err(Full { requested, remaining }) }
    }

    /// Decides on a new hold: what to store when it fits. Ask [`Ledger::insert`] to count it.
    ///
    /// # Errors
    ///
    /// [`Full`] when it does not fit.
    pub fn reserve(&self, now: Timestamp, size: u64, ttl: Duration) -> Result<Hold, Full> {
        self.check_fits(now, size)?;
        Ok(Hold::new(size, now.saturating_add(ttl), HoldState::Pending))
    }

    /// Decides on a new hold for an upload whose length nobody knows: what is left, up to the least step, of `most` that
    /// the server can give.
    pub fn reserve_some(&self, now: Timestamp, most: u64, ttl: Duration) -> Hold {
        let size = self.remaining(now).min(*GROWTH.start()).min(most);
        Hold::new(size, now.saturating_add(ttl), HoldState::Pending)
    }

    /// How many bytes more a live hold asks for when its upload has grown to `needed` bytes: the next step, or fewer where
    /// the room has no more left. The server has to be asked for them too.
    ///
    /// # Errors
    ///
    /// [`Full`] when the room cannot give so much: of all that this upload could have had.
    pub fn growth(&self, now: Timestamp, hold: Hold, needed: u64) -> Result<u64, Full> {
        let most = hold.size.saturating_add(self.remaining(now));
        if needed > most {
            return Err(Full { requested: needed, remaining: most });
        }
        let step = hold.size.clamp(*GROWTH.start(), *GROWTH.end());
        let size = hold.size.saturating_add(step).max(needed).min(most);
        Ok(size.saturating_sub(hold.size))
    }

    /// Counts a hold from now on, or replaces what was counted under its number.
    pub fn insert(&mut self, id: ReservationId, hold: Hold) {
        self.holds.insert(id, hold);
    }

    /// The hold of that number, lapsed or not.
    pub fn hold(&self, id: ReservationId) -> Option<Hold> {
        self.holds.get(&id).copied()
    }

    /// An upload is complete: its hold ends and its bytes are stored, in one step. They are as many as were held, or
    /// fewer where its length was not known.
    ///
    /// # Errors
    ///
    /// As [`Hold::check_begun`]; nothing changes then.
    pub fn settle(&mut self, now: Timestamp, id: ReservationId, size: u64) -> Result<(), HoldError> {
        let hold = self.hold(id).ok_or(HoldError::Lapsed)?;
        hold.check_begun(now)?;
        self.holds.remove(&id);
        self.stored = self.stored.saturating_add(size.min(hold.size));
        Ok(())
    }

    /// Gives a hold back, whatever its state; returns how many bytes that freed just now.
    pub fn release(&mut self, now: Timestamp, id: ReservationId) -> u64 {
        self.holds.remove(&id).filter(|hold| hold.is_live(now)).map_or(0, |hold| hold.size)
    }

    /// Stored bytes are replaced by others, or by `old` 0 added. What grows has to fit; what shrinks always may.
    ///
    /// # Errors
    ///
    /// [`Full`] when the difference does not fit; nothing changes then.
    pub fn replace(&mut self, now: Timestamp, old: u64, new: u64) -> Result<(), Full> {
        if new > old {
            self.check_fits(now, new - old)?;
        }
        self.stored = self.stored.saturating_sub(old).saturating_add(new);
        Ok(())
    }

    /// Stored bytes are deleted.
    pub fn remove_stored(&mut self, size: u64) {
        self.stored = self.stored.saturating_sub(size);
    }
}

#[cfg(test)]
#[path = "quota_tests.rs"]
mod tests;
