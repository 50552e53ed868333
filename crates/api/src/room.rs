use std::borrow::Cow;

use elizabeth_core::{Invalid, permission::Permission, room::Room, time::Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Instant, PermissionInput, Secret, StatusCode, given};

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

/// What may be said about a new room. What is left out is the server's default.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[expect(missing_docs, reason = "the name says what it is, in the document too")]
pub struct CreateRoom {
    /// 1 to 1,024 bytes. The password of the body counts where there is one in the query too.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub password: Option<Secret>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expire_at: Option<Instant>,
    /// Bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_size: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_times_entered: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permission: Option<PermissionInput>,
}

/// A new room with its key.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreatedRoom<'a> {
    #[expect(missing_docs, reason = "the document describes the whole by its two parts")]
    #[serde(flatten)]
    pub room: RoomObject<'a>,
    /// Makes its holder the owner. It is shown this once. For a minute, whoever enters first becomes the owner without it.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub owner_key: Secret,
}

/// A room's permission, as its bits or as booleans. Where `permission` is there, it alone counts.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[expect(missing_docs, reason = "the name says what it is, in the document too")]
pub struct SetPermissions {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permission: Option<PermissionInput>,
    /// Left out it is taken as false, as are the others. VIEW cannot be taken away.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edit: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub share: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delete: Option<bool>,
}

impl SetPermissions {
    /// What is asked for.
    ///
    /// # Errors
    ///
    /// [`Invalid::Permission`] for bits without a meaning.
    pub fn permission(&self) -> Result<Permission, Invalid> {
        if let Some(input) = self.permission {
            return input.permission();
        }
        let bits = [
            (self.edit, Permission::EDIT),
            (self.share, Permission::SHARE),
            (self.delete, Permission::DELETE),
        ];
        let given = bits.into_iter().filter(|(asked, _)| *asked == Some(true));
        Ok(given.fold(Permission::VIEW, |all, (_, bit)| all | bit))
    }
}

/// What an owner may change. What is left out stays; null clears.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangeSettings {
    /// Bytes; null for the server's default.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<u64>))]
    pub max_size: Option<Option<u64>>,
    /// Null for no limit.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<u64>))]
    pub max_times_entered: Option<Option<u64>>,
    /// Null for never, where the server allows that.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Instant>))]
    pub expire_at: Option<Option<Instant>>,
    /// 0 open, 1 locked, 2 closed; null for open.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<u8>, maximum = 2))]
    pub status: Option<Option<StatusCode>>,
    /// Null for none.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub password: Option<Option<Secret>>,
}

/// What was done, in words.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[expect(missing_docs, reason = "the name says what it is, in the document too")]
pub struct RoomDeleted<'a> {
    pub message: Cow<'a, str>,
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

    #[test]
    fn permissions_are_read_in_every_form() {
        for (body, bits) in [
            (r#"{"edit":true,"share":false,"delete":true}"#, 11),
            (r#"{"edit":true}"#, 3),
            (r#"{"share":null}"#, 1),
            (r#"{"permission":{"bits":7}}"#, 7),
            (r#"{"permission":6,"delete":true}"#, 7),
            (r#"{"permission":0}"#, 1),
            ("{}", 1),
        ] {
            let body: SetPermissions = serde_json::from_str(body).unwrap();
            assert_eq!(body.permission().unwrap().bits(), bits, "{body:?}");
        }
        let beyond: SetPermissions = serde_json::from_str(r#"{"permission":16}"#).unwrap();
        assert!(matches!(beyond.permission(), Err(Invalid::Permission(_))));
    }

    #[test]
    fn settings_are_sent_as_they_are_read() {
        for text in [
            "{}",
            r#"{"max_size":null,"status":2}"#,
            r#"{"expire_at":"2026-12-01T00:00:00Z","password":"hush"}"#,
        ] {
            let read: ChangeSettings = serde_json::from_str(text).unwrap();
            assert_eq!(serde_json::to_string(&read).unwrap(), text);
            assert!(!format!("{read:?}").contains("hush"));
        }
    }
}
