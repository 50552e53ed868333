//! Who asks, and whether they may: the one place where credentials are judged.

use secrecy::ExposeSecret;

use crate::{
    Elizabeth, Error, Result, Unauthorized,
    content::Content,
    id::SessionId,
    name::RoomRef,
    permission::Permission,
    ports::{Access, ReadTx},
    room::{Room, RoomStatus},
    service::{caller::Caller, room_tx::RoomTx},
    time::Timestamp,
    token::{Claims, TokenRecord},
};

/// What a request presents as its credential.
pub(crate) enum Presented {
    /// Nothing.
    Nothing,
    /// Something that we did not sign.
    Garbage,
    /// Claims that we signed; whether they still hold is for the store to say.
    Signed(Claims),
    /// Nothing, by somebody who entered for this call.
    Visitor(TokenRecord),
}

/// What a use case needs.
#[derive(Clone, Copy)]
pub(crate) enum Requirement {
    /// Any token of the room.
    Token,
    /// A token with this permission.
    Permission(Permission),
    /// A token with VIEW or, to see what its own session added, EDIT: see [`Grant::sees`].
    Look,
    /// An owner's token.
    Owner,
}

/// A request that may go on.
pub(crate) struct Grant {
    pub(crate) room: Room,
    pub(crate) token: TokenRecord,
}

impl Presented {
    pub(crate) fn claims(&self) -> Option<&Claims> {
        match self {
            Self::Signed(claims) => Some(claims),
            Self::Nothing | Self::Garbage | Self::Visitor(_) => None,
        }
    }
}

/// The room, when it exists and its time is not over.
fn live_room(access: Option<Access>, now: Timestamp) -> Result<Access> {
    let access = access.ok_or(Error::RoomNotFound)?;
    if access.room.is_expired(now) { Err(Error::RoomExpired) } else { Ok(access) }
}

/// Who makes a request: the order of these checks, and of those of [`Grant::check`] behind them, is part of the contract.
fn identify(access: Option<Access>, presented: &Presented, now: Timestamp) -> Result<Grant> {
    let Access { room, token } = live_room(access, now)?;
    // The row decides, and what was signed does too: neither outlives the other.
    let is_over = presented.claims().is_some_and(|claims| claims.exp <= now.as_secs());
    let token = match (presented, token) {
        (Presented::Nothing, _) => return Err(Unauthorized::Missing.into()),
        (Presented::Visitor(token), _) if token.room_id == room.id => token.clone(),
        (Presented::Garbage | Presented::Visitor(_), _) => return Err(Unauthorized::Invalid.into()),
        (Presented::Signed(_), None) if is_over => return Err(Unauthorized::Expired.into()),
        (Presented::Signed(_), None) => return Err(Unauthorized::Invalid.into()),
        (Presented::Signed(_), Some(token)) => token,
    };
    if token.revoked_at.is_some() {
        return Err(Unauthorized::Revoked.into());
    }
    if is_over || !token.is_live(now) {
        return Err(Unauthorized::Expired.into());
    }
    Ok(Grant { room, token })
}

/// Whether somebody without a token may come in by this address. The password is another matter.
pub(crate) fn check_enterable(room: &Room, address: &RoomRef) -> Result<()> {
    if room.answers_to(address.as_str()) { check_open(room) } else { Err(Error::NotShared) }
}

/// Whether anybody may come in at all.
pub(crate) fn check_open(room: &Room) -> Result<()> {
    match room.status {
        RoomStatus::Closed => Err(Error::RoomClosed),
        RoomStatus::Locked => Err(Error::RoomLocked),
        RoomStatus::Open if room.is_exhausted() => Err(Error::EntriesExhausted),
        RoomStatus::Open => Ok(()),
    }
}

impl Grant {
    /// Whether it may do what needs so much.
    fn check(&self, need: Requirement) -> Result<()> {
        if self.room.status == RoomStatus::Closed && !self.token.owner {
            return Err(Error::RoomClosed);
        }
        match need {
            Requirement::Token => {}
            Requirement::Owner if !self.token.owner => return Err(Error::OwnerOnly),
            Requirement::Permission(needed) if !self.permission().contains(needed) => {
                return Err(Error::PermissionDenied(needed));
            }
            Requirement::Look if !self.permission().intersects(Permission::VIEW | Permission::EDIT) => {
                return Err(Error::PermissionDenied(Permission::VIEW));
            }
            Requirement::Owner | Requirement::Permission(_) | Requirement::Look => {}
        }
        Ok(())
    }

    /// What this token may do in this room now.
    pub(crate) fn permission(&self) -> Permission {
        let TokenRecord { permission, granted, owner, .. } = self.token;
        Permission::effective(permission, granted, self.room.permission, owner)
    }

    /// What this token may give others. What an owner granted to a guest is for that guest alone.
    pub(crate) fn may_give(&self) -> Permission {
        let TokenRecord { permission, owner, .. } = self.token;
        Permission::effective(permission, Permission::empty(), self.room.permission, owner)
    }

    /// The session whose contents are all that may be seen; `None` for everything. Who may add and not look has a
    /// drop box: to such a session there is nothing but what it added itself.
    pub(crate) fn visible(&self) -> Option<SessionId> {
        (!self.permission().contains(Permission::VIEW)).then_some(self.token.sid)
    }

    /// Whether a content may be seen. One that may not is reported like one that is not there.
    pub(crate) fn sees(&self, content: &Content) -> bool {
        self.visible().is_none_or(|sid| content.sid == sid)
    }
}

impl Elizabeth {
    /// The room, when it exists and its time is not over.
    pub(crate) fn live_room(&self, access: Option<Access>, now: Timestamp) -> Result<Access> {
        if let Some(access) = &access {
            self.observer.in_room(access.room.id);
        }
        live_room(access, now)
    }

    /// Judges a request.
    pub(crate) fn judge(
        &self,
        access: Option<Access>,
        presented: &Presented,
        need: Requirement,
        now: Timestamp,
    ) -> Result<Grant> {
        if let Some(access) = &access {
            self.observer.in_room(access.room.id);
        }
        let grant = identify(access, presented, now)?;
        self.observer.by_session(grant.token.sid, grant.token.owner);
        grant.check(need)?;
        Ok(grant)
    }

    pub(crate) fn present(&self, caller: &Caller) -> Presented {
        match caller {
            Caller::Nobody => Presented::Nothing,
            Caller::Token(token) => self.present_token(token.expose_secret()),
            Caller::Visitor(visitor) => Presented::Visitor(visitor.token().clone()),
        }
    }

    /// What a token says, where we signed it and its time is not over. Whether it was revoked, and its room is still
    /// there, only the store knows: this asks nobody.
    pub fn signed(&self, token: &str) -> Option<Claims> {
        self.ports.signer.verify(token).filter(|claims| claims.exp > self.now().as_secs())
    }

    pub(crate) fn present_token(&self, token: &str) -> Presented {
        self.ports.signer.verify(token).map_or(Presented::Garbage, Presented::Signed)
    }

    /// Judges a request that only reads: one read of the store.
    pub(crate) async fn authorize(
        &self,
        room: &RoomRef,
        caller: &Caller,
        need: Requirement,
    ) -> Result<Grant> {
        Ok(self.authorize_reading(room, caller, need).await?.1)
    }

    /// The same for a request that goes on to read, on the connection that is returned; and the instant it was judged
    /// at.
    pub(crate) async fn authorize_reading(
        &self,
        room: &RoomRef,
        caller: &Caller,
        need: Requirement,
    ) -> Result<(Box<dyn ReadTx>, Grant, Timestamp)> {
        let presented = self.present(caller);
        let now = self.now();
        let jti = presented.claims().map(|claims| claims.jti);
        let mut tx = self.ports.store.read().await?;
        let access = tx.access(room, jti, now).await?;
        let grant = self.judge(access, &presented, need, now)?;
        Ok((tx, grant, now))
    }

    /// Judges a request that writes, with the room locked until the transaction ends. The instant it returns was
    /// read after the lock was granted: time may have passed while waiting for it.
    pub(crate) async fn authorize_locked(
        &self,
        room: &RoomRef,
        caller: &Caller,
        need: Requirement,
    ) -> Result<(RoomTx, Grant, Timestamp)> {
        let presented = self.present(caller);
        if matches!(presented, Presented::Nothing | Presented::Garbage) {
            // Strangers do not get to queue for the lock: a read tells them what is wrong.
            let now = self.now();
            let access = self.ports.store.read().await?.access(room, None, now).await?;
            return Err(self
                .judge(access, &presented, need, now)
                .err()
                .unwrap_or(Unauthorized::Missing.into()));
        }
        let jti = presented.claims().map(|claims| claims.jti);
        let mut tx = self.ports.store.begin().await?;
        let access = tx.lock_room(room, jti, self.now()).await?;
        let now = self.now();
        let grant = self.judge(access, &presented, need, now)?;
        Ok((self.in_room(tx, grant.room.id, now), grant, now))
    }
}
