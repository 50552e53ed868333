use std::{borrow::Cow, fmt};

use elizabeth_core::{Invalid, permission::Permission, room::RoomStatus, time::Timestamp};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// An instant as RFC 3339 in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "openapi",
    derive(utoipa::ToSchema),
    schema(value_type = String, format = DateTime, examples("2026-12-01T00:00:00Z"))
)]
pub struct Instant(pub Timestamp);

/// 1970: what stands for an instant that a server of another version leaves out.
impl Default for Instant {
    fn default() -> Self {
        Self(Timestamp::EPOCH)
    }
}

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        Timestamp::parse(&text).map(Self).map_err(de::Error::custom)
    }
}

/// A number of bytes as a client announces it. A negative one is read too, so that core can say of which file it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = u64, minimum = 0))]
pub struct Size(pub i128);

impl Size {
    /// The number; [`u64::MAX`], which no size may be either, in place of a negative one.
    pub fn saturated(self) -> u64 {
        u64::try_from(self.0).unwrap_or(u64::MAX)
    }
}

impl Serialize for Size {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i128(self.0)
    }
}

impl<'de> Deserialize<'de> for Size {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = Size;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole number of bytes")
            }

            fn visit_u64<E>(self, value: u64) -> Result<Size, E> {
                Ok(Size(value.into()))
            }

            fn visit_i64<E>(self, value: i64) -> Result<Size, E> {
                Ok(Size(value.into()))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

/// A permission as it comes in: its bits as a number, or as `{"bits":7}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = PermissionForms))]
pub struct PermissionInput(u64);

/// The forms in which a permission comes in.
#[cfg(feature = "openapi")]
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "describes the schema only")]
enum PermissionForms {
    /// VIEW 1, EDIT 2, SHARE 4, DELETE 8, added up.
    Number(u8),
    /// The same in an object.
    Bits {
        /// VIEW 1, EDIT 2, SHARE 4, DELETE 8, added up.
        bits: u8,
    },
}

impl PermissionInput {
    /// What an invitation allows.
    ///
    /// # Errors
    ///
    /// [`Invalid::Permission`] for none, and for bits without a meaning.
    pub fn invitation(self) -> Result<Permission, Invalid> {
        Ok(Permission::for_invitation(self.0)?)
    }

    /// What a room allows; VIEW is always among it.
    ///
    /// # Errors
    ///
    /// [`Invalid::Permission`] for bits without a meaning.
    pub fn permission(self) -> Result<Permission, Invalid> {
        Ok(Permission::for_room(self.0)?)
    }
}

impl From<Permission> for PermissionInput {
    fn from(permission: Permission) -> Self {
        Self(permission.bits().into())
    }
}

impl Serialize for PermissionInput {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(self.0)
    }
}

impl<'de> Deserialize<'de> for PermissionInput {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Bits {
            bits: u64,
        }
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = PermissionInput;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number from 0 to 15 or {\"bits\": number}")
            }

            fn visit_u64<E>(self, value: u64) -> Result<PermissionInput, E> {
                Ok(PermissionInput(value))
            }

            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<PermissionInput, A::Error> {
                let object = Bits::deserialize(de::value::MapAccessDeserializer::new(map))?;
                Ok(PermissionInput(object.bits))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

/// A secret. It is written where an object is sent, and nowhere else: `Debug` hides it.
#[derive(Clone, Debug)]
pub struct Secret(pub SecretString);

impl From<SecretString> for Secret {
    fn from(secret: SecretString) -> Self {
        Self(secret)
    }
}

impl Secret {
    /// What it is.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.expose())
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(text.into()))
    }
}

/// A room's status by its number: 0 open, 1 locked, 2 closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatusCode(pub RoomStatus);

impl Serialize for StatusCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(self.0.code())
    }
}

impl<'de> Deserialize<'de> for StatusCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = i64::deserialize(deserializer)?;
        let status = RoomStatus::from_code(code).map(Self);
        status.ok_or_else(|| de::Error::custom("expected 0 (open), 1 (locked) or 2 (closed)"))
    }
}

/// Tells a member that is `null` from one that is left out: `Some(None)` and, by `#[serde(default)]`, `None`.
///
/// # Errors
///
/// When the member is neither `null` nor a `T`.
pub fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permissions_come_in_two_forms() {
        let read = |text: &str| serde_json::from_str::<PermissionInput>(text);
        for text in ["7", r#"{"bits":7}"#, r#"{"bits":7,"x":1}"#] {
            assert_eq!(read(text).unwrap(), PermissionInput(7), "{text}");
        }
        for text in ["-1", "1.0", "\"7\"", "{}", "[7]", "true", "null", r#"{"bits":-1}"#] {
            assert!(read(text).is_err(), "{text}");
        }
        assert!(matches!(read("16").unwrap().permission(), Err(Invalid::Permission(_))));
        assert!(matches!(read("0").unwrap().invitation(), Err(Invalid::Permission(_))));
        assert_eq!(read("2").unwrap().invitation().unwrap(), Permission::EDIT);
    }

    #[test]
    fn sizes_are_whole_numbers() {
        let read = |text: &str| serde_json::from_str::<Size>(text);
        assert_eq!(read("-1").unwrap(), Size(-1));
        assert_eq!(read("9223372036854775808").unwrap(), Size(1 << 63));
        for text in ["1.5", "1e3", "1e400", "\"5\"", "null", "18446744073709551616"] {
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn null_is_not_nothing() {
        #[derive(Deserialize)]
        struct Body {
            #[serde(default, deserialize_with = "given")]
            size: Option<Option<u64>>,
        }
        let read = |text: &str| serde_json::from_str::<Body>(text).unwrap().size;
        assert_eq!(
            (read("{}"), read(r#"{"size":null}"#), read(r#"{"size":1}"#)),
            (None, Some(None), Some(Some(1)))
        );
    }
}
