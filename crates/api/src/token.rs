use std::borrow::Cow;

use elizabeth_core::{
    id::Jti,
    token::{Claims, TokenRecord},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Instant, Secret};

/// What a room token says.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Claims))]
pub struct ClaimsObject<'a> {
    /// `room:<id>`.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required))]
    pub sub: Cow<'a, str>,
    /// The room's number.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required))]
    pub room_id: i64,
    /// The room's name.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required))]
    pub room_name: Cow<'a, str>,
    /// The permission bits it was issued with.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required))]
    pub permission: u8,
    /// Those among them that an owner's invitation named: they hold whatever guests may do by default.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required))]
    pub granted: u8,
    /// Whether it is an owner's.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required))]
    pub owner: bool,
    /// The room's size when it was issued.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required))]
    pub max_size: u64,
    /// When it ends, in seconds since 1970.
    pub exp: i64,
    /// When it was issued, in seconds since 1970.
    pub iat: i64,
    /// Its own identifier.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required))]
    pub jti: Uuid,
    /// Its session: the same after a renewal or a refresh.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required))]
    pub sid: Uuid,
}

impl<'a> From<&'a Claims> for ClaimsObject<'a> {
    fn from(claims: &'a Claims) -> Self {
        Self {
            sub: claims.sub.as_str().into(),
            room_id: claims.room_id,
            room_name: claims.room_name.as_str().into(),
            permission: claims.permission,
            granted: claims.granted,
            owner: claims.owner,
            max_size: claims.max_size,
            exp: claims.exp,
            iat: claims.iat,
            jti: claims.jti.0,
            sid: claims.sid.0,
        }
    }
}

/// A token in a list. Never the token itself.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Token))]
pub struct TokenObject {
    /// Its own identifier.
    pub jti: Uuid,
    /// Its session, which stays the same when it is renewed.
    pub sid: Uuid,
    /// The room's number.
    pub room_id: i64,
    /// When it was issued.
    pub created_at: Instant,
    /// When it ends.
    pub expires_at: Instant,
    /// When it was revoked.
    pub revoked_at: Option<Instant>,
    /// The permission bits it was issued with.
    pub permission: u8,
    /// Those among them that an owner's invitation named: they hold whatever guests may do by default.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required))]
    pub granted: u8,
    /// Whether it is an owner's.
    pub owner: bool,
    /// Whether it is the one that asks.
    pub current: bool,
}

impl TokenObject {
    /// A token as the one sees it whose own is `current`.
    pub fn new(token: &TokenRecord, current: Jti) -> Self {
        Self {
            jti: token.jti.0,
            sid: token.sid.0,
            room_id: token.room_id.0,
            created_at: Instant(token.created_at),
            expires_at: Instant(token.expires_at),
            revoked_at: token.revoked_at.map(Instant),
            permission: token.permission.bits(),
            granted: (token.permission & token.granted).bits(),
            owner: token.owner,
            current: token.jti == current,
        }
    }
}

/// What is shown to be let in. The first that is there decides: a token, an owner key, a ticket, else it is an entry
/// with the password.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IssueToken {
    /// The room's password.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub password: Option<Secret>,
    /// A live token of the room, to be renewed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub token: Option<Secret>,
    /// The room's owner key.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub owner_key: Option<Secret>,
    /// A ticket that lets one in: it stands in for the password and for the private slug.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub ticket: Option<Secret>,
    /// Whether a refresh token is wanted too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub with_refresh_token: Option<bool>,
}

/// A token.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[expect(missing_docs, reason = "the name says what it is, in the document too")]
pub struct IssuedToken<'a> {
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub token: Secret,
    pub claims: ClaimsObject<'a>,
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required))]
    pub expires_at: Instant,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub refresh_token: Option<Secret>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token_expires_at: Option<Instant>,
}

/// A token to look at.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[expect(missing_docs, reason = "the name says what it is, in the document too")]
pub struct ValidateToken {
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub token: Secret,
}

/// What it says.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[expect(missing_docs, reason = "the name says what it is, in the document too")]
pub struct ValidToken<'a> {
    pub claims: ClaimsObject<'a>,
}

/// Which token.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[expect(missing_docs, reason = "the name says what it is, in the document too")]
pub struct RevokeToken {
    pub jti: Uuid,
}

/// It is no good any more.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[expect(missing_docs, reason = "the name says what it is, in the document too")]
pub struct TokenRevoked<'a> {
    pub revoked: bool,
    pub message: Cow<'a, str>,
}

/// It is no good any more.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[expect(missing_docs, reason = "the name says what it is, in the document too")]
pub struct TokenDeleted {
    pub revoked: bool,
}
