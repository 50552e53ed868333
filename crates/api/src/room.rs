use std::borrow::Cow;

use elizabeth_core::{room::Room, time::Timestamp};
use serde::{Deserialize, Serialize};

use crate::Instant;

/// A room.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Room))]
pub struct RoomObject<'a> {
    /// Its number.
    pub id: i64,
    /// The name it was made under.
    pub name: Cow<'a, str>,
    /// What it answers to: the name, or `name_<uuid>` while SHARE is off.
    pub slug: Cow<'a, str>,
    /// Whether entering needs a password.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required))]
    pub has_password: bool,
    /// 0 open, 1 locked (no new entries), 2 closed.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required, minimum = 0, maximum = 2))]
    pub status: u8,
    /// The most bytes it may hold.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required))]
    pub max_size: u64,
    /// Bytes stored and bytes reserved by uploads under way.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required))]
    pub current_size: u64,
    /// How many entries it allows; null for no limit.
    pub max_times_entered: Option<u64>,
    /// How many entries there were.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required))]
    pub current_times_entered: u64,
    /// When it expires; null for never.
    pub expire_at: Option<Instant>,
    /// Whole seconds until then, 0 when they are over; null for never.
    pub expires_in_seconds: Option<u64>,
    /// When it was made.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required))]
    pub created_at: Instant,
    /// When its permission or settings last changed.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required))]
    pub updated_at: Instant,
    /// VIEW 1, EDIT 2, SHARE 4, DELETE 8, added up.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required, minimum = 1, maximum = 15))]
    pub permission: u8,
}

impl<'a> RoomObject<'a> {
    /// A room as it stands at an instant.
    pub fn new(room: &'a Room, now: Timestamp) -> Self {
        Self {
            id: room.id.0,
            name: room.name.as_str().into(),
            slug: room.slug.as_str().into(),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_of_another_version_can_be_read_if_it_has_the_essence() {
        let read = |value| serde_json::from_value::<RoomObject<'_>>(value);
        let room = read(serde_json::json!({"id": 1, "name": "a", "slug": "b", "colour": "red"}));
        assert_eq!(room.unwrap().slug, "b");
        assert!(read(serde_json::json!({"id": 1})).is_err());
    }
}
