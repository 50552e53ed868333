//! Who may take how much of a room, and until when. The one place where this is decided.
//!
//! At every instant a room's current size is what is stored in it plus every *live hold*, and it never exceeds the
//! room's maximum. A hold is space taken out of the room before its bytes arrive. Its end is a stored deadline, not
//! a timer: it stops counting at that instant, whether or not anybody has collected it, and also when the process
//! that served it is dead.

use std::{collections::BTreeMap, ops::RangeInclusive, time::Duration};

use crate::{id::ReservationId, time::Timestamp};

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

    /// One of several files has become a content of `size` bytes, whose space is held no more. Behind the last one
    /// nothing is left to hold: `kept` is then how long the end can be asked for.
    ///
    /// # Errors
    ///
    /// When it has lapsed in the meantime, for then its space may be taken.
    pub fn settle_part(
        self,
        now: Timestamp,
        size: u64,
        last: bool,
        kept: Duration,
    ) -> Result<Self, HoldError> {
        let hold = self.go_on(now, kept)?;
        let size = hold.size.saturating_sub(size);
        Ok(if last { Self { size: 0, state: HoldState::Done, ..hold } } else { Self { size, ..hold } })
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
    holds: BTreeMap<ReservationId, Hold>,
}

impl Ledger {
    /// The account of a room as the store has it; lapsed holds may be among `holds` and do not count.
    pub fn new(max_size: u64, stored: u64, holds: impl IntoIterator<Item = (ReservationId, Hold)>) -> Self {
        Self { max_size, stored, holds: holds.into_iter().collect() }
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
    pub fn under_way(&self, now: Timestamp) -> usize {
        self.holds.values().filter(|hold| hold.is_live(now) && hold.state != HoldState::Done).count()
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
        Ok(Hold { size, deadline: now.saturating_add(ttl), state: HoldState::Pending })
    }

    /// Decides on a new hold for an upload whose length nobody knows: what is left, up to the least step.
    pub fn reserve_some(&self, now: Timestamp, ttl: Duration) -> Hold {
        let size = self.remaining(now).min(*GROWTH.start());
        Hold { size, deadline: now.saturating_add(ttl), state: HoldState::Pending }
    }

    /// Decides how large a live hold of this ledger becomes when its upload has grown to `needed` bytes.
    ///
    /// # Errors
    ///
    /// [`Full`] when the room cannot give so much: of all that this upload could have had.
    pub fn grow(&self, now: Timestamp, hold: Hold, needed: u64) -> Result<Hold, Full> {
        let most = hold.size.saturating_add(self.remaining(now));
        if needed > most {
            return Err(Full { requested: needed, remaining: most });
        }
        let step = hold.size.clamp(*GROWTH.start(), *GROWTH.end());
        Ok(Hold { size: hold.size.saturating_add(step).max(needed).min(most), ..hold })
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
