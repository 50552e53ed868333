//! Tokens and sessions: what a person holds who has entered a room.

use std::time::Duration;

use crate::{
    id::{Jti, RoomId, SessionId},
    permission::Permission,
    room::Room,
    secret::KeyHash,
    time::Timestamp,
};

/// What a room token says (RFC 7519); `exp` and `iat` are seconds since the epoch.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Claims {
    /// `room:<id>`.
    pub sub: String,
    /// The room's number.
    pub room_id: i64,
    /// The room's name.
    pub room_name: String,
    /// The permission bits it was issued with.
    pub permission: u8,
    /// Those among them that hold whatever guests may do by default. Tokens from before say nothing of it.
    #[serde(default)]
    pub granted: u8,
    /// Whether it is an owner's.
    pub owner: bool,
    /// The room's size when it was issued, in bytes.
    pub max_size: u64,
    /// Its end: the first second in which it is invalid.
    pub exp: i64,
    /// The second in which it was issued.
    pub iat: i64,
    /// Its own identifier.
    pub jti: Jti,
    /// The session it belongs to.
    pub sid: SessionId,
}

/// What all tokens of one stay in a room have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Session {
    /// Drawn at random; renewals keep it.
    pub sid: SessionId,
    /// Whether it is an owner's.
    pub owner: bool,
    /// The most it may ever do, whatever the room allows: an invitation can be narrower than the room.
    pub scope: Permission,
    /// What of it an owner granted: it holds whatever guests may do by default.
    pub granted: Permission,
}

/// A token as the store keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRecord {
    /// Its own identifier.
    pub jti: Jti,
    /// The room it opens.
    pub room_id: RoomId,
    /// The session it belongs to.
    pub sid: SessionId,
    /// What it was issued with.
    pub permission: Permission,
    /// Whether it is an owner's.
    pub owner: bool,
    /// The most its session may ever do.
    pub scope: Permission,
    /// What of it an owner granted: it holds whatever guests may do by default.
    pub granted: Permission,
    /// When it was issued.
    pub created_at: Timestamp,
    /// The first instant at which it is invalid.
    pub expires_at: Timestamp,
    /// When it was revoked; `None` as long as it is not.
    pub revoked_at: Option<Timestamp>,
}

impl TokenRecord {
    /// A new token for a room: of a lifetime of whole seconds, never beyond the room's own.
    pub fn issue(room: &Room, jti: Jti, session: Session, now: Timestamp, lifetime: Duration) -> Self {
        let Session { sid, owner, scope, granted } = session;
        Self {
            jti,
            room_id: room.id,
            sid,
            permission: Permission::effective(scope, granted, room.permission, owner),
            owner,
            scope,
            granted,
            created_at: now,
            expires_at: end_of_life(room, now, lifetime),
            revoked_at: None,
        }
    }

    /// The session it belongs to, with the rights of that.
    pub fn session(&self) -> Session {
        Session { sid: self.sid, owner: self.owner, scope: self.scope, granted: self.granted }
    }

    /// Whether it is good at an instant.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && now < self.expires_at
    }

    /// What goes into the signed token.
    pub fn claims(&self, room: &Room) -> Claims {
        Claims {
            sub: format!("room:{}", self.room_id),
            room_id: self.room_id.0,
            room_name: room.name.as_str().to_owned(),
            permission: self.permission.bits(),
            granted: (self.permission & self.granted).bits(),
            owner: self.owner,
            max_size: room.max_size,
            exp: self.expires_at.as_secs(),
            iat: self.created_at.as_secs(),
            jti: self.jti,
            sid: self.sid,
        }
    }
}

/// A refresh token as the store keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefreshRecord {
    /// The hash of what the client holds.
    pub hash: KeyHash,
    /// The room it opens.
    pub room_id: RoomId,
    /// The session it belongs to.
    pub sid: SessionId,
    /// Whether its session is an owner's.
    pub owner: bool,
    /// The most its session may ever do.
    pub scope: Permission,
    /// What of it an owner granted: it holds whatever guests may do by default.
    pub granted: Permission,
    /// When it was issued.
    pub created_at: Timestamp,
    /// The first instant at which it is invalid.
    pub expires_at: Timestamp,
    /// When it was used: it works once.
    pub used_at: Option<Timestamp>,
    /// When it was revoked; `None` as long as it is not.
    pub revoked_at: Option<Timestamp>,
}

impl RefreshRecord {
    /// A new refresh token of a session, never living beyond the room.
    pub fn issue(room: &Room, hash: KeyHash, session: Session, now: Timestamp, lifetime: Duration) -> Self {
        let Session { sid, owner, scope, granted } = session;
        Self {
            hash,
            room_id: room.id,
            sid,
            owner,
            scope,
            granted,
            created_at: now,
            expires_at: end_of_life(room, now, lifetime),
            used_at: None,
            revoked_at: None,
        }
    }

    /// The session it belongs to, with the rights of that.
    pub fn session(&self) -> Session {
        Session { sid: self.sid, owner: self.owner, scope: self.scope, granted: self.granted }
    }

    /// What presenting it at an instant means.
    pub fn judge(&self, now: Timestamp) -> RefreshVerdict {
        if self.revoked_at.is_some() || self.expires_at <= now {
            RefreshVerdict::Dead
        } else if self.used_at.is_some() {
            RefreshVerdict::Reused
        } else {
            RefreshVerdict::Good
        }
    }
}

/// What presenting a refresh token means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefreshVerdict {
    /// It may be exchanged, once.
    Good,
    /// It was exchanged before: somebody has a copy, so its whole session must die
    /// (RFC 9700, section 4.14.2).
    Reused,
    /// Expired or revoked.
    Dead,
}

fn end_of_life(room: &Room, now: Timestamp, lifetime: Duration) -> Timestamp {
    let end = now.saturating_add(lifetime);
    room.expire_at.map_or(end, |room_end| end.min(room_end)).floor_secs()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn record(used: Option<u64>, revoked: Option<u64>, expires: u64) -> RefreshRecord {
        let at = |s: u64| Timestamp::from_secs(s as i64);
        RefreshRecord {
            hash: KeyHash::of("x"),
            room_id: RoomId(1),
            sid: SessionId(uuid::Uuid::nil()),
            owner: false,
            scope: Permission::all(),
            granted: Permission::empty(),
            created_at: at(0),
            expires_at: at(expires),
            used_at: used.map(at),
            revoked_at: revoked.map(at),
        }
    }

    proptest! {
        #[test]
        fn a_refresh_token_is_good_only_unused_unrevoked_and_in_time(
            used in proptest::option::of(0u64..9), revoked in proptest::option::of(0u64..9), expires in 0u64..20, now in 0u64..20,
        ) {
            let verdict = record(used, revoked, expires).judge(Timestamp::from_secs(now as i64));
            let in_time = revoked.is_none() && now < expires;
            prop_assert_eq!(verdict == RefreshVerdict::Good, in_time && used.is_none());
            prop_assert_eq!(verdict == RefreshVerdict::Reused, in_time && used.is_some());
        }
    }
}
