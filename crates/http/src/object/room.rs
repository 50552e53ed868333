use elizabeth_core::{room::Room, time::Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use super::Instant;

/// A room.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Room)]
pub struct RoomObject<'a> {
    /// Its number.
    id: i64,
    /// The name it was made under.
    name: &'a str,
    /// What it answers to: the name, or `name_<uuid>` while SHARE is off.
    slug: &'a str,
    /// Whether entering needs a password.
    has_password: bool,
    /// 0 open, 1 locked (no new entries), 2 closed.
    #[schema(minimum = 0, maximum = 2)]
    status: u8,
    /// The most bytes it may hold.
    max_size: u64,
    /// Bytes stored and bytes reserved by uploads under way.
    current_size: u64,
    /// How many entries it allows; null for no limit.
    max_times_entered: Option<u64>,
    /// How many entries there were.
    current_times_entered: u64,
    /// When it expires; null for never.
    expire_at: Option<Instant>,
    /// Whole seconds until then, 0 when they are over; null for never.
    expires_in_seconds: Option<u64>,
    /// When it was made.
    created_at: Instant,
    /// When its permission or settings last changed.
    updated_at: Instant,
    /// VIEW 1, EDIT 2, SHARE 4, DELETE 8, added up.
    #[schema(minimum = 1, maximum = 15)]
    permission: u8,
}

impl<'a> RoomObject<'a> {
    /// A room as it stands at an instant.
    pub fn new(room: &'a Room, now: Timestamp) -> Self {
        Self {
            id: room.id.0,
            name: room.name.as_str(),
            slug: &room.slug,
            has_password: room.password_hash.is_some(),
            status: room.status.code(),
            max_size: room.max_size,
            current_size: room.current_size(),
            max_times_entered: room.max_entries,
            current_times_entered: room.entries,
            expire_at: room.expire_at.map(Instant),
            expires_in_seconds: room.time_left(now).map(|left| left.as_secs()),
            created_at: Instant(room.created_at),
            updated_at: Instant(room.updated_at),
            permission: room.permission.bits(),
        }
    }
}
