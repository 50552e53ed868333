//! A room and what may change about it.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use unicode_normalization::UnicodeNormalization;

use crate::{
    client::Client,
    counts::Rows,
    domain::invalid::Invalid,
    id::RoomId,
    name::RoomName,
    permission::Permission,
    policy::{PASSWORD_MAX_BYTES, Policy, SIZE_MAX},
    secret::KeyHash,
    settable::settable,
    time::Timestamp,
};

/// How long after a room was made whoever enters it first is its owner. Later its key alone makes one.
pub const FIRST_ENTRY: Duration = Duration::from_secs(60);

/// Who may come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoomStatus {
    /// Everybody who knows the address and the password.
    Open,
    /// Nobody new; tokens in use go on working.
    Locked,
    /// Nobody but the owner.
    Closed,
}

impl RoomStatus {
    /// 0 open, 1 locked, 2 closed.
    pub fn code(self) -> u8 {
        match self {
            Self::Open => 0,
            Self::Locked => 1,
            Self::Closed => 2,
        }
    }

    /// The status of a [`RoomStatus::code`].
    pub fn from_code(code: i64) -> Option<Self> {
        match code {
            0 => Some(Self::Open),
            1 => Some(Self::Locked),
            2 => Some(Self::Closed),
            _ => None,
        }
    }
}

/// A room as the store has it at one instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Room {
    /// The number the store gave it: ascending, never used again.
    pub id: RoomId,
    /// The name it was made under.
    pub name: RoomName,
    /// What it answers to: the name, or `name_<uuid>` while SHARE is off.
    pub slug: String,
    /// The password's Argon2id hash (PHC string), where there is one.
    pub password_hash: Option<String>,
    /// The owner key's hash.
    pub owner_key_hash: KeyHash,
    /// Whether a token was ever issued: see [`Room::first_entry_owns`].
    pub owner_claimed: bool,
    /// Who may come in.
    pub status: RoomStatus,
    /// What guests may do.
    pub permission: Permission,
    /// The most bytes it may hold.
    pub max_size: u64,
    /// Bytes of its contents.
    pub stored_size: u64,
    /// Bytes held for uploads under way, at the instant it was read for.
    pub reserved_size: u64,
    /// How many contents it has.
    pub contents: u64,
    /// Bytes that their rows cost: see [`Rows`].
    pub rows_size: u64,
    /// The number of its newest event: see [`RoomEvent`](crate::event::RoomEvent). 0 before the first.
    pub event_seq: u64,
    /// How many entries it allows; `None` for no limit.
    pub max_entries: Option<u64>,
    /// How many entries there were.
    pub entries: u64,
    /// The first instant at which it is gone; `None` for never.
    pub expire_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its permission or settings last changed.
    pub updated_at: Timestamp,
}

impl Room {
    /// Stored plus reserved bytes.
    pub fn current_size(&self) -> u64 {
        self.stored_size.saturating_add(self.reserved_size)
    }

    /// Its contents, and what their rows cost.
    pub fn rows(&self) -> Rows {
        Rows { count: self.contents, size: self.rows_size }
    }

    /// Whether its time is over.
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.expire_at.is_some_and(|end| end <= now)
    }

    /// How long it has left, zero when its time is over; `None` for ever.
    pub fn time_left(&self, now: Timestamp) -> Option<Duration> {
        self.expire_at.map(|end| end.since(now))
    }

    /// Whether its entries are used up.
    pub fn is_exhausted(&self) -> bool {
        self.max_entries.is_some_and(|max| self.entries >= max)
    }

    /// Whether who enters now is its owner: the first to do so within [`FIRST_ENTRY`] of its making.
    pub fn first_entry_owns(&self, now: Timestamp) -> bool {
        !self.owner_claimed && now < self.created_at.saturating_add(FIRST_ENTRY)
    }

    /// Whether an address opens it without a token: the slug always, the plain name only with SHARE.
    pub fn answers_to(&self, address: &str) -> bool {
        self.slug == address || self.permission.contains(Permission::SHARE)
    }
}

/// A room about to be made. The store gives it its number.
#[derive(Clone, Debug)]
pub struct NewRoom {
    /// Its name, which no other room has as name or slug.
    pub name: RoomName,
    /// What it answers to: see [`Room::slug`].
    pub slug: String,
    /// As [`Room::password_hash`].
    pub password_hash: Option<String>,
    /// The owner key's hash.
    pub owner_key_hash: KeyHash,
    /// What guests may do.
    pub permission: Permission,
    /// The most bytes it may hold.
    pub max_size: u64,
    /// How many entries it allows.
    pub max_entries: Option<u64>,
    /// The first instant at which it is gone.
    pub expire_at: Option<Timestamp>,
    /// The instant of its making.
    pub created_at: Timestamp,
}

impl NewRoom {
    /// The room as a store lists it that has given it a number: open, empty, nobody's key shown, no entry counted.
    pub fn into_room(self, id: RoomId) -> Room {
        Room {
            id,
            name: self.name,
            slug: self.slug,
            password_hash: self.password_hash,
            owner_key_hash: self.owner_key_hash,
            owner_claimed: false,
            status: RoomStatus::Open,
            permission: self.permission,
            max_size: self.max_size,
            stored_size: 0,
            reserved_size: 0,
            contents: 0,
            rows_size: 0,
            event_seq: 0,
            max_entries: self.max_entries,
            entries: 0,
            expire_at: self.expire_at,
            created_at: self.created_at,
            updated_at: self.created_at,
        }
    }
}

/// The columns of a room to change; what is `None` stays as it is.
#[derive(Clone, Debug, Default)]
pub struct RoomChange {
    /// What guests may do.
    pub permission: Option<Permission>,
    /// What it answers to. [`crate::ports::StoreError::AddressTaken`] where another room does.
    pub slug: Option<String>,
    /// Who may come in.
    pub status: Option<RoomStatus>,
    /// The password's hash; `Some(None)` clears it.
    pub password_hash: Option<Option<String>>,
    /// The most bytes it may hold.
    pub max_size: Option<u64>,
    /// How many entries it allows; `Some(None)` for no limit.
    pub max_entries: Option<Option<u64>>,
    /// How many entries there were.
    pub entries: Option<u64>,
    /// The first instant at which it is gone; `Some(None)` for never.
    pub expire_at: Option<Option<Timestamp>>,
    /// Whether a token was ever issued.
    pub owner_claimed: Option<bool>,
    /// When its permission or settings last changed.
    pub updated_at: Option<Timestamp>,
}

impl RoomChange {
    /// Changes those columns of a room that are given.
    pub fn apply(&self, room: &mut Room) {
        // Named one by one, so that a column added to the change is not forgotten here.
        let Self {
            permission,
            slug,
            status,
            password_hash,
            max_size,
            max_entries,
            entries,
            expire_at,
            owner_claimed,
            updated_at,
        } = self;
        set(&mut room.permission, permission);
        set(&mut room.slug, slug);
        set(&mut room.status, status);
        set(&mut room.password_hash, password_hash);
        set(&mut room.max_size, max_size);
        set(&mut room.max_entries, max_entries);
        set(&mut room.entries, entries);
        set(&mut room.expire_at, expire_at);
        set(&mut room.owner_claimed, owner_claimed);
        set(&mut room.updated_at, updated_at);
    }
}

fn set<T: Clone>(column: &mut T, change: &Option<T>) {
    if let Some(value) = change {
        column.clone_from(value);
    }
}

/// A password as a person chose it, in NFC (RFC 8265, section 4), 1 to 1,024 bytes.
#[derive(Clone, Debug)]
pub struct Password(SecretString);

impl Password {
    /// Reads a password.
    ///
    /// # Errors
    ///
    /// [`Invalid::Password`] when it is empty or too long.
    pub fn parse(text: &SecretString) -> Result<Self, Invalid> {
        let text = text.expose_secret();
        if text.is_empty() || text.len() > PASSWORD_MAX_BYTES {
            return Err(Invalid::Password);
        }
        Ok(Self(text.nfc().collect::<String>().into()))
    }

    /// The bytes to hash.
    pub fn expose(&self) -> &[u8] {
        self.0.expose_secret().as_bytes()
    }
}

settable! {
    /// What a caller may choose for a room when it is made. What is left out is the policy's default.
    #[derive(Clone, Debug, Default)]
    pub struct RoomOptions {
        /// What guests have to know, 1 to 1024 bytes; nothing when left out.
        pub password: Option<SecretString>,
        /// The first instant at which it is gone, in the future and within the policy's ceiling.
        pub expire_at: Option<Timestamp>,
        /// The most bytes it may hold, up to the policy's ceiling.
        pub max_size: Option<u64>,
        /// How many entries it allows.
        pub max_entries: Option<u64>,
        /// What guests may do.
        pub permission: Option<Permission>,
        /// Whether its owner key alone makes an owner, so that nobody becomes one by entering first.
        pub claimed: bool,
        /// Who makes it, as far as the network tells.
        pub client: Option<Client>,
    }
}

settable! {
    /// What an owner may change. The outer `None` leaves as is; `Some(None)` clears.
    #[derive(Clone, Debug, Default)]
    pub struct RoomSettings {
        /// The most bytes it may hold; cleared, the policy's default.
        pub max_size: Option<Option<u64>>,
        /// How many entries it allows; cleared, no limit.
        pub max_entries: Option<Option<u64>>,
        /// When it expires; cleared, never, where the policy allows that.
        pub expire_at: Option<Option<Timestamp>>,
        /// Who may come in; cleared, everybody.
        pub status: Option<Option<RoomStatus>>,
        /// Its password; cleared, none.
        pub password: Option<Option<SecretString>>,
    }
}

/// A room's largest size within the operator's ceiling.
///
/// # Errors
///
/// [`Invalid::MaxSize`] when it is above the ceiling.
pub fn check_max_size(policy: &Policy, asked: Option<u64>) -> Result<u64, Invalid> {
    let ceiling = policy.room_max_size_ceiling.min(SIZE_MAX);
    let size = asked.unwrap_or(policy.room_max_size);
    if size > ceiling { Err(Invalid::MaxSize { ceiling }) } else { Ok(size) }
}

/// A room's expiry: in the future, and within the operator's ceiling.
///
/// # Errors
///
/// [`Invalid::ExpireAt`] otherwise; so for never under a finite ceiling.
pub fn check_expire_at(
    policy: &Policy,
    now: Timestamp,
    asked: Option<Timestamp>,
) -> Result<Option<Timestamp>, Invalid> {
    let latest = policy.room_ttl_ceiling.map(|span| now.saturating_add(span));
    match (asked, latest) {
        (Some(at), _) if at <= now => Err(Invalid::ExpireAt { latest }),
        (Some(at), Some(latest)) if at > latest => Err(Invalid::ExpireAt { latest: Some(latest) }),
        (None, Some(latest)) => Err(Invalid::ExpireAt { latest: Some(latest) }),
        (asked, _) => Ok(asked),
    }
}

/// The expiry of a new room for which none was chosen.
pub fn default_expire_at(policy: &Policy, now: Timestamp) -> Option<Timestamp> {
    let shorter = |a: Option<Duration>, b: Option<Duration>| match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    };
    shorter(policy.room_ttl, policy.room_ttl_ceiling).map(|span| now.saturating_add(span))
}

/// How many entries a room may allow, within what a store can hold.
///
/// # Errors
///
/// [`Invalid::MaxEntries`] when it is more than that.
pub fn check_max_entries(asked: Option<u64>) -> Result<Option<u64>, Invalid> {
    match asked {
        Some(max) if max > SIZE_MAX => Err(Invalid::MaxEntries),
        asked => Ok(asked),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expiry_lies_in_the_future_and_below_the_ceiling() {
        let policy = Policy::default();
        let now = Timestamp::from_secs(1_000);
        let in_a_day = now.saturating_add(Duration::from_secs(86_400));
        assert_eq!(check_expire_at(&policy, now, Some(in_a_day)), Ok(Some(in_a_day)));
        let year = Some(now.saturating_add(Duration::from_secs(365 * 86_400)));
        for bad in [Some(now), Some(Timestamp::EPOCH), Some(Timestamp::MAX), None] {
            assert_eq!(
                check_expire_at(&policy, now, bad),
                Err(Invalid::ExpireAt { latest: year }),
                "{bad:?}"
            );
        }
        let endless = Policy { room_ttl_ceiling: None, ..policy };
        assert_eq!(check_expire_at(&endless, now, None), Ok(None));
    }

    #[test]
    fn passwords_are_the_same_in_any_normal_form() {
        let one = Password::parse(&"cafe\u{301}".into()).unwrap();
        let other = Password::parse(&"caf\u{e9}".into()).unwrap();
        assert_eq!(one.expose(), other.expose());
        assert!(Password::parse(&"".into()).is_err() && Password::parse(&"x".repeat(1025).into()).is_err());
    }
}
