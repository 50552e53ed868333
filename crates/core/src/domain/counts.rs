//! What a room, or a session in it, has so many of at most.

use crate::limits::{Limit, Limits};

/// What a row costs beside its name, in bytes.
pub const ROW_PRICE: u64 = 256;

/// Rows, and the bytes that they cost: those of their names, and [`ROW_PRICE`] each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rows {
    /// How many.
    pub count: u64,
    /// Bytes.
    pub size: u64,
}

impl Rows {
    /// One row whose name, and what else it says, has so many bytes.
    pub fn one(name: usize) -> Self {
        Self { count: 1, size: ROW_PRICE.saturating_add(name as u64) }
    }

    /// Those of contents that are promised, and of the promise itself.
    pub fn promised(contents: impl IntoIterator<Item = Self>) -> Self {
        contents.into_iter().collect::<Self>().and(Self { count: 0, size: ROW_PRICE })
    }

    /// These and others.
    #[must_use]
    pub fn and(self, others: Self) -> Self {
        let Self { count, size } = self;
        Self { count: count.saturating_add(others.count), size: size.saturating_add(others.size) }
    }

    /// These without others.
    #[must_use]
    pub fn without(self, others: Self) -> Self {
        let Self { count, size } = self;
        Self { count: count.saturating_sub(others.count), size: size.saturating_sub(others.size) }
    }

    /// The most that a room of so many bytes may have.
    pub fn most(limits: &Limits, max_size: u64) -> Self {
        let size = limits.get(Limit::RoomRows).max(max_size / 100);
        Self { count: limits.get(Limit::RoomContents), size }
    }
}

impl FromIterator<Self> for Rows {
    fn from_iter<I: IntoIterator<Item = Self>>(rows: I) -> Self {
        rows.into_iter().fold(Self::default(), Self::and)
    }
}

/// Something that there are so many of at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// Contents of a room, those of uploads under way among them.
    Contents,
    /// The bytes that a room's rows cost.
    Rows,
    /// Reservations of a room whose uploads have not ended.
    Reservations,
    /// Uploads in pieces that are under way in a room.
    Uploads,
    /// The same of one session that is not an owner's.
    SessionUploads,
    /// Tickets of a room.
    Tickets,
    /// Tokens of a room.
    Tokens,
    /// Refresh tokens of a room.
    RefreshTokens,
}

impl Counted {
    /// Its limit.
    pub const fn limit(self) -> Limit {
        match self {
            Self::Contents => Limit::RoomContents,
            Self::Rows => Limit::RoomRows,
            Self::Reservations => Limit::RoomReservations,
            Self::Uploads => Limit::RoomUploads,
            Self::SessionUploads => Limit::SessionUploads,
            Self::Tickets => Limit::RoomTickets,
            Self::Tokens => Limit::RoomTokens,
            Self::RefreshTokens => Limit::RoomRefreshTokens,
        }
    }

    const fn advice(self) -> &'static str {
        match self {
            Self::Contents => "contents in a room: delete some first",
            Self::Rows => "bytes for the names in a room: delete contents or give up uploads first",
            Self::Reservations => "reservations in a room at a time: upload or release some first",
            Self::Uploads => "uploads in pieces under way in a room: complete or give up some first",
            Self::SessionUploads => {
                "uploads in pieces under way for each guest: complete or give up some first"
            }
            Self::Tickets => "tickets in a room: revoke some first, or wait until some expire",
            Self::Tokens => "tokens in a room: revoke some first, or wait until some expire",
            Self::RefreshTokens => "refresh tokens in a room: enter without one, or wait until some expire",
        }
    }
}

/// There are as many as there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there are at most {most} {}", .what.advice())]
pub struct TooMany {
    /// Of what.
    pub what: Counted,
    /// How many there may be.
    pub most: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_costs_its_name_and_a_price() {
        let rows: Rows = [Rows::one(0), Rows::one(44)].into_iter().collect();
        assert_eq!(rows, Rows { count: 2, size: 556 });
        assert_eq!(rows.without(Rows::one(44)), Rows::one(0));
    }

    #[test]
    fn a_large_room_has_more_for_its_rows() {
        let limits = Limits::default();
        assert_eq!(Rows::most(&limits, 1 << 30).size, 64 << 20);
        assert_eq!(Rows::most(&limits, 100 << 30).size, 1 << 30);
    }

    #[test]
    fn what_is_full_is_named_with_what_to_do() {
        let full = TooMany { what: Counted::SessionUploads, most: 32 }.to_string();
        assert_eq!(
            full,
            "there are at most 32 uploads in pieces under way for each guest: complete or give up some first"
        );
    }
}
