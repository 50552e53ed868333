use elizabeth_core::{
    id::Jti,
    token::{Claims, TokenRecord},
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Instant;

/// What a room token says.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Claims)]
pub struct ClaimsObject<'a> {
    /// `room:<id>`.
    sub: &'a str,
    /// The room's number.
    room_id: i64,
    /// The room's name.
    room_name: &'a str,
    /// The permission bits it was issued with.
    permission: u8,
    /// Whether it is an owner's.
    owner: bool,
    /// The room's size when it was issued.
    max_size: u64,
    /// When it ends, in seconds since 1970.
    exp: i64,
    /// When it was issued, in seconds since 1970.
    iat: i64,
    /// Its own identifier.
    jti: Uuid,
    /// Its session: the same after a renewal or a refresh.
    sid: Uuid,
}

impl<'a> From<&'a Claims> for ClaimsObject<'a> {
    fn from(claims: &'a Claims) -> Self {
        Self {
            sub: &claims.sub,
            room_id: claims.room_id,
            room_name: &claims.room_name,
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
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Token)]
pub struct TokenObject {
    /// Its own identifier.
    jti: Uuid,
    /// Its session, which stays the same when it is renewed.
    sid: Uuid,
    /// The room's number.
    room_id: i64,
    /// When it was issued.
    created_at: Instant,
    /// When it ends.
    expires_at: Instant,
    /// When it was revoked.
    revoked_at: Option<Instant>,
    /// The permission bits it was issued with.
    permission: u8,
    /// Whether it is an owner's.
    owner: bool,
    /// Whether it is the one that asks.
    current: bool,
}

impl TokenObject {
    /// A token as the one sees it whose own is `current`.
    pub(crate) fn new(token: &TokenRecord, current: Jti) -> Self {
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
