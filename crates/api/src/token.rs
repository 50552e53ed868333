use std::borrow::Cow;

use elizabeth_core::{
    id::Jti,
    token::{Claims, TokenRecord},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Instant;

/// What a room token says.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Claims))]
pub struct ClaimsObject<'a> {
    /// `room:<id>`.
    pub sub: Cow<'a, str>,
    /// The room's number.
    pub room_id: i64,
    /// The room's name.
    pub room_name: Cow<'a, str>,
    /// The permission bits it was issued with.
    pub permission: u8,
    /// Whether it is an owner's.
    pub owner: bool,
    /// The room's size when it was issued.
    pub max_size: u64,
    /// When it ends, in seconds since 1970.
    pub exp: i64,
    /// When it was issued, in seconds since 1970.
    pub iat: i64,
    /// Its own identifier.
    pub jti: Uuid,
    /// Its session: the same after a renewal or a refresh.
    pub sid: Uuid,
}

impl<'a> From<&'a Claims> for ClaimsObject<'a> {
    fn from(claims: &'a Claims) -> Self {
        Self {
            sub: claims.sub.as_str().into(),
            room_id: claims.room_id,
            room_name: claims.room_name.as_str().into(),
            permission: claims.permission,
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
            owner: token.owner,
            current: token.jti == current,
        }
    }
}
